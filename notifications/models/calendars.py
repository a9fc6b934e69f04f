"""What each address's calendar shows of each event."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarEntry(models.Model):
    """What one address's calendar shows of one event: SEQUENCE only grows, also over cancel and register again."""

    uid = models.CharField(max_length=120)
    address_hash = models.CharField(max_length=64)
    method = models.CharField(max_length=10)
    sequence = models.PositiveIntegerField()
    stamp = models.DateTimeField()
    fingerprint = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("calendar entry")
        verbose_name_plural = _("calendar entries")
        constraints = (models.UniqueConstraint(fields=("uid", "address_hash"), name="calendar_entry_once"),)

    def __str__(self) -> str:
        return f"{self.uid} {self.method} {self.sequence}"
