"""A day with people who come, and desks."""

import uuid

import pytest

from events.checkin import services
from events.checkin.models import Scan
from events.checkin.services import Desk, Shown
from events.models import Attendee
from organisations.models import RoleGrant, User
from organisations.roles import Role


@pytest.fixture
def steward(db) -> User:
    """Sara, who may read passes and nothing else."""
    user = User.objects.create_user("sara@socialneet.example.org", name="Sara Scansione")
    RoleGrant.objects.create(user=user, role=Role.SCANNER)
    return user


@pytest.fixture
def receptionist(db) -> User:
    """Dina, at the desk."""
    user = User.objects.create_user("dina@socialneet.example.org", name="Dina Desk")
    RoleGrant.objects.create(user=user, role=Role.REGISTRATION_DESK)
    return user


@pytest.fixture
def anna(register) -> Attendee:
    """Anna Rossi, who is registered."""
    return register("Anna").attendees.get()


@pytest.fixture
def door(receptionist) -> Desk:
    return Desk("Ingresso", receptionist)


@pytest.fixture
def garden(receptionist) -> Desk:
    """A second desk, another device."""
    return Desk("Giardino", receptionist, uuid.uuid4())


@pytest.fixture
def show(event, door):
    """Shows a pass at a desk, and says what came of it."""

    def show(attendee: Attendee, *, desk: Desk = door, now=None, **fields):
        fields = {"key": uuid.uuid4(), "means": Scan.Means.PASS, "code": attendee.pass_code} | fields
        [outcome] = services.record(event=event, shown=[Shown(**fields)], desk=desk, now=now)
        return outcome

    return show
