"""The protocol before its four parties, and shorthands for proposing and deciding."""

import pytest

from agreements import services as agreements
from agreements.amending import services
from agreements.models import Agreement, Amendment, TextVersion
from agreements.services import Draft
from organisations.models import RoleGrant, User
from organisations.roles import Role
from tests.agreements.conftest import draft, shared, signatories, signing  # noqa: F401  fixtures


@pytest.fixture
def version(shared) -> TextVersion:  # noqa: F811
    return shared.newest_version()


@pytest.fixture
def orvietan(orvieto) -> User:
    """Oreste, of Orvieto's office."""
    user = User.objects.create_user("oreste@comune.orvieto.example.org", name="Oreste Revisore")
    RoleGrant.objects.create(user=user, role=Role.REVIEWER, organisation=orvieto)
    return user


def at(version: TextVersion, position: int):
    return version.revisions.get(position=position)


def change(version, position, old, new, by, reason="È più chiaro.") -> Amendment:
    base = at(version, position)
    assert old in base.source
    text = Draft(base.heading, base.source.replace(old, new))
    return services.propose(version=version, kind="change", base=base, draft=text, reason=reason, by=by)


def insert(version, after, heading, source, by) -> Amendment:
    article = at(version, after).article if after else None
    return services.propose(
        version=version, kind="insert", after=article, draft=Draft(heading, source), reason="Manca.", by=by
    )


def delete(version, position, by) -> Amendment:
    return services.propose(version=version, kind="delete", base=at(version, position), reason="Non serve.", by=by)


def move(version, position, after, by) -> Amendment:
    article = at(version, after).article if after else None
    return services.propose(
        version=version, kind="move", base=at(version, position), after=article, reason="Meglio qui.", by=by
    )


def close(agreement: Agreement, by: User) -> None:
    agreements.close_observations(agreement=agreement, by=by)


def accept(amendment, by, reason="Condiviso."):
    return services.decide(amendment=amendment, outcome="accepted", reason=reason, by=by)


def accept_changed(amendment, by, text=None, seen=""):
    return services.decide(
        amendment=amendment, outcome="accepted_changed", reason="In parte.", by=by, draft=text, seen=seen
    )


def reject(amendment, by, reason="Non condiviso."):
    return services.decide(amendment=amendment, outcome="rejected", reason=reason, by=by)


def headings(version: TextVersion) -> list[str]:
    return [revision.heading for revision in version.in_order()]
