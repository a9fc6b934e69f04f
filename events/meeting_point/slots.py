"""Which times can be booked: the hours, cut into slots, less what is taken. Nothing of it is stored.

Slots are as long as the time that passes, so that one over a change of the clock is neither longer nor shorter.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from events.meeting_point import timetables
from events.meeting_point.models import Appointment, MeetingPoint
from events.meeting_point.timetables import SpecialDays, Timetable
from organisations.zone import ROME

#: How far ahead the desk may book for somebody who asks it.
DESK_HORIZON = timedelta(days=92)
#: A time that was offered when somebody began to write is still theirs to take so much later.
GRACE = timedelta(minutes=15)
_CODE = re.compile(r"20\d{6}T\d{4}Z", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One time that is offered, and how many places of it are left."""

    starts_at: datetime
    ends_at: datetime
    free: int

    @property
    def code(self) -> str:
        """As it stands in addresses and forms: see `parse`."""
        return code(self.starts_at)


@dataclass(frozen=True, slots=True)
class Day:
    """The slots of one day that can be booked now; `special` says why there are others than usual, or none."""

    date: date
    slots: tuple[Slot, ...]
    special: SpecialDays | None

    @property
    def free(self) -> list[Slot]:
        """Those that somebody can have."""
        return [slot for slot in self.slots if slot.free]


@dataclass(frozen=True, slots=True)
class Held:
    """A place that is taken, and for how long."""

    starts_at: datetime
    ends_at: datetime
    place: int


@dataclass(frozen=True, slots=True)
class Window:
    """Which slots may be booked: beginning not before one moment, and not after one day."""

    not_before: datetime
    last_day: date

    @classmethod
    def for_people(cls, point: MeetingPoint, now: datetime, *, grace: timedelta = timedelta()) -> "Window":
        """By the point's lead time and horizon. `grace`: so much longer is taken what was offered a moment ago."""
        last = timezone.localdate(now) + timedelta(days=point.horizon_days)
        return cls(max(now, now + timedelta(hours=point.lead_hours) - grace), last)

    @classmethod
    def for_desk(cls, now: datetime) -> "Window":
        """For somebody who calls: whatever has not begun."""
        return cls(now, timezone.localdate(now) + DESK_HORIZON)

    @property
    def first_day(self) -> date:
        """The day of the first moment, in Rome."""
        return self.not_before.astimezone(ROME).date()

    def holds(self, starts_at: datetime) -> bool:
        """Whether a slot that begins then may be booked."""
        return self.not_before <= starts_at and starts_at.astimezone(ROME).date() <= self.last_day


def days(point: MeetingPoint, timetable: Timetable, window: Window, *, but: Appointment | None = None) -> list[Day]:
    """Each day of the window with its slots. One query, however long the window is. `but`: counts as free."""
    first = window.first_day
    if first > window.last_day:
        return []
    opens, ends = _midnight(first), _midnight(window.last_day + timedelta(days=1))
    held: dict[date, list[Held]] = {}
    for one in _held(point, opens, ends, but):
        held.setdefault(one.starts_at.astimezone(ROME).date(), []).append(one)
    number = (window.last_day - first).days + 1
    return [_day(point, timetable, window, first + timedelta(days=ahead), held) for ahead in range(number)]


def slot_at(
    point: MeetingPoint, timetable: Timetable, window: Window, starts_at: datetime, *, but: Appointment | None = None
) -> Slot | None:
    """The slot that begins exactly then, if there is one and it may be booked; it may be taken. One query."""
    starts_at = starts_at.astimezone(
        UTC
    )  # Python calls no two times of different zones equal in an hour that comes twice
    if not window.holds(starts_at):
        return None
    for begins, ends in cut(timetable, starts_at.astimezone(ROME).date(), point.slot_minutes):
        if begins == starts_at:
            taken = places_taken(_held(point, begins, ends, but), begins, ends)
            return Slot(begins, ends, max(0, point.places - len(taken)))
    return None


def free_place(point: MeetingPoint, slot: Slot, *, but: Appointment | None = None) -> int | None:
    """The lowest place nobody holds at any moment of a slot. Expects the point locked. One query."""
    taken = places_taken(_held(point, slot.starts_at, slot.ends_at, but), slot.starts_at, slot.ends_at)
    if len(taken) >= point.places:
        return None
    return next(number for number in range(1, point.places + 1) if number not in taken)


def cut(timetable: Timetable, day: date, minutes: int) -> Iterator[tuple[datetime, datetime]]:
    """Beginnings and ends of the slots of a day; what is left at the end of a stretch is none."""
    length = timedelta(minutes=minutes)
    for stretch in timetable.stretches_on(day):
        begins = stretch.starts_at
        while begins + length <= stretch.ends_at:
            yield begins, begins + length
            begins += length


def places_taken(held: Iterable[Held], starts_at: datetime, ends_at: datetime) -> set[int]:
    """The places held at any moment of a stretch."""
    return {one.place for one in held if one.starts_at < ends_at and one.ends_at > starts_at}


def code(starts_at: datetime) -> str:
    """A moment as it stands in addresses: in UTC, so that the hour which October has twice is told apart."""
    return f"{starts_at.astimezone(UTC):%Y%m%dT%H%MZ}"


def parse(text: str) -> datetime | None:
    """The moment of a code; None for anything else."""
    if not _CODE.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None


# -- inside ------------------------------------------------------------------------------------------------------------


def _day(point: MeetingPoint, timetable: Timetable, window: Window, day: date, held: dict[date, list[Held]]) -> Day:
    here = held.get(day, [])
    slots = (
        Slot(begins, ends, max(0, point.places - len(places_taken(here, begins, ends))))
        for begins, ends in cut(timetable, day, point.slot_minutes)
        if window.holds(begins)
    )
    return Day(day, tuple(slots), timetable.special_on(day))


def _held(point: MeetingPoint, starts_at: datetime, ends_at: datetime, but: Appointment | None) -> list[Held]:
    rows = Appointment.objects.filter(meeting_point=point).holding().meeting(starts_at, ends_at)
    if but:
        rows = rows.exclude(pk=but.pk)
    found = rows.values_list("starts_at", "ends_at", "place_number")
    return [Held(begins, ends, place) for begins, ends, place in found if place]


def _midnight(day: date) -> datetime:
    return timetables.moment(day, datetime.min.time())
