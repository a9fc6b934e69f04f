"""Who waits for a place of an event or of an agenda item, and the trace of each promotion."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.agenda import Session
from events.models.events import Event
from events.models.registrations import Attendee, AttendeeQuerySet, Registration
from organisations.models import User


class WaitingEntryQuerySet(models.QuerySet["WaitingEntry"]):
    """Questions about the queues."""

    def waiting(self) -> "WaitingEntryQuerySet":
        """Those still in a queue, in its order."""
        return self.filter(state=WaitingEntry.State.WAITING).order_by("priority", "created_at", "pk")


class WaitingEntry(models.Model):
    """One group in one queue: for the event, or for one agenda item with places of its own."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        PROMOTED = "promoted", _("got its places")
        LEFT = "left", _("left the list")
        EXPIRED = "expired", _("waited until the start")

    class Takes(models.TextChoices):
        ALL = "all", _("all together or nobody")
        ANY = "any", _("as many as there are places for")

    event = models.ForeignKey(Event, models.PROTECT, related_name="waiting_entries", verbose_name=_("event"))
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="waiting_entries", verbose_name=_("agenda item")
    )
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="waiting_entries", verbose_name=_("registration")
    )
    takes = models.CharField(_("all or any"), max_length=3, choices=Takes, default=Takes.ALL)
    #: Lower goes first; an organiser moves to the front with a number below all others.
    priority = models.IntegerField(_("priority"), default=0)
    priority_reason = models.CharField(_("reason of the priority"), max_length=200, blank=True)
    prioritised_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("moved to the front by")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(_("waiting since"), default=timezone.now)
    ended_at = models.DateTimeField(_("waited until"), null=True, blank=True)

    objects = WaitingEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the waiting list")
        verbose_name_plural = _("entries of the waiting list")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at__isnull=True) | (~Q(state="waiting") & Q(ended_at__isnull=False)),
                name="waiting_entry_ended_exactly_when_dated",
            ),
            models.CheckConstraint(
                condition=Q(priority=0, priority_reason="", prioritised_by__isnull=True)
                | (Q(priority__lt=0, prioritised_by__isnull=False) & ~Q(priority_reason="")),
                name="waiting_entry_goes_first_only_with_a_reason",
            ),
        )
        indexes = (models.Index(fields=("event",), condition=Q(state="waiting"), name="waiting_entry_in_queue"),)

    def __str__(self) -> str:
        return f"{self.registration.reference} · {self.session or self.event}"  # no name: the admin's log keeps this

    @property
    def title(self) -> str:
        """What is waited for: the item of the agenda, else the event."""
        return str(self.session.title if self.session else self.event.title)

    def holding(self) -> AttendeeQuerySet:
        """Those who got a place through it and hold it still."""
        got = Attendee.objects.filter(waits__entry=self, waits__state=WaitingPerson.State.PROMOTED)
        if self.session_id:
            return got.filter(seats__session=self.session_id, seats__state="held").order_by("pk")
        return got.confirmed().order_by("pk")


class WaitingPerson(models.Model):
    """One person of an entry; nobody stands twice in one queue."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        PROMOTED = "promoted", _("got a place")
        LEFT = "left", _("left the list")
        DECLINED = "declined", _("gave the place back")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.WAITING: frozenset({State.PROMOTED, State.LEFT}),
        State.PROMOTED: frozenset({State.DECLINED}),
        State.LEFT: frozenset(),
        State.DECLINED: frozenset(),
    }

    entry = models.ForeignKey(WaitingEntry, models.CASCADE, related_name="people", verbose_name=_("entry"))
    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="waits", verbose_name=_("attendee"))
    #: The entry's, repeated here for the index below.
    session = models.ForeignKey(Session, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)

    class Meta:
        verbose_name = _("person on the waiting list")
        verbose_name_plural = _("people on the waiting list")
        constraints = (
            models.UniqueConstraint(
                fields=("session", "attendee"),
                condition=Q(state="waiting", session__isnull=False),
                name="waiting_person_once_per_session",
            ),
            models.UniqueConstraint(
                fields=("attendee",),
                condition=Q(state="waiting", session__isnull=True),
                name="waiting_person_once_per_event",
            ),
        )

    def __str__(self) -> str:
        return f"{self.attendee} · {self.entry}"


class PromotionRun(models.Model):
    """What one promotion decided and why: written once, never changed (triggers). No names: references only."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="promotion_runs", verbose_name=_("event"))
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="promotion_runs", verbose_name=_("agenda item")
    )
    ran_at = models.DateTimeField(_("ran at"))
    free = models.PositiveIntegerField(_("free places"))
    #: What `events.promotion.promote` was asked and answered, one object for each entry, in the order of the queue.
    decisions = models.JSONField(_("decisions"))

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")

    def __str__(self) -> str:
        return f"{self.session or self.event} · {self.ran_at:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Once. Raises TypeError on a second time."""
        if not self._state.adding:
            raise TypeError("a promotion is a record: it is written once")
        super().save(*args, **kwargs)
