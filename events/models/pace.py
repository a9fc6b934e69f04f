"""How often something was done: what `limits.py` counts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Pace(models.Model):
    """How often something was done within a stretch of time, by the hash of who or what: see `limits.py`."""

    subject = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("pace")
        verbose_name_plural = _("paces")
        indexes = (models.Index(fields=["since"], name="pace_since"),)

    def __str__(self) -> str:
        return f"{self.count} since {self.since:%Y-%m-%d %H:%M}"
