"""The local mailbox of the trial mode."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LocalMail(models.Model):
    """A mail in the local mailbox (trial mode), byte for byte."""

    message_id = models.CharField(max_length=200, unique=True)
    address = models.EmailField(_("recipient"))
    subject = models.CharField(_("subject"), max_length=300)
    content = models.BinaryField()
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("local mail")
        verbose_name_plural = _("local mails")

    def __str__(self) -> str:
        return self.subject
