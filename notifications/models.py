"""The outbox: one row per recipient and message, from intent to result; campaigns; calendar entries; suppressions."""

import hashlib
import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from events.models import Event
from organisations.languages import Bilingual, Language
from organisations.models import User


def hash_address(address: str) -> str:
    """SHA-256 of a normalised address: enough to recognise it again, not to write to it."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def message_id_of(key: uuid.UUID) -> str:
    """The Message-ID of a delivery, the same at every attempt (RFC 5322 section 3.6.4)."""
    return f"<{salted_hmac('notifications.message-id', key.hex, algorithm='sha256').hexdigest()[:32]}@{settings.MAIL_DOMAIN}>"


class Campaign(models.Model):
    """A bulk invitation: its text, its audience, its state."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        RUNNING = "running", _("going out")
        PAUSED = "paused", _("paused")
        FINISHED = "finished", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.DRAFT: frozenset({State.RUNNING, State.CANCELLED}),
        State.RUNNING: frozenset({State.PAUSED, State.CANCELLED, State.FINISHED}),
        State.PAUSED: frozenset({State.RUNNING, State.CANCELLED}),
        State.FINISHED: frozenset(),
        State.CANCELLED: frozenset(),
    }

    event = models.ForeignKey(Event, models.PROTECT, related_name="campaigns", verbose_name=_("event"))
    name = models.CharField(_("name"), max_length=150, help_text=_("for organisers only"))
    subject_it = models.CharField(_("subject (Italian)"), max_length=150)
    subject_en = models.CharField(_("subject (English)"), max_length=150, blank=True)
    body_it = models.TextField(_("text (Italian)"))
    body_en = models.TextField(_("text (English)"), blank=True)
    kinds = models.JSONField(_("kinds of organisation"), default=list, blank=True)
    municipality = models.CharField(_("municipality"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("sent by"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    planned = models.PositiveIntegerField(_("planned"), default=0)

    subject = Bilingual()
    body = Bilingual()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = (
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by__isnull=True)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="campaign_sent_by_somebody_exactly_when_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state="draft") | Q(sent_at__isnull=True), name="campaign_draft_is_not_sent"
            ),
        )

    def __str__(self) -> str:
        return self.name


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions about deliveries; the clock is passed in."""

    def due(self, now: datetime) -> "DeliveryQuerySet":
        """Ready, their time has come, their campaign is not paused."""
        return self.filter(state=Delivery.State.READY, not_before__lte=now).exclude(
            campaign__state=Campaign.State.PAUSED
        )

    def abandoned(self, now: datetime) -> "DeliveryQuerySet":
        """Held by a worker whose lease is over."""
        return self.filter(state__in=[Delivery.State.LEASED, Delivery.State.SENDING], lease_until__lt=now)

    def counts(self) -> dict[str, int]:
        """Rows by state; every state is there."""
        found = dict(self.order_by().values_list("state").annotate(models.Count("pk")))
        return {state: found.get(state, 0) for state in Delivery.State.values}


class Delivery(models.Model):
    """One message to one recipient. What is written here is what is known; the broker only rings."""

    class Lane(models.TextChoices):
        TRANSACTIONAL = "transactional", _("single messages")
        BULK = "bulk", _("bulk")

    class State(models.TextChoices):
        READY = "ready", _("waiting")
        LEASED = "leased", _("taken by a worker")
        SENDING = "sending", _("being handed over")
        ACCEPTED = "accepted", _("handed over")
        FAILED = "failed", _("failed")
        UNCERTAIN = "uncertain", _("uncertain")
        SUPPRESSED = "suppressed", _("not wanted")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("too late")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.READY: frozenset({State.LEASED, State.CANCELLED}),
        State.LEASED: frozenset(
            {State.READY, State.SENDING, State.FAILED, State.SUPPRESSED, State.CANCELLED, State.EXPIRED}
        ),
        State.SENDING: frozenset({State.READY, State.ACCEPTED, State.FAILED, State.UNCERTAIN}),
        State.UNCERTAIN: frozenset({State.READY, State.ACCEPTED}),
        State.FAILED: frozenset({State.READY}),
        State.ACCEPTED: frozenset(),
        State.SUPPRESSED: frozenset(),
        State.CANCELLED: frozenset(),
        State.EXPIRED: frozenset(),
    }

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    idempotency_key = models.CharField(_("idempotency key"), max_length=200, unique=True)
    lane = models.CharField(_("lane"), max_length=15, choices=Lane, default=Lane.TRANSACTIONAL)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.READY)
    address = models.EmailField(_("recipient"))
    name = models.CharField(_("recipient's name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ITALIAN)
    payload = models.JSONField(_("payload"), default=dict)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="deliveries", verbose_name=_("campaign")
    )
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True, editable=False)
    calendar_method = models.CharField(_("calendar method"), max_length=10, blank=True)
    calendar_sequence = models.PositiveIntegerField(_("calendar sequence"), null=True, blank=True)
    calendar_stamp = models.DateTimeField(_("calendar stamp"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    owner = models.CharField(max_length=32, blank=True, default="", editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    sending_since = models.DateTimeField(_("handed over since"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    reply = models.TextField(_("last reply"), blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="accepted", accepted_at__isnull=False)
                | (~Q(state="accepted") & Q(accepted_at__isnull=True)),
                name="delivery_accepted_exactly_when_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["leased", "sending"]) | (Q(lease_until__isnull=False) & ~Q(owner="")),
                name="delivery_held_by_somebody_until",
            ),
        )
        indexes = (
            models.Index(fields=["lane", "not_before", "id"], condition=Q(state="ready"), name="delivery_due"),
            models.Index(fields=["lease_until"], condition=Q(state__in=["leased", "sending"]), name="delivery_leases"),
            models.Index(fields=["campaign", "state"], name="delivery_campaign_state"),
        )

    def __str__(self) -> str:
        return f"{self.kind} → {self.address}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.message_id = self.message_id or message_id_of(self.key)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came


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


class Suppression(models.Model):
    """An address that wants no invitations; kept as a hash, so that it survives a new import of the list."""

    address_hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(_("reason"), max_length=100)
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")

    def __str__(self) -> str:
        return self.reason


class Sweep(models.Model):
    """When the clock last went round: beat, broker, worker and database in one sign of life. One row."""

    at = models.DateTimeField()

    class Meta:
        verbose_name = _("sweep")
        verbose_name_plural = _("sweeps")

    def __str__(self) -> str:
        return str(self.at)

    @classmethod
    def age(cls, now: datetime) -> float | None:
        """Seconds since the clock last went round; None if it never did."""
        last = cls.objects.filter(pk=1).first()
        return (now - last.at).total_seconds() if last else None


class RelayState(models.Model):
    """Whether the relay is being left in peace for a while, and why. One row."""

    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("state of the relay")
        verbose_name_plural = _("state of the relay")

    def __str__(self) -> str:
        return self.reason or "open"


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


from notifications.audience_models import Contact, ContactList, ContactUpload, Segment  # noqa: E402, F401  # found here by Django
