"""The audit trail's rows; how they hang together says `agreements/audit.py`."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.agreements import Agreement


class AuditEvent(models.Model):
    """One link of the agreement's chain. No foreign keys to people: history never blocks and never follows."""

    agreement_slug = models.CharField(max_length=80)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=254)
    type = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit trail")
        constraints = (models.UniqueConstraint(fields=("agreement_slug", "seq"), name="audit_event_seq_once"),)

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"


class AuditAnchor(models.Model):
    """The chain's head as it was mailed to people: a tail that is cut off afterwards shows against these mails.

    One a day and agreement at most. It is no link of the chain itself, or each would ask for another one.
    """

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="anchors")
    length = models.PositiveIntegerField()
    head = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    on = models.DateField()
    #: Where it went: the parties' names; how many people, organisers with them. Addresses stand in the outbox alone.
    parties = models.JSONField(default=list)
    people = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("mailed end of the audit trail")
        verbose_name_plural = _("mailed ends of audit trails")
        constraints = (models.UniqueConstraint(fields=("agreement", "on"), name="audit_anchor_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.length} {self.head[:12]}"
