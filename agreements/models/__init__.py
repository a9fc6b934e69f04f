"""Agreements, their text by versions, the parties' reviews and adhesions, the frozen bytes, the audit trail."""

from agreements.amending.models import Amendment, AmendmentDecision, AmendmentQuerySet
from agreements.models.agreements import Agreement, AgreementQuerySet, Party
from agreements.models.documents import Adhesion, FrozenDocument, SignedFile
from agreements.models.reviews import Comment, CommentQuerySet, Position, ReviewRound
from agreements.models.texts import Article, ArticleRevision, TextVersion
from agreements.models.trail import AuditEvent

__all__ = [
    "Adhesion",
    "Agreement",
    "AgreementQuerySet",
    "Amendment",
    "AmendmentDecision",
    "AmendmentQuerySet",
    "Article",
    "ArticleRevision",
    "AuditEvent",
    "Comment",
    "CommentQuerySet",
    "FrozenDocument",
    "Party",
    "Position",
    "ReviewRound",
    "SignedFile",
    "TextVersion",
]
