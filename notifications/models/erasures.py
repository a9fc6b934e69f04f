"""Messages whose recipient is to be forgotten as soon as they have left."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.outbox import Delivery


class PendingErasure(models.Model):
    """A last message, or one that a worker holds: its recipient goes when its way is over. Deleted with that."""

    delivery = models.OneToOneField(Delivery, models.CASCADE, related_name="+", verbose_name=_("delivery"))
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("recipient to be forgotten")
        verbose_name_plural = _("recipients to be forgotten")

    def __str__(self) -> str:
        return f"{self.delivery_id}"
