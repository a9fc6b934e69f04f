"""The audit trail's rows; how they hang together says `agreements/audit.py`."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
