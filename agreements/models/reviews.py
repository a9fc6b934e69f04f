"""A version before the parties: the round, what each party says as a whole, and remarks to articles."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.agreements import Party
from agreements.models.texts import ArticleRevision, TextVersion
from organisations.models import User
from organisations.roles import Permission


class ReviewRound(models.Model):
    """A version lying before the parties until a date."""

    version = models.OneToOneField(TextVersion, models.PROTECT, related_name="review_round")
    opened_at = models.DateTimeField(default=timezone.now)
    closes_at = models.DateTimeField(_("remarks by"))
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = (
            models.CheckConstraint(
                condition=Q(closes_at__gt=models.F("opened_at")), name="review_round_closes_after_it_opens"
            ),
        )

    def __str__(self) -> str:
        return str(self.version)

    def is_late(self, now: datetime) -> bool:
        """Whether the date has passed."""
        return now > self.closes_at


class Position(models.Model):
    """What a party says to a version as a whole. Silence is recorded as silence, never as consent."""

    class Kind(models.TextChoices):
        NO_REMARKS = "no_remarks", _("no remarks")
        REMARKS = "remarks", _("remarks")
        SILENT = "silent", _("silent")

    review_round = models.ForeignKey(ReviewRound, models.PROTECT, related_name="positions")
    party = models.ForeignKey(Party, models.PROTECT, related_name="positions")
    kind = models.CharField(_("position"), max_length=15, choices=Kind)
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = (
            models.UniqueConstraint(fields=("review_round", "party"), name="position_once_per_party"),
            models.CheckConstraint(
                condition=Q(kind="silent", by__isnull=True) | (~Q(kind="silent") & Q(by__isnull=False)),
                name="position_is_somebodys_unless_silent",
            ),
        )

    def __str__(self) -> str:
        return f"{self.party}: {self.get_kind_display()}"


class CommentQuerySet(models.QuerySet["Comment"]):
    """Questions about comments."""

    def visible_to(self, user: User, party: "Party | None") -> "CommentQuerySet":
        """What all parties may read; what the own office wrote for itself; what was written to organisers."""
        own = Q(party=party) if party else Q(pk__in=[])
        organisers = Q(visibility=Comment.Visibility.ORGANISERS)
        shown = Q(visibility=Comment.Visibility.ALL_PARTIES) | own | Q(author=user)
        return self.filter(shown | organisers if user.has_permission(Permission.MANAGE_AGREEMENTS) else shown)


class Comment(models.Model):
    """A remark to one article of one version."""

    class Visibility(models.TextChoices):
        ALL_PARTIES = "all_parties", _("all parties")
        ORGANISERS = "organisers", _("the organisers only")
        OWN_OFFICE = "own_office", _("my own office only")

    revision = models.ForeignKey(ArticleRevision, models.PROTECT, related_name="comments")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="comments")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    visibility = models.CharField(
        _("who may read it"), max_length=15, choices=Visibility, default=Visibility.ALL_PARTIES
    )
    body = models.TextField(_("comment"))
    at = models.DateTimeField(default=timezone.now)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")

    def __str__(self) -> str:
        return self.body[:60]
