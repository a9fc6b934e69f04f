"""The protocol of the real case with its four parties."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agreements import demo, services
from agreements.approving import services as approving
from agreements.approving.posting import day_in_rome
from agreements.approving.standing import current_text
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
    approve_for_all(shared, organiser)
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


def before_bodies(agreement, organiser):
    """A text that stands, confirmed and sent to every party's body."""
    approving.finalise(agreement=agreement, legal_contact="Segretaria", legal_contact_office="Segretaria", by=organiser)
    answer_by = timezone.now() + timedelta(days=30)
    return approving.send_for_approval(agreement=agreement, answer_by=answer_by, by=organiser)


def mandate_for(party, by, **fields):
    values = {
        "person_name": "Firmatario", "office_held": "Assessore", "source": "delegation",
        "valid_from": day_in_rome(timezone.now()),
    } | fields  # fmt: skip
    return approving.record_mandate(party=party, by=by, **values)


def act_of(party, by, *, supersedes=None, text=None, **fields):
    """An act of the party's executive, effective at once, on the text before it."""
    values = {
        "body_kind": "executive", "act_type": "deliberazione", "number": f"{party.position}",
        "adopted_on": day_in_rome(timezone.now()), "effect": "at_once",
    } | fields  # fmt: skip
    values.setdefault("signatory", party.mandates.first() or mandate_for(party, by))
    record = approving.ActRecord(**values)
    text = text or current_text(party.agreement)
    return approving.record_act(party=party, record=record, text=text, by=by, supersedes=supersedes)


def approve_for_all(agreement, organiser):
    """Every party's body approves the text, at once; the organisers record it on their behalf."""
    before_bodies(agreement, organiser)
    return [act_of(party, organiser) for party in agreement.parties.order_by("position")]


def adhere(agreement, user):
    return services.adhere(agreement=agreement, name=user.name, office_held="Assessore", statement="Aderisco", by=user)
