"""People of two parties around one shared text, and two threads of each kind."""

import pytest

from agreements.discussing import services
from organisations.models import RoleGrant, User
from organisations.roles import Role


@pytest.fixture
def narni_reviewer(narni) -> User:
    """Nora, of another party's office."""
    user = User.objects.create_user("nora@comune.narni.example.org", name="Nora Revisora")
    RoleGrant.objects.create(user=user, role=Role.REVIEWER, organisation=narni)
    return user


@pytest.fixture
def gone_reviewer(terni) -> User:
    """Gino, who left the office of Terni: his grant was withdrawn."""
    return User.objects.create_user("gino@comune.terni.example.org", name="Gino Passato")


@pytest.fixture
def revision(shared):
    return shared.newest_version().in_order()[3]


@pytest.fixture
def begin(revision, reviewer):
    """Begin a thread for Terni's office, unless somebody else is named."""

    def begin(visibility="own_office", body="Parola segreta", by=None, **more):
        return services.begin(revision=revision, body=body, visibility=visibility, by=by or reviewer, **more)

    return begin
