"""How fast each lane may send, to whom not now, and whether anything may be sent at all."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.outbox import Lane
from organisations.models import User


class Throttle(models.Model):
    """The token bucket of one lane towards one mail house; the empty group is the lane itself.

    A row exists only where something is limited or was ever wrong: no row, no limit.
    """

    lane = models.CharField(_("lane"), max_length=15, choices=Lane)
    domain_group = models.CharField(_("mail house"), max_length=20, blank=True, default="")
    base_rate = models.FloatField(_("messages a minute"), null=True, blank=True, help_text=_("empty: no limit"))
    rate = models.FloatField(_("messages a minute now"), null=True, blank=True)
    tokens = models.FloatField(default=0)
    refilled_at = models.DateTimeField(default=timezone.now)
    daily_cap = models.PositiveIntegerField(_("messages a day"), null=True, blank=True, help_text=_("empty: no limit"))
    day = models.DateField(null=True, blank=True)
    sent_that_day = models.PositiveIntegerField(default=0)
    connections = models.PositiveIntegerField(_("connections at most"), null=True, blank=True)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    pause_step = models.PositiveIntegerField(default=0)
    is_broken = models.BooleanField(_("breaker open"), default=False)
    reason = models.TextField(_("reason"), blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("limit of a lane")
        verbose_name_plural = _("limits of lanes")
        constraints = (
            models.UniqueConstraint(fields=("lane", "domain_group"), name="throttle_once_per_lane_and_group"),
            models.CheckConstraint(condition=Q(rate__isnull=True) | Q(rate__gt=0), name="throttle_rate_above_zero"),
            models.CheckConstraint(
                condition=Q(base_rate__isnull=True) | Q(base_rate__gt=0), name="throttle_base_rate_above_zero"
            ),
        )

    def __str__(self) -> str:
        return f"{self.lane}/{self.domain_group or '*'}"

    def is_paused(self, now: datetime) -> bool:
        """Whether nothing leaves here at this moment."""
        return self.paused_until is not None and self.paused_until > now


class Station(models.Model):
    """Which site these rows belong to, and whether all mail is held. One row."""

    site = models.CharField(max_length=200, blank=True)
    held_at = models.DateTimeField(_("held since"), null=True, blank=True)
    held_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("held by")
    )
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("station")
        verbose_name_plural = _("stations")

    def __str__(self) -> str:
        return self.site

    @classmethod
    def current(cls) -> "Station":
        """The one row, made on first use."""
        return cls.objects.get_or_create(pk=1)[0]

    @property
    def is_held(self) -> bool:
        """Whether a person, or a doubt, keeps every message here."""
        return self.held_at is not None


class Sweep(models.Model):
    """When the clock last went round: beat, broker, worker and database in one sign of life. One row.

    `number` only grows: a database in which it is lower than this machine remembers was restored from a backup.
    """

    at = models.DateTimeField()
    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("sweep")
        verbose_name_plural = _("sweeps")

    def __str__(self) -> str:
        return str(self.at)

    @classmethod
    def age(cls, now: datetime) -> float | None:
        """Seconds since the clock last went round; None if it never did."""
        last = cls.objects.filter(pk=1).first()
        return (now - last.at).total_seconds() if last else None
