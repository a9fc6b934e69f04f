"""Agreements, their text by versions, the parties' reviews and adhesions, the frozen bytes, the audit trail."""

from agreements.approving.models import (
    ApprovalAct,
    ApprovalCall,
    FinalSchema,
    Mandate,
    NonSubstantialChange,
    Objection,
)
from agreements.models.agreements import Agreement, AgreementQuerySet, Party
from agreements.models.documents import Adhesion, FrozenDocument, SignedFile
from agreements.models.reviews import Comment, CommentQuerySet, Position, ReviewRound
from agreements.models.texts import Article, ArticleRevision, TextVersion
from agreements.models.trail import AuditEvent

__all__ = [
    "Adhesion",
    "Agreement",
    "AgreementQuerySet",
    "ApprovalAct",
    "ApprovalCall",
    "Article",
    "ArticleRevision",
    "AuditEvent",
    "Comment",
    "CommentQuerySet",
    "FinalSchema",
    "FrozenDocument",
    "Mandate",
    "NonSubstantialChange",
    "Objection",
    "Party",
    "Position",
    "ReviewRound",
    "SignedFile",
    "TextVersion",
]
