"""What a mail provider tells us after it took a message: its own name for it, and every report, once."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.outbox import Delivery


class ProviderMessage(models.Model):
    """A provider's own name for a message that it took. One message may have several: it may be sent again."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="provider_names", verbose_name=_("delivery"))
    provider = models.CharField(_("provider"), max_length=20)
    name = models.CharField(_("provider's name of the message"), max_length=200)

    class Meta:
        verbose_name = _("provider's name of a message")
        verbose_name_plural = _("providers' names of messages")
        constraints = (models.UniqueConstraint(fields=("provider", "name"), name="provider_message_name_once"),)

    def __str__(self) -> str:
        return f"{self.provider} {self.name}"


class DeliveryEventQuerySet(models.QuerySet["DeliveryEvent"]):
    """Questions about reports; the clock is passed in."""

    def waiting(self) -> "DeliveryEventQuerySet":
        """Those that nobody has looked at yet, or that came before our own result did."""
        return self.filter(processed_at__isnull=True)

    def received_before(self, moment: datetime) -> "DeliveryEventQuerySet":
        """Old ones."""
        return self.filter(received_at__lt=moment)


class DeliveryEvent(models.Model):
    """One report of a provider about one message. Whom it was for is not kept: the delivery knows.

    Opens and clicks are never stored.
    """

    class Type(models.TextChoices):
        DEFERRED = "deferred", _("delayed")
        DELIVERED = "delivered", _("delivered")
        BOUNCED_SOFT = "bounced_soft", _("came back, for now")
        BOUNCED_HARD = "bounced_hard", _("came back")
        REJECTED = "rejected", _("not sent by the provider")
        COMPLAINED = "complained", _("reported as unwanted")
        UNSUBSCRIBED = "unsubscribed", _("wishes no invitations")

    class Effect(models.TextChoices):
        CHANGED = "changed", _("the state changed")
        NOTHING = "nothing", _("nothing to change")
        UNKNOWN = "unknown", _("no such message here")

    provider = models.CharField(_("provider"), max_length=20)
    event_id = models.CharField(_("provider's number, or fingerprint"), max_length=100)
    type = models.CharField(_("what happened"), max_length=12, choices=Type)
    #: Enhanced status of RFC 3463, where the words held one.
    code = models.CharField(_("status"), max_length=12, blank=True)
    description = models.CharField(_("words"), max_length=300, blank=True)
    is_address_unknown = models.BooleanField(_("no such mailbox"), default=False)
    #: By which the message is found: our key, our Message-ID or the provider's name. Never an address.
    delivery_key = models.UUIDField(null=True, blank=True, editable=False)
    message_name = models.CharField(max_length=200, blank=True, editable=False)
    delivery = models.ForeignKey(
        Delivery, models.CASCADE, null=True, blank=True, related_name="events", verbose_name=_("delivery")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    processed_at = models.DateTimeField(_("processed at"), null=True, blank=True)
    effect = models.CharField(_("effect"), max_length=10, choices=Effect, blank=True)

    objects = DeliveryEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of a provider")
        verbose_name_plural = _("reports of providers")
        constraints = (
            models.UniqueConstraint(fields=("provider", "event_id"), name="delivery_event_once"),
            models.CheckConstraint(
                condition=Q(processed_at__isnull=True, effect="") | (Q(processed_at__isnull=False) & ~Q(effect="")),
                name="delivery_event_has_an_effect_exactly_when_processed",
            ),
        )
        indexes = (
            models.Index(fields=["id"], condition=Q(processed_at__isnull=True), name="delivery_event_waiting"),
            models.Index(fields=["received_at"], name="delivery_event_received"),
        )

    def __str__(self) -> str:
        return f"{self.provider}: {self.type}"
