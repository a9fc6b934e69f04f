"""What people did to the outbox as a whole, and what the nightly look at everything found."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.outbox import Lane
from organisations.models import User


class OutboxAct(models.Model):
    """One change of a switch or limit, or one decision about many messages. The database refuses to change a row.

    `by` is empty where the portal acted by itself, or somebody at the server's own command line.
    """

    class Verb(models.TextChoices):
        HELD = "held", _("all mail held")
        RELEASED = "released", _("mail released")
        LIMITED = "limited", _("limits changed")
        TRIED_NOW = "tried_now", _("pause ended")
        SETTLED_BY_LOG = "settled_by_log", _("settled by log")
        SENT_AGAIN = "sent_again", _("sent again")
        ARRIVED = "arrived", _("marked as arrived")
        REFUSAL_KEPT = "refusal_kept", _("refusal written down")
        REFUSAL_LIFTED = "refusal_lifted", _("refusal lifted")
        WEBHOOK = "webhook", _("other programs")

    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    verb = models.CharField(_("act"), max_length=15, choices=Verb)
    lane = models.CharField(_("lane"), max_length=15, choices=Lane, blank=True)
    domain_group = models.CharField(_("mail house"), max_length=20, blank=True)
    facts = models.JSONField(_("facts"), default=dict)

    class Meta:
        verbose_name = _("act on the outbox")
        verbose_name_plural = _("acts on the outbox")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(verb__in=["limited", "tried_now"]) | ~Q(lane=""), name="outbox_act_names_its_lane"
            ),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_verb_display()}"

    @classmethod
    def note(cls, verb: str, *, by: User | None, lane: str = "", group: str = "", **facts: Any) -> "OutboxAct":
        """Write one down, in the caller's transaction."""
        return cls.objects.create(verb=verb, by=by, lane=lane, domain_group=group, facts=facts)


class NightlyCheck(models.Model):
    """One night's look at everything that must hold. The date is unique: many clocks, one look."""

    on = models.DateField(_("night"), unique=True)
    began_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    broken = models.JSONField(_("what does not hold"), default=list)

    class Meta:
        verbose_name = _("nightly check")
        verbose_name_plural = _("nightly checks")
        ordering = ("-on",)

    def __str__(self) -> str:
        return f"{self.on}: {len(self.broken)}"

    @classmethod
    def last(cls) -> "NightlyCheck | None":
        """The newest one that came to its end."""
        return cls.objects.filter(ended_at__isnull=False).first()

    def is_of_tonight(self) -> bool:
        """Whether it is the look of the night that has just passed."""
        return self.on == timezone.localdate()
