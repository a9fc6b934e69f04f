"""Other programs that are told of facts, what they are told, and every attempt (Standard Webhooks 1.0)."""

import base64
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.posting import PostAttempt, Posted
from organisations.links import sign
from organisations.models import User


class Fact(models.TextChoices):
    """What other programs can be told. The names are a contract: they stand in what is sent."""

    REGISTRATION_CONFIRMED = "registration.confirmed", _("a registration came in")
    REGISTRATION_CHANGED = "registration.changed", _("a registration was changed")
    REGISTRATION_CANCELLED = "registration.cancelled", _("a registration was given back")
    ATTENDEE_ARRIVED = "attendee.arrived", _("somebody arrived at an event")
    EVENT_PUBLISHED = "event.published", _("an event became public")
    EVENT_RESCHEDULED = "event.rescheduled", _("an event moved in time or place")
    EVENT_CANCELLED = "event.cancelled", _("an event was called off")
    DELIVERY_FAILED = "delivery.failed", _("a message could not be handed over")
    DELIVERY_BOUNCED = "delivery.bounced", _("a message came back")
    CAMPAIGN_COMPLETED = "campaign.completed", _("an invitation was sent to all")


#: Sent when somebody presses the button; nobody subscribes to it.
TEST_FACT = "portal.test"


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Questions about endpoints; the clock is passed in."""

    def kept(self) -> "WebhookQuerySet":
        """Those that were not removed."""
        return self.exclude(state=Webhook.State.REMOVED)

    def taking(self) -> "WebhookQuerySet":
        """Those whose facts are written down: what a paused one misses waits for it."""
        return self.filter(state__in=[Webhook.State.ACTIVE, Webhook.State.PAUSED])

    def open(self, now: datetime) -> "WebhookQuerySet":
        """Those that may be written to at this moment."""
        rests = Q(rests_until__isnull=True) | Q(rests_until__lte=now)
        return self.filter(rests, state=Webhook.State.ACTIVE)


class Webhook(models.Model):
    """The address of another program. Its secret is derived from the site's and never stored (decision 0006)."""

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")
        DISABLED = "disabled", _("switched off by the portal")
        REMOVED = "removed", _("removed")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.ACTIVE: frozenset({State.PAUSED, State.DISABLED, State.REMOVED}),
        State.PAUSED: frozenset({State.ACTIVE, State.REMOVED}),
        State.DISABLED: frozenset({State.ACTIVE, State.REMOVED}),
        State.REMOVED: frozenset(),
    }
    #: So long what is signed also bears the signature of the secret before, so that nobody must change two at once.
    BOTH_SECRETS = timedelta(hours=24)

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=500)
    facts = models.JSONField(_("facts"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    secret_version = models.PositiveIntegerField(default=1, editable=False)
    secret_shown_at = models.DateTimeField(_("secret shown at"), null=True, blank=True, editable=False)
    secret_renewed_at = models.DateTimeField(_("secret renewed at"), null=True, blank=True, editable=False)
    #: Since the first of the failures that no success has followed, and how many they are.
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    rests_until = models.DateTimeField(_("rests until"), null=True, blank=True, editable=False)
    succeeded_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    disabled_at = models.DateTimeField(_("switched off at"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("other program")
        verbose_name_plural = _("other programs")
        constraints = (
            models.UniqueConstraint(fields=("url",), condition=~Q(state="removed"), name="webhook_url_once"),
            models.CheckConstraint(
                condition=Q(state="disabled", disabled_at__isnull=False)
                | (~Q(state="disabled") & Q(disabled_at__isnull=True)),
                name="webhook_disabled_exactly_when_dated",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_closed(self) -> bool:
        """Whether it is told nothing and nothing is written down for it. Twin: `WebhookQuerySet.taking`."""
        return self.state in {self.State.DISABLED, self.State.REMOVED}

    @property
    def tone(self) -> str:
        """The tone of its state's badge."""
        if self.state == self.State.DISABLED:
            return "stop"
        return "wait" if self.state == self.State.PAUSED or self.failures else "ok"

    def secret_bytes(self, version: int) -> bytes:
        """The key of the signature, 256 bits."""
        return sign("notifications.webhook", f"{self.key.hex}:{version}")

    @property
    def secret(self) -> str:
        """As the convention writes it, for the other program's settings."""
        return f"whsec_{base64.b64encode(self.secret_bytes(self.secret_version)).decode()}"

    def signing_versions(self, now: datetime) -> list[int]:
        """The secrets that sign at this moment, the newest first."""
        renewed = self.secret_renewed_at
        both = renewed is not None and now < renewed + self.BOTH_SECRETS
        return [self.secret_version, self.secret_version - 1] if both else [self.secret_version]


class WebhookMessage(Posted):
    """One fact for one program. Its key is the same at every attempt, so that a repetition is recognised."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being handed over")
        DELIVERED = "delivered", _("taken")
        FAILED = "failed", _("given up")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.WAITING: frozenset({State.SENDING, State.FAILED}),
        State.SENDING: frozenset({State.WAITING, State.DELIVERED, State.FAILED}),
        State.DELIVERED: frozenset({State.WAITING}),
        State.FAILED: frozenset({State.WAITING}),
    }

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="messages", verbose_name=_("other program"))
    fact = models.CharField(_("fact"), max_length=40)
    #: Names this one happening, so that it is told once.
    occurrence = models.CharField(max_length=100, editable=False)
    payload: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("content"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("fact for another program")
        verbose_name_plural = _("facts for other programs")
        constraints = (
            models.UniqueConstraint(fields=("webhook", "occurrence"), name="webhook_message_once"),
            models.CheckConstraint(
                condition=Q(state="sending") & ~Q(owner="") & Q(lease_until__isnull=False)
                | ~Q(state="sending") & Q(owner="", lease_until__isnull=True),
                name="webhook_message_held_exactly_while_sending",
            ),
            models.CheckConstraint(
                condition=~Q(state="delivered") | Q(delivered_at__isnull=False),
                name="webhook_message_delivered_is_dated",
            ),
        )
        indexes = (
            models.Index(fields=["webhook", "not_before"], condition=Q(state="waiting"), name="webhook_message_due"),
            models.Index(fields=["webhook", "state", "-id"], name="webhook_message_ledger"),
            models.Index(fields=["created_at"], name="webhook_message_created"),
        )

    def __str__(self) -> str:
        return f"{self.fact} → {self.webhook}"

    @property
    def message_id(self) -> str:
        """The name of the message, as `webhook-id` carries it."""
        return f"msg_{self.key.hex}"

    @property
    def fact_words(self) -> str:
        """The fact as people read it."""
        return str(Fact(self.fact).label) if self.fact in Fact.values else str(_("a test"))

    @property
    def tone(self) -> str:
        """The tone of its state's badge."""
        return {"delivered": "ok", "failed": "stop"}.get(self.state, "wait")


class WebhookAttempt(PostAttempt):
    """One try to tell one program one fact."""

    message = models.ForeignKey(WebhookMessage, models.CASCADE, related_name="tries", verbose_name=_("message"))

    class Meta:
        verbose_name = _("attempt to tell another program")
        verbose_name_plural = _("attempts to tell other programs")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.status or '–'}"
