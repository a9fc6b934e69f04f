"""Each run of the purge: who let it run, how far it came, how much left. No word of anybody."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models import User


class PurgeRun(models.Model):
    """One run, by the clock, by hand, or by an organiser's button. The open one is the lock: there is one at a time."""

    class Outcome(models.TextChoices):
        RUNNING = "running", _("going on")
        WHOLE = "whole", _("came to its end")
        BROKEN = "broken", _("broke off")
        #: Its worker gave no sign of life; another run has taken over.
        LEFT = "left", _("was left behind")

    #: A run that has not begun another batch for so long has died with its worker.
    LONGEST_SILENCE = timedelta(minutes=2)

    began_at = models.DateTimeField(_("began at"))
    #: When it last began a batch.
    alive_at = models.DateTimeField(_("last sign of life"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.RUNNING)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    #: The step that it is in, or was in when it broke off.
    step = models.CharField(_("step"), max_length=40, blank=True)
    #: Class of data -> how many rows left, batch by batch.
    numbers: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(_("numbers"), default=dict)

    class Meta:
        verbose_name = _("run of the purge")
        verbose_name_plural = _("runs of the purge")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("outcome",), condition=Q(outcome="running"), name="purge_run_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(outcome="running", ended_at__isnull=True)
                | (~Q(outcome="running") & Q(ended_at__isnull=False)),
                name="purge_run_ended_exactly_when_dated",
            ),
        )

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M} {self.outcome}"

    @property
    def total(self) -> int:
        """How many rows left in all."""
        return sum(self.numbers.values())

    def is_silent(self, now: datetime) -> bool:
        """Whether it is open and its worker seems to be dead."""
        return self.outcome == self.Outcome.RUNNING and self.alive_at < now - self.LONGEST_SILENCE
