"""When a meeting point is open: pure values and pure questions, by the clock on the wall in Rome.

Hours are wall-clock times, stretches are moments. A time that exists twice (October) means its first pass, as in
calendars (RFC 5545 section 3.3.5); one that does not exist (March) means the moment at which the clock is put forward.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from events.meeting_point.models import MeetingPoint
from organisations.languages import Words
from organisations.zone import ROME

#: So far ahead a closed point is asked when it opens again.
LOOKS_AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """From when to when on one day, on the wall."""

    opens_at: time
    closes_at: time

    def __str__(self) -> str:
        return f"{self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """From one moment to another, the second one excluded."""

    starts_at: datetime
    ends_at: datetime

    def holds(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether something that long fits in."""
        return self.starts_at <= starts_at and ends_at <= self.ends_at


@dataclass(frozen=True, slots=True)
class SpecialDays:
    """Days with other hours than the week's, the last one included; without any the point is closed."""

    from_on: date
    until_on: date
    hours: tuple[Hours, ...]
    reason: Words
    pk: int | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nobody is there."""
        return not self.hours

    @property
    def is_one_day(self) -> bool:
        """Whether it begins and ends on the same day."""
        return self.from_on == self.until_on

    def covers(self, day: date) -> bool:
        """Whether that day is one of them."""
        return self.from_on <= day <= self.until_on


@dataclass(frozen=True, slots=True)
class Standing:
    """Open or closed at a moment, and until when or from when; the latter is unknown where no opening is in sight."""

    is_open: bool
    until: datetime | None = None
    opens_at: datetime | None = None
    #: Why it is closed that day, where an exception says so.
    special: SpecialDays | None = None


@dataclass(frozen=True, slots=True)
class Timetable:
    """The week's hours by weekday (Monday is 0), and the exceptions, soonest first."""

    weekly: Mapping[int, tuple[Hours, ...]] = field(default_factory=dict)
    exceptions: tuple[SpecialDays, ...] = ()

    def __bool__(self) -> bool:
        return any(self.weekly.values()) or any(days.hours for days in self.exceptions)

    def special_on(self, day: date) -> SpecialDays | None:
        """The exception that holds on a day."""
        return next((days for days in self.exceptions if days.covers(day)), None)

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        """The hours of a day, in their order; none where the point is closed."""
        special = self.special_on(day)
        return special.hours if special else self.weekly.get(day.weekday(), ())

    def stretches_on(self, day: date) -> list[Stretch]:
        """The same as moments. What falls into the hour that March leaves out is no stretch."""
        found = (
            Stretch(moment(day, hours.opens_at), moment(day, hours.closes_at)) for hours in sorted(self.hours_on(day))
        )
        return [stretch for stretch in found if stretch.starts_at < stretch.ends_at]

    def holds(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether the point is open all the time between two moments of one day."""
        day = starts_at.astimezone(ROME).date()
        return any(stretch.holds(starts_at, ends_at) for stretch in self.stretches_on(day))

    def standing(self, now: datetime) -> Standing:
        """Open or closed now. Two stretches that touch are one."""
        today = now.astimezone(ROME).date()
        special = self.special_on(today)
        until: datetime | None = None
        for stretch in self._from(today):
            if stretch.starts_at <= (until or now) < stretch.ends_at:
                until = stretch.ends_at
            elif stretch.starts_at > (until or now):
                return Standing(until is not None, until, stretch.starts_at, special)
        return Standing(until is not None, until, None, special)

    def _from(self, day: date) -> Iterator[Stretch]:
        """Stretches in their order, as far ahead as anybody looks."""
        if not self:
            return
        last = day + LOOKS_AHEAD
        while day <= last:
            yield from self.stretches_on(day)
            day += timedelta(days=1)


def of(point: MeetingPoint) -> Timetable:
    """The timetable of a point that was read `with_hours`; of any other one it asks three queries."""
    weekly: dict[int, list[Hours]] = {}
    for row in point.opening_hours.all():
        weekly.setdefault(row.weekday, []).append(Hours(row.opens_at, row.closes_at))
    exceptions = (
        SpecialDays(
            row.from_on,
            row.until_on,
            _sorted(Hours(hours.opens_at, hours.closes_at) for hours in row.hours.all()),
            Words.of(row, "reason"),
            row.pk,
        )
        for row in point.exceptions.all()
    )
    return Timetable(
        {weekday: _sorted(hours) for weekday, hours in weekly.items()},
        tuple(sorted(exceptions, key=lambda days: days.from_on)),
    )


def overlap(hours: Sequence[Hours]) -> bool:
    """Whether two of them hold at the same time."""
    ordered = sorted(hours)
    return any(later.opens_at < earlier.closes_at for earlier, later in pairwise(ordered))


def moment(day: date, on_the_wall: time) -> datetime:
    """The moment, in UTC, at which the wall shows this time on that day: see the module's first lines.

    In UTC, because Python compares two times of one zone by what the wall shows, and October shows some twice.
    """
    wall = datetime.combine(day, on_the_wall)
    while (found := wall.replace(tzinfo=ROME).astimezone(UTC)).astimezone(ROME).replace(tzinfo=None) != wall:
        wall = wall.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return found


def _sorted(hours: Iterable[Hours]) -> tuple[Hours, ...]:
    return tuple(sorted(hours))
