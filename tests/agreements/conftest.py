"""The protocol of the real case with its four parties."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agreements import demo, services
from agreements.models import Agreement
from organisations.models import RoleGrant, User
from organisations.roles import Role


@pytest.fixture
def draft(association, terni, orvieto, narni, organiser) -> Agreement:
    return demo.new_from_model(by=organiser, slug="protocollo")


@pytest.fixture
def shared(draft, organiser) -> Agreement:
    services.share(agreement=draft, closes_at=timezone.now() + timedelta(days=7), by=organiser)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def signing(shared, organiser, settings, monkeypatch) -> Agreement:
    services.close_observations(agreement=shared, by=organiser)
    services.freeze(agreement=shared, by=organiser)
    services.open_signing(agreement=shared, by=organiser)
    shared.refresh_from_db()
    return shared


@pytest.fixture
def signatories(association, terni, orvieto, narni, signatory) -> list[User]:
    """One for each party; Silvia signs for Terni."""
    people = [signatory]
    for organisation in (association, orvieto, narni):
        user = User.objects.create_user(f"firma@{organisation.pk}.example.org", name=f"Firmatario {organisation.pk}")
        RoleGrant.objects.create(user=user, role=Role.SIGNATORY, organisation=organisation)
        people.append(user)
    return people


def adhere(agreement, user):
    return services.adhere(agreement=agreement, name=user.name, office_held="Assessore", statement="Aderisco", by=user)
