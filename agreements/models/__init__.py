"""Agreements, their text by versions, the parties' reviews and adhesions, the frozen bytes, the audit trail."""

from agreements.amending.models import Amendment, AmendmentDecision, AmendmentQuerySet
from agreements.discussing.models import Comment, Thread, ThreadQuerySet
from agreements.models.agreements import Agreement, AgreementQuerySet, Party
from agreements.models.documents import Adhesion, FrozenDocument, SignedFile
from agreements.models.reviews import Position, PositionChange, ReviewRound, RoundExtension, VersionReading
from agreements.models.texts import Article, ArticleRevision, TextVersion
from agreements.models.trail import AuditAnchor, AuditEvent

__all__ = [
    "Adhesion",
    "Agreement",
    "AgreementQuerySet",
    "Amendment",
    "AmendmentDecision",
    "AmendmentQuerySet",
    "Article",
    "ArticleRevision",
    "AuditAnchor",
    "AuditEvent",
    "Comment",
    "FrozenDocument",
    "Party",
    "Position",
    "PositionChange",
    "ReviewRound",
    "RoundExtension",
    "SignedFile",
    "TextVersion",
    "Thread",
    "ThreadQuerySet",
    "VersionReading",
]
