"""A meeting point with hours, and the moments at which tests look at it. No test asks the real clock."""

from datetime import date, datetime, time

import pytest
import time_machine

from events.meeting_point import services, timetables
from events.meeting_point.models import MeetingPoint
from events.meeting_point.timetables import Hours
from organisations.languages import Words
from organisations.models import RoleGrant, User
from organisations.roles import Role
from tests.events.conftest import rome

MORNING, AFTERNOON = Hours(time(9), time(13)), Hours(time(15), time(18))
#: A Monday morning: the point opens tomorrow.
MONDAY = rome(2026, 11, 30, 10, 0)


def tuesday(hour: int, minute: int = 0) -> datetime:
    """The day after."""
    return rome(2026, 12, 1, hour, minute)


@pytest.fixture
def clock():
    """Stands still on that Monday."""
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def point(db, organiser) -> MeetingPoint:
    """Open on Tuesdays and Thursdays from nine to one, on Wednesdays from three to six."""
    point = MeetingPoint.objects.create(
        name_it="Punto d’incontro", name_en="Meeting point", address="Terni", phone="0744 1",
        email="punto@socialneet.example.org",
    )  # fmt: skip
    services.set_weekly(point=point, weekly={1: [MORNING], 2: [AFTERNOON], 3: [MORNING]}, by=organiser, now=MONDAY)
    return point


@pytest.fixture
def close(point, organiser):
    """Writes an exception; without hours the point is closed."""

    def close(first: date, last: date | None = None, *hours: Hours, reason: str = "ponte", **more):
        return services.save_exception(
            point=point, from_on=first, until_on=last or first, hours=hours, reason=Words(reason, ""), by=organiser,
            now=MONDAY, **more,
        )  # fmt: skip

    return close


@pytest.fixture
def desk(db) -> User:
    """Dora, of the registration desk."""
    user = User.objects.create_user("dora@socialneet.example.org", name="Dora Desk")
    RoleGrant.objects.create(user=user, role=Role.REGISTRATION_DESK)
    return user


def timetable_of(point: MeetingPoint) -> timetables.Timetable:
    """As it stands in the database."""
    return timetables.of(MeetingPoint.objects.get(pk=point.pk))
