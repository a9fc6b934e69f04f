"""A version before the parties: the round and its dates, what each party says as a whole, who read it."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.agreements import Party
from agreements.models.texts import TextVersion
from organisations.models import User


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

    def is_open(self, now: datetime) -> bool:
        """Whether remarks are taken: from the instant it opens up to the one it closes, to the second."""
        return self.closed_at is None and self.opened_at <= now < self.closes_at

    def is_to_come(self, now: datetime) -> bool:
        """Whether the version may be read already and remarked on later."""
        return self.closed_at is None and now < self.opened_at

    def is_late(self, now: datetime) -> bool:
        """Whether the date has passed and the clock has not closed it yet."""
        return now >= self.closes_at


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


class PositionChange(models.Model):
    """Who said what instead of what, and when. Append-only: the position itself holds only the last word."""

    review_round = models.ForeignKey(ReviewRound, models.PROTECT, related_name="position_changes")
    party = models.ForeignKey(Party, models.PROTECT, related_name="position_changes")
    was = models.CharField(max_length=15, choices=Position.Kind, blank=True)
    #: Empty: void, since the party is no longer one.
    kind = models.CharField(_("position"), max_length=15, choices=Position.Kind, blank=True)
    note = models.TextField(_("note"), blank=True)
    #: None: the clock, which records silence.
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("change of a position")
        verbose_name_plural = _("changes of positions")
        constraints = (models.CheckConstraint(condition=~Q(was="", kind=""), name="position_change_says_something"),)

    def __str__(self) -> str:
        return f"{self.was} > {self.kind}"


class RoundExtension(models.Model):
    """A review that takes longer than was said, and why. Append-only."""

    review_round = models.ForeignKey(ReviewRound, models.PROTECT, related_name="extensions")
    was = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = (
            models.CheckConstraint(condition=Q(until__gt=models.F("was")), name="round_extension_is_one"),
            models.CheckConstraint(condition=~Q(reason=""), name="round_extension_says_why"),
        )

    def __str__(self) -> str:
        return f"{self.review_round}: {self.until}"


class VersionReading(models.Model):
    """That somebody of a party opened a version on a day; it stands in the audit trail once, however often they do."""

    version = models.ForeignKey(TextVersion, models.PROTECT, related_name="readings")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    on = models.DateField(_("day"))

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = (models.UniqueConstraint(fields=("version", "user", "on"), name="version_reading_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.version} {self.on}"
