"""The outbox: one row per recipient and message, from intent to result, and every attempt."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q, Sum
from django.db.models.base import ModelState
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.addresses import OTHER, domain_group_of, message_id_of
from notifications.models.campaigns import Campaign
from organisations.languages import Language
from organisations.models import Organisation


class Lane(models.TextChoices):
    """Streams that never wait for each other: each has its own relay, limits and breaker."""

    TRANSACTIONAL = "transactional", _("single messages")
    BULK = "bulk", _("bulk")
    PEC = "pec", _("certified mail")


#: Kind of Django's own mail: sign-in codes.
ACCOUNT = "account"
#: Kinds whose text is a secret of its recipient as a whole: shown to nobody, and forgotten when their way is over.
SECRET_KINDS = frozenset({ACCOUNT})


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions about deliveries; the clock is passed in, except for leases: theirs is the database's."""

    def due(self, now: datetime) -> "DeliveryQuerySet":
        """Ready, and their time has come. Whether their campaign runs is asked by who claims."""
        return self.filter(state=Delivery.State.READY, not_before__lte=now)

    def abandoned(self) -> "DeliveryQuerySet":
        """Held by a worker whose lease is over, by the clock of the database that all workers share."""
        return self.filter(state__in=[Delivery.State.LEASED, Delivery.State.SENDING], lease_until__lt=Now())

    def at_any_hour(self) -> "DeliveryQuerySet":
        """Of bulk without a campaign, what may leave in quiet hours: no reminder, but for a rule that says so."""
        return self.filter(~Q(kind=Delivery.INVITATION_REMINDER) | Q(payload__also_at_quiet_times=True))

    def invitations_taken(self, event: int) -> "DeliveryQuerySet":
        """Invitations to an event that a relay took: to be invited is to have been written to."""
        return self.filter(
            kind="invitation",
            campaign__event=event,
            campaign__purpose=Campaign.Purpose.INVITATION,
            accepted_at__isnull=False,
        )

    def unsettled(self) -> "DeliveryQuerySet":
        """Those that still wait for their result. Twin: `Delivery.is_unsettled`."""
        return self.filter(state__in=Delivery.UNSETTLED)

    def forget_secrets(self) -> int:
        """Empty what nobody but the recipient should read; how many. Call it where messages end. Twin: `ended_as`."""
        return self.filter(kind__in=SECRET_KINDS).update(payload={})


