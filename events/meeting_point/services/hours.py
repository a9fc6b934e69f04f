"""Hours, exceptions and settings of a meeting point. Nobody is left before a closed door: see `StandsInTheWay`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.meeting_point import holidays, timetables
from events.meeting_point.models import Appointment, ExceptionalHours, MeetingPoint, OpeningException, OpeningHours
from events.meeting_point.services import booking
from events.meeting_point.services.locking import lock
from events.meeting_point.services.refusals import DaysTaken, HoursOverlap, StandsInTheWay
from events.meeting_point.timetables import Hours, Timetable
from organisations.languages import Words
from organisations.models import User

#: So far ahead public holidays are written down.
HOLIDAYS_AHEAD = timedelta(days=365)


@transaction.atomic
def set_weekly(
    *,
    point: MeetingPoint,
    weekly: Mapping[int, Sequence[Hours]],
    by: User,
    calls_off: bool = False,
    now: datetime | None = None,
) -> MeetingPoint:
    """Give the point these hours, by weekday (Monday is 0); a day without any is closed.

    `calls_off`: appointments that no longer fit are cancelled, and their people told. Raises HoursOverlap,
    StandsInTheWay. Announces appointment_cancelled.
    """
    now = now or timezone.now()
    point = lock(point)
    if any(map(timetables.overlap, weekly.values())):
        raise HoursOverlap

    def write() -> None:
        point.opening_hours.all().delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(meeting_point=point, weekday=weekday, opens_at=one.opens_at, closes_at=one.closes_at)
            for weekday, hours in weekly.items()
            for one in hours
        )

    reason = Words.made_by(lambda: _("Our opening hours have changed."))
    _write(point, write, now, Calling(by, reason) if calls_off else None)
    return point


@transaction.atomic
def save_exception(
    *,
    point: MeetingPoint,
    from_on: date,
    until_on: date,
    hours: Sequence[Hours],
    reason: Words,
    by: User,
    exception: OpeningException | None = None,
    calls_off: bool = False,
    now: datetime | None = None,
) -> OpeningException:
    """Other hours from one day to another, both included; without hours the point is closed. Adds, or corrects one.

    `calls_off`: appointments that no longer fit are cancelled, and their people told why. Raises HoursOverlap,
    DaysTaken, StandsInTheWay. Announces appointment_cancelled.
    """
    now = now or timezone.now()
    point = lock(point)
    if timetables.overlap(hours):
        raise HoursOverlap
    others = point.exceptions.exclude(pk=exception.pk) if exception else point.exceptions.all()
    taken = others.filter(from_on__lte=until_on, until_on__gte=from_on).order_by("from_on").first()
    if taken:
        raise DaysTaken(taken)
    written = point.exceptions.get(pk=exception.pk) if exception else OpeningException(meeting_point=point)

    def write() -> None:
        written.from_on, written.until_on = from_on, until_on
        written.reason_it, written.reason_en = reason.it, reason.en
        written.save()
        written.hours.all().delete()
        ExceptionalHours.objects.bulk_create(
            ExceptionalHours(exception=written, opens_at=one.opens_at, closes_at=one.closes_at) for one in hours
        )

    _write(point, write, now, Calling(by, reason) if calls_off else None)
    return written


@transaction.atomic
def remove_exception(*, exception: OpeningException, by: User, now: datetime | None = None) -> None:
    """Let the week's hours hold again. Removing twice changes nothing. Raises StandsInTheWay."""
    point = lock(exception.meeting_point)
    _write(point, OpeningException.objects.filter(pk=exception.pk).delete, now or timezone.now())


@transaction.atomic
def add_holidays(*, point: MeetingPoint, by: User, now: datetime | None = None) -> list[OpeningException]:
    """Close on the public holidays of the next year on which the point would be open; those that were added.

    A day with an exception of its own keeps it; one for which somebody has an appointment is left as it is, and told
    apart by its absence.
    """
    now = now or timezone.now()
    today, added = timezone.localdate(now), []
    timetable = timetables.of(lock(point))
    for day, name in holidays.between(today, today + HOLIDAYS_AHEAD):
        if timetable.special_on(day) is None and timetable.hours_on(day):
            try:
                with transaction.atomic():
                    added.append(
                        save_exception(
                            point=point, from_on=day, until_on=day, hours=(), reason=name, by=by, now=now
                        )
                    )  # fmt: skip
            except StandsInTheWay:
                continue
    return added


@transaction.atomic
def change_point(*, point: MeetingPoint, by: User, **fields: Any) -> MeetingPoint:
    """Correct name, address, and how appointments are booked. Those that are booked stay as they are."""
    point = lock(point)
    for name, value in fields.items():
        setattr(point, name, value)
    point.save(update_fields=[*fields])
    return point


# -- inside ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calling:
    """Who calls appointments off, and why."""

    by: User
    reason: Words


def _write(point: MeetingPoint, write: Callable[[], object], now: datetime, calling: Calling | None = None) -> None:
    """Change the hours. Raises StandsInTheWay where an appointment that lay within them would lie without."""
    before = timetables.of(point)
    write()
    after = timetables.of(MeetingPoint.objects.get(pk=point.pk))
    upcoming = point.appointments.upcoming(now).select_related("meeting_point").order_by("starts_at", "pk")
    shut_out = [one for one in upcoming if _fits(one, before) and not _fits(one, after)]
    if shut_out and calling is None:
        raise StandsInTheWay(shut_out)
    if calling:
        booking.call_off(appointments=shut_out, reason=calling.reason, by=calling.by, now=now)


def _fits(appointment: Appointment, timetable: Timetable) -> bool:
    return timetable.holds(appointment.starts_at, appointment.ends_at)
