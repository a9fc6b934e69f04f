"""A meeting point with hours, and the moments at which tests look at it. No test asks the real clock."""

import uuid
from datetime import date, datetime, time

import pytest
import time_machine

from events.meeting_point import services, slots, timetables
from events.meeting_point.models import Appointment, MeetingPoint
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


@pytest.fixture
def book(point):
    """Books for somebody by first name, as on that Monday; each has an address of their own."""

    def book(name: str = "Gaia", at: datetime | None = None, **changes) -> Appointment:
        known = {field: changes.pop(field) for field in ("email", "phone", "topic", "language") if field in changes}
        person = services.Person(name, **{"email": f"{name.lower()}@giovani.example.org"} | known)
        arguments = {"point": point, "starts_at": at or tuesday(10), "person": person, "submission_id": uuid.uuid4(),
                     "privacy_notice_version": "2026-11", "now": MONDAY}  # fmt: skip
        return services.book(**(arguments | changes))

    return book


def posted(**changes) -> dict[str, str]:
    """The form as a browser posts it."""
    fields = {"submission_id": str(uuid.uuid4()), "first_name": "Gaia", "email": "gaia@giovani.example.org", "phone": "",
              "topic": "", "notice_read": "on", "notice_version": "2026-11", "homepage": ""}  # fmt: skip
    return fields | changes


def page_of(point: MeetingPoint, at: datetime) -> str:
    """The address of the form for a time."""
    return f"/meeting-point/{point.pk}/book/{slots.code(at)}/"
