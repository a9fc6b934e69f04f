"""The case's meeting point at the association's seat (activity 4.1.6), its hours and closures, who has an appointment, who came."""

import uuid
from datetime import date, time, timedelta
from itertools import cycle

from django.utils import timezone

from events.meeting_point import services, slots, timetables
from events.meeting_point.models import MeetingPoint, Outcome, Topic, Visit, Weekday
from events.meeting_point.slots import Window
from events.meeting_point.timetables import Hours, Timetable
from organisations.languages import Words
from organisations.models import User

MORNING, AFTERNOON = Hours(time(9), time(13)), Hours(time(15), time(18))
HOURS: dict[int, list[Hours]] = {
    Weekday.TUESDAY: [MORNING],
    Weekday.WEDNESDAY: [AFTERNOON],
    Weekday.THURSDAY: [MORNING, AFTERNOON],
}


def load(*, by: User) -> None:
    """Write what is not there yet; running it again changes nothing."""
    point, created = MeetingPoint.objects.get_or_create(
        name_it="Punto d’incontro SOCIALNEET",
        defaults={
            "name_en": "SOCIALNEET meeting point",
            "about_it": "Ascolto, orientamento e bilancio delle competenze per giovani che cercano la loro strada nel "
            "lavoro. Il servizio è gratuito.",
            "about_en": "Counselling, orientation and skills assessment for young people who look for their way into "
            "work. The service is free.",
            "address": "Confartigianato Imprese Terni, Terni",
            "email": "puntoincontro@socialneet.example.org",
        },
    )
    if not created:
        return
    services.set_weekly(point=point, weekly=HOURS, by=by)
    services.add_holidays(point=point, by=by)
    _shorter_day(point, by=by)
    _appointments(point, by=by)
    _visits(point, by=by)


def _shorter_day(point: MeetingPoint, *, by: User) -> None:
    """Other hours on the first Wednesday, two weeks from now or later, that is no holiday."""
    timetable, day = timetables.of(point), _wednesday(timezone.localdate() + timedelta(days=14))
    while timetable.special_on(day):
        day += timedelta(days=7)
    reason = Words("formazione degli operatori", "staff training")
    services.save_exception(
        point=point, from_on=day, until_on=day, hours=[Hours(time(16, 30), time(18))], reason=reason, by=by
    )


def _appointments(point: MeetingPoint, *, by: User) -> None:
    """Three young people on the next day with free times: two booked on the site, one on the telephone."""
    now, timetable = timezone.now(), timetables.of(MeetingPoint.objects.get(pk=point.pk))
    free = [one for day in slots.days(point, timetable, Window.for_people(point, now)) for one in day.free]
    people = (
        services.Person("Gaia", "gaia@giovani.example.org", topic=Topic.CV),
        services.Person("Omar", "omar@giovani.example.org", phone="0744 000000", language="en"),
        services.Person("Luca", phone="0744 000001", topic=Topic.TRAINEESHIP),
    )
    for slot, person in zip(free[1::2], people, strict=False):
        services.book(
            point=point, starts_at=slot.starts_at, person=person, submission_id=uuid.uuid4(),
            by=None if person.email else by,
        )  # fmt: skip


def _visits(point: MeetingPoint, *, by: User) -> None:
    """Visits without an appointment on the open days of the last three months: each day some, purposes and outcomes in turn."""
    today, timetable = timezone.localdate(), Timetable({day: tuple(hours) for day, hours in HOURS.items()})
    purposes, outcomes = cycle(Topic.values), cycle([*Outcome.values, Outcome.INFORMED, Outcome.PLAN, Outcome.INFORMED])
    moments = [
        stretch.starts_at + timedelta(minutes=25 * number)
        for ago in range(91, 0, -1)
        for stretch in timetable.stretches_on(today - timedelta(days=ago))
        for number in range(1, 2 + ago % 3)
    ]
    Visit.objects.bulk_create(
        Visit(meeting_point=point, arrived_at=moment, purpose=next(purposes), outcome=next(outcomes), recorded_by=by,
              recorded_at=moment)
        for moment in moments
    )  # fmt: skip


def _wednesday(day: date) -> date:
    return day + timedelta(days=(Weekday.WEDNESDAY - day.weekday()) % 7)
