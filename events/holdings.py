"""What each event still holds of people, class by class, and when it leaves: one query for each class, however many events."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from events.checkin.models import Reconciliation, WalkIn
from events.kept import BY_KEY
from events.models import Answer, Attendee, ChangeRequest, Event, Registration, Speaker, SpecialNeeds, WaitingEntry
from events.served import served_at
from events.timeline.contributors import morning_after
from organisations.kept import Kept

#: A night may be missed; from then on somebody should look.
GRACE = timedelta(hours=24)


class State(TextChoices):
    """What becomes of one class of data of one event."""

    NOTHING = "nothing", _("nothing held")
    IN_USE = "in_use", _("in use")
    LEAVES = "leaves", _("leaves")
    TONIGHT = "tonight", _("leaves tonight")
    OVERDUE = "overdue", _("overdue")
    GONE = "gone", _("nothing any more")

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return {"overdue": "stop", "tonight": "wait", "leaves": "wait", "gone": "ok"}.get(self.value, "plain")


@dataclass(frozen=True, slots=True)
class Cell:
    """One class of data of one event: how many rows hold it, and from when on the purge takes it."""

    kept: Kept
    rows: int
    leaves_at: datetime
    state: State

    @property
    def has_date(self) -> bool:
        """Whether the date says something: not where nothing is held and nothing was due."""
        return self.state != State.NOTHING


@dataclass(frozen=True, slots=True)
class Line:
    """One event and all its classes, in the order of `CLASSES`."""

    event: Event
    cells: tuple[Cell, ...]

    @property
    def overdue(self) -> tuple[Cell, ...]:
        """Those that somebody should look at."""
        return tuple(cell for cell in self.cells if cell.state == State.OVERDUE)

    @property
    def rows(self) -> int:
        """How many rows hold anything."""
        return sum(cell.rows for cell in self.cells)

    @property
    def next(self) -> Cell | None:
        """What leaves next."""
        held = [cell for cell in self.cells if cell.rows]
        return min(held, key=lambda cell: cell.leaves_at, default=None)


def _named() -> QuerySet[Attendee]:
    """People of whom more is held than the register needs: an address, or the name of somebody who did not come."""
    people = Attendee.objects.filter(erased_at=None)
    return people.filter(~Q(email="") | ~Q(pk__in=people.proven().values("pk")))


#: Class of data -> the rows that hold it, and the way from there to their event.
CLASSES: Mapping[str, tuple[Callable[[], QuerySet[Any]], str]] = {
    "access_needs": (lambda: SpecialNeeds.objects.exclude(access=""), "attendee__event"),
    "dietary_needs": (lambda: SpecialNeeds.objects.exclude(dietary=""), "attendee__event"),
    "sensitive_answers": (lambda: Answer.objects.filter(question__sensitive=True), "question__event"),
    "contacts": (lambda: Registration.objects.filter(erased_at=None), "event"),
    "people": (_named, "event"),
    "attendance": (lambda: Attendee.objects.filter(erased_at=None).proven(), "event"),
    "answers": (
        lambda: Answer.objects.filter(~Q(text="") | Q(day__isnull=False), question__sensitive=False), "question__event",
    ),
    "requests": (ChangeRequest.objects.all, "event"),
    "waiting": (lambda: WaitingEntry.objects.exclude(priority_reason=""), "event"),
    "walk_ins": (WalkIn.objects.all, "scan__event"),
    "door_notes": (lambda: Reconciliation.objects.exclude(note=""), "scan__event"),
    "speakers_addresses": (lambda: Speaker.objects.exclude(email=""), "event"),
}  # fmt: skip


def lines(events: Iterable[Event], now: datetime) -> list[Line]:
    """What these events hold, in their order. One query for each class of data."""
    events = list(events)
    keys = [event.pk for event in events]
    counts = {key: _counts(rows(), way, keys) for key, (rows, way) in CLASSES.items()}
    return [
        Line(event, tuple(_cell(event, key, counts[key].get(event.pk, 0), now) for key in CLASSES)) for event in events
    ]


# -- inside ------------------------------------------------------------------------------------------------------------


def _counts(rows: QuerySet[Any], way: str, events: list[int]) -> dict[int, int]:
    found = rows.filter(**{f"{way}__in": events}).order_by().values_list(way)
    return dict(found.annotate(number=Count("pk", distinct=True)))


def _cell(event: Event, key: str, rows: int, now: datetime) -> Cell:
    kept = BY_KEY[key]
    leaves_at = served_at(event, kept.period)
    return Cell(kept, rows, leaves_at, _state(event, rows, leaves_at, now))


def _state(event: Event, rows: int, leaves_at: datetime, now: datetime) -> State:
    if not rows:
        return State.GONE if leaves_at <= now else State.NOTHING
    if leaves_at > now:
        return State.LEAVES if event.is_over(now) or event.state == Event.State.CANCELLED else State.IN_USE
    return State.TONIGHT if now < morning_after(leaves_at) + GRACE else State.OVERDUE
