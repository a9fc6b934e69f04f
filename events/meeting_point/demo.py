"""The case's meeting point at the association's seat (activity 4.1.6), its hours and the closures to come."""

from datetime import date, time, timedelta

from django.utils import timezone

from events.meeting_point import services, timetables
from events.meeting_point.models import MeetingPoint, Weekday
from events.meeting_point.timetables import Hours
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


def _shorter_day(point: MeetingPoint, *, by: User) -> None:
    """Other hours on the first Wednesday, two weeks from now or later, that is no holiday."""
    timetable, day = timetables.of(point), _wednesday(timezone.localdate() + timedelta(days=14))
    while timetable.special_on(day):
        day += timedelta(days=7)
    reason = Words("formazione degli operatori", "staff training")
    services.save_exception(
        point=point, from_on=day, until_on=day, hours=[Hours(time(16, 30), time(18))], reason=reason, by=by
    )


def _wednesday(day: date) -> date:
    return day + timedelta(days=(Weekday.WEDNESDAY - day.weekday()) % 7)
