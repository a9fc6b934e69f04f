"""One day of a meeting point as its desk sees it: who is expected, who came, what is free."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch
from django.utils import timezone

from events.meeting_point import slots, timetables, words
from events.meeting_point.models import Appointment, MeetingPoint, Visit
from events.meeting_point.slots import Slot, Window
from events.meeting_point.timetables import SpecialDays

State = Appointment.State


@dataclass(frozen=True, slots=True)
class Line:
    """An appointment, and what the desk can do with it now."""

    appointment: Appointment
    visit: Visit | None
    #: Whether its day has come, so that somebody may have.
    is_due: bool
    has_begun: bool
    is_upcoming: bool
    lies_outside: bool

    @property
    def may_arrive(self) -> bool:
        return self.is_due and State.ATTENDED in Appointment.TRANSITIONS[self.appointment.state]

    @property
    def may_be_missed(self) -> bool:
        return self.has_begun and State.MISSED in Appointment.TRANSITIONS[self.appointment.state]


@dataclass(frozen=True, slots=True)
class DayView:
    """A day: appointments by time, those called off apart, visits without one, free times to come."""

    on: date
    today: date
    hours: str
    special: SpecialDays | None
    lines: Sequence[Line]
    called_off: int
    walk_ins: Sequence[Visit]
    free: Sequence[Slot]

    @property
    def previous(self) -> date:
        return self.on - timedelta(days=1)

    @property
    def following(self) -> date:
        return self.on + timedelta(days=1)

    @property
    def came(self) -> int:
        """How many came so far, with and without an appointment."""
        return len(self.walk_ins) + sum(line.visit is not None for line in self.lines)

    @property
    def expected(self) -> int:
        """How many are still to come, or of whom nobody has said anything."""
        return sum(line.appointment.state == State.BOOKED for line in self.lines)


def day_of(point: MeetingPoint, day: date, now: datetime) -> DayView:
    """A point that was read `with_hours`. Four queries, whatever there is."""
    timetable, today = timetables.of(point), timezone.localdate(now)
    begins, ends = (timetables.moment(one, datetime.min.time()) for one in (day, day + timedelta(days=1)))
    counted = Prefetch("visits", queryset=Visit.objects.counted(), to_attr="counted_visits")
    appointments = Appointment.objects.filter(meeting_point=point, starts_at__gte=begins, starts_at__lt=ends)
    rows = list(appointments.prefetch_related(counted).order_by("starts_at", "place_number", "pk"))
    walk_ins = Visit.objects.filter(meeting_point=point, appointment=None).counted().between(begins, ends)
    free = [one for found in slots.days(point, timetable, _window(day, now)) for one in found.free]
    return DayView(
        on=day,
        today=today,
        hours=words.stretches(timetable.hours_on(day)),
        special=timetable.special_on(day),
        lines=[_line(row, timetable, now) for row in rows if row.state != State.CANCELLED],
        called_off=sum(row.state == State.CANCELLED for row in rows),
        walk_ins=list(walk_ins.order_by("arrived_at", "pk")),
        free=free,
    )


def _line(row: Appointment, timetable: timetables.Timetable, now: datetime) -> Line:
    visits: list[Visit] = vars(row)["counted_visits"]
    return Line(
        appointment=row,
        visit=visits[0] if visits else None,
        is_due=timezone.localdate(row.starts_at) <= timezone.localdate(now),
        has_begun=row.starts_at <= now,
        is_upcoming=row.is_upcoming(now),
        lies_outside=row.is_upcoming(now) and not timetable.holds(row.starts_at, row.ends_at),
    )


def _window(day: date, now: datetime) -> Window:
    """What of this day can still be booked at the desk."""
    begins = timetables.moment(day, datetime.min.time())
    return Window(max(begins, now), min(day, Window.for_desk(now).last_day))