class Delivery(models.Model):
    """One message to one recipient. What is written here is what is known; the broker only rings."""

    class State(models.TextChoices):
        READY = "ready", _("waiting")
        LEASED = "leased", _("taken by a worker")
        SENDING = "sending", _("being handed over")
        ACCEPTED = "accepted", _("handed over")
        DELIVERED = "delivered", _("delivered")
        BOUNCED_SOFT = "bounced_soft", _("came back, for now")
        BOUNCED_HARD = "bounced_hard", _("came back")
        COMPLAINED = "complained", _("reported as unwanted")
        FAILED = "failed", _("failed")
        UNCERTAIN = "uncertain", _("uncertain")
        SUPPRESSED = "suppressed", _("not wanted")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("too late")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.READY: frozenset({State.LEASED, State.ACCEPTED, State.CANCELLED, State.EXPIRED}),
        State.LEASED: frozenset(
            {State.READY, State.SENDING, State.FAILED, State.SUPPRESSED, State.CANCELLED, State.EXPIRED}
        ),
        State.SENDING: frozenset({State.READY, State.ACCEPTED, State.FAILED, State.UNCERTAIN}),
        State.UNCERTAIN: frozenset({State.READY, State.ACCEPTED, State.FAILED}),
        State.ACCEPTED: frozenset({State.DELIVERED, State.BOUNCED_SOFT, State.BOUNCED_HARD, State.COMPLAINED}),
        State.DELIVERED: frozenset({State.COMPLAINED, State.BOUNCED_HARD}),
        State.BOUNCED_SOFT: frozenset({State.DELIVERED, State.BOUNCED_HARD, State.READY}),
        State.BOUNCED_HARD: frozenset({State.READY}),
        State.COMPLAINED: frozenset(),
        State.FAILED: frozenset({State.READY}),
        State.SUPPRESSED: frozenset(),
        State.CANCELLED: frozenset(),
        State.EXPIRED: frozenset(),
    }
    UNSETTLED = (State.READY, State.LEASED, State.SENDING)
    #: States of messages that were handed over and then sent back or complained of.
    CAME_BACK = (State.BOUNCED_SOFT, State.BOUNCED_HARD, State.COMPLAINED)
    #: States that a message reaches only after a relay took it.
    TAKEN = (State.ACCEPTED, State.DELIVERED, State.BOUNCED_SOFT, State.BOUNCED_HARD, State.COMPLAINED)

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    idempotency_key = models.CharField(_("idempotency key"), max_length=200)
    lane = models.CharField(_("lane"), max_length=15, choices=Lane, default=Lane.TRANSACTIONAL)
    domain_group = models.CharField(_("mail house"), max_length=20, default=OTHER)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.READY)
    address = models.EmailField(_("recipient"))
    name = models.CharField(_("recipient's name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ITALIAN)
    payload = models.JSONField(_("payload"), default=dict)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="deliveries", verbose_name=_("campaign"),
        db_index=False,
    )  # fmt: skip
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("organisation"),
        db_index=False,
    )  # fmt: skip
    message_id = models.CharField(_("Message-ID"), max_length=200, editable=False)
    calendar_method = models.CharField(_("calendar method"), max_length=10, blank=True)
    calendar_sequence = models.PositiveIntegerField(_("calendar sequence"), null=True, blank=True)
    calendar_stamp = models.DateTimeField(_("calendar stamp"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    #: Since when it is tried; later than `created_at` where a person let it go again: the two days begin anew, its date not.
    tried_since = models.DateTimeField(null=True, blank=True, editable=False)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    uncertain_count = models.PositiveIntegerField(_("times uncertain"), default=0)
    owner = models.CharField(max_length=32, blank=True, default="", editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    sending_since = models.DateTimeField(_("handed over since"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    reply = models.TextField(_("last reply"), blank=True)

    Lane = Lane
    #: The kind of a look at a campaign that its organiser sends to themselves: by the bulk lane, asked for by its reader.
    TEST = "campaign_test"
    #: The one kind of the bulk lane that belongs to no campaign but to a rule.
    INVITATION_REMINDER = "invitation_reminder"
    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = (
            # not `unique=True`: on PostgreSQL that makes a second index, and each costs with every change of state
            models.UniqueConstraint(fields=("message_id",), name="delivery_message_id_once"),
            # these operators serve the search for a beginning too, whatever the database's language
            models.UniqueConstraint(
                fields=("idempotency_key",), opclasses=("varchar_pattern_ops",), name="delivery_idempotency_key_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["accepted", "delivered", "bounced_soft", "bounced_hard", "complained"],
                    accepted_at__isnull=False,
                )
                | (
                    ~Q(state__in=["accepted", "delivered", "bounced_soft", "bounced_hard", "complained"])
                    & Q(accepted_at__isnull=True)
                ),
                name="delivery_taken_exactly_when_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["leased", "sending"]) | (Q(lease_until__isnull=False) & ~Q(owner="")),
                name="delivery_held_by_somebody_until",
            ),
        )
        indexes = (
            # two ways to the next row, so that none is walked over that may not go: through all houses in the order of
            # time, and within one house where some are paused or slowed. A row leaves both when it is taken
            models.Index(
                fields=["lane", "campaign", "not_before", "id"], condition=Q(state="ready"), name="delivery_next_of_all"
            ),
            models.Index(
                fields=["lane", "campaign", "domain_group", "not_before", "id"],
                condition=Q(state="ready"),
                name="delivery_next",
            ),
            # sign-in codes, which somebody waits for, before all else: few rows, so it costs the others nothing
            models.Index(
                fields=["kind", "lane", "campaign", "not_before", "id"],
                condition=Q(state="ready", kind="account"),
                name="delivery_codes",
            ),
            models.Index(fields=["lease_until"], condition=Q(state__in=["leased", "sending"]), name="delivery_leases"),
            models.Index(fields=["owner"], condition=~Q(owner=""), name="delivery_owner"),
            models.Index(fields=["campaign", "id"], name="delivery_campaign"),
            models.Index(fields=["address", "id"], name="delivery_address"),
            models.Index(
                fields=["state", "id"], condition=Q(state__in=["failed", "uncertain"]), name="delivery_to_look_at"
            ),
            models.Index(
                fields=["state", "id"],
                condition=Q(state__in=["bounced_soft", "bounced_hard", "complained"]),
                name="delivery_came_back",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} → {self.address}"

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **_more: Any) -> "Delivery":
        """As Django makes it, less the way through `__init__`, which takes half the time of reading many rows."""
        row = cls.__new__(cls)
        row._state = ModelState()
        row._state.adding, row._state.db = False, db
        row.__dict__.update(zip(field_names, values, strict=True))
        return row

    def save(self, *args: object, **kwargs: object) -> None:
        self.message_id = self.message_id or message_id_of(self.key)
        self.domain_group = domain_group_of(self.address)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

    def ended_as(self, state: str) -> dict[str, object]:
        """The values of a row that leaves for this state: with the last one it takes its secret along."""
        is_over = state in self.TAKEN or not self.TRANSITIONS[state] or state == self.State.FAILED
        return {"state": state, **({"payload": {}} if is_over and self.kind in SECRET_KINDS else {})}

    @property
    def has_lost_its_text(self) -> bool:
        """Whether it carried a secret and has ended: see `ended_as`."""
        return self.kind in SECRET_KINDS and not self.payload

    @property
    def is_unsettled(self) -> bool:
        """Twin of `DeliveryQuerySet.unsettled`."""
        return self.state in self.UNSETTLED


class Attempt(models.Model):
    """One try to hand one message over, and how it ended. Written once, never changed."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("handed over")
        DEFERRED = "deferred", _("not now")
        REFUSED = "refused", _("refused")
        RELAY_DOWN = "relay_down", _("mail server unwell")
        UNCERTAIN = "uncertain", _("no answer")
        UNWRITTEN = "unwritten", _("could not be written")
        SETTLED = "settled", _("settled by a person")

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries", verbose_name=_("delivery"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    reply = models.TextField(_("words"), blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self) -> str:
        return f"{self.outcome}: {self.reply}"


class TallyQuerySet(models.QuerySet["Tally"]):
    """Numbers of deliveries without counting them."""

    def by_state(self, *, campaign: int | None = None, lane: str | None = None) -> dict[str, int]:
        """Deliveries by state, every state there; of one campaign, of one lane, or of all."""
        rows = self if campaign is None else self.filter(campaign=campaign)
        rows = rows if lane is None else rows.filter(lane=lane)
        found = dict(rows.order_by().values_list("state").annotate(Sum("count")))
        return {state: found.get(state, 0) for state in Delivery.State.values}

    def by_lane(self) -> dict[str, dict[str, int]]:
        """Deliveries by lane and state, every lane and state there. One query."""
        numbers = {lane: dict.fromkeys(Delivery.State.values, 0) for lane in Lane.values}
        for lane, state, count in self.order_by().values_list("lane", "state").annotate(Sum("count")):
            numbers[lane][state] = count
        return numbers

    def campaigns_with(self, state: str) -> set[int]:
        """Campaigns that have deliveries in this state. One query."""
        rows = self.filter(state=state, campaign__gt=0).order_by().values("campaign").annotate(number=Sum("count"))
        return set(rows.filter(number__gt=0).values_list("campaign", flat=True))

    def total(self, states: Iterable[str], *, campaign: int | None = None) -> int:
        """How many deliveries are in any of these states."""
        numbers = self.by_state(campaign=campaign)
        return sum(numbers[state] for state in states)


class Tally(models.Model):
    """How many deliveries of a campaign (0: none) and lane are in a state: sums of changes, kept by triggers.

    A page must not count a million rows (130 ms). PostgreSQL appends one row per statement, so that two workers never
    wait for one counter, and `compact` folds them; SQLite, with its one writer, updates in place.
    """

    campaign = models.BigIntegerField(default=0)
    lane = models.CharField(max_length=15)
    state = models.CharField(max_length=12)
    count = models.BigIntegerField()

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        indexes = (models.Index(fields=["campaign", "lane", "state"], name="tally_place"),)

    def __str__(self) -> str:
        return f"{self.campaign} {self.lane} {self.state}: {self.count}"
