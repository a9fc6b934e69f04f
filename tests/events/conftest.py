"""An info day with few places, and how to register for it."""

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from events import services
from events.models import Event
from organisations.models import RoleGrant, User
from organisations.roles import Role

ROME = ZoneInfo("Europe/Rome")


@pytest.fixture
def event(db) -> Event:
    from django.utils import timezone

    starts_at = (
        (timezone.now() + timedelta(days=30)).astimezone(ROME).replace(hour=10, minute=30, second=0, microsecond=0)
    )
    return Event.objects.create(
        slug="info-day", state=Event.State.PUBLISHED, title_it="Giornata informativa", title_en="Info day",
        summary_it="Di che cosa si parla.", venue="Sala conferenze", address="Terni", contact_email="a@socialneet.example.org",
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), capacity=5,
    )  # fmt: skip


@pytest.fixture
def applicant() -> services.Applicant:
    return services.Applicant(
        organisation_name="Cooperativa di prova", organisation_kind="cso", contact_name="Carla Contatto",
        contact_email="carla@ente01.example.org", contact_office="Presidente",
    )  # fmt: skip


REGISTERED = pytest.StashKey[Iterator[int]]()


def another(request):
    """Gives a name with another number each time in a test: an organisation registers once."""
    numbers = request.node.stash.setdefault(REGISTERED, itertools.count(1))

    def another(name: str) -> str:
        number = next(numbers)  # also by many threads at once
        return name if number == 1 else f"{name} {number}"

    return another


@pytest.fixture
def register(event, applicant, request):
    """Registers people by name; the contact stays the same, the organisation is another each time."""
    named = another(request)

    def register(*names: str, **changes):
        arguments = {
            "event": event, "submission_id": uuid.uuid4(), "privacy_notice_version": "2026-11",
            "applicant": replace(applicant, organisation_name=named(applicant.organisation_name)),
            "guests": [services.Guest(name, f"{name.lower()}@ente01.example.org") for name in names],
        }  # fmt: skip
        return services.register(**(arguments | changes))

    return register


@pytest.fixture
def moderated(event) -> Event:
    """An organiser approves registrations to it."""
    event.moderated = True
    event.save()
    return event


@pytest.fixture
def by_invitation(event) -> Event:
    """Only invited organisations register."""
    event.invitation_only = True
    event.save()
    return event


@pytest.fixture
def second(db) -> User:
    """Oreste, another organiser."""
    user = User.objects.create_user("oreste@socialneet.example.org", name="Oreste Organizzatore")
    RoleGrant.objects.create(user=user, role=Role.ORGANISER)
    return user


@pytest.fixture
def released(event, organiser):
    """Releases the draft as it stands, whatever warnings there are."""

    def released(**changes):
        return services.release(event=event, by=organiser, despite_warnings=True, **changes)

    return released


@pytest.fixture
def add(event, organiser):
    """Adds an item to the draft, so many minutes after the event begins."""

    def add(title: str, at: int = 0, minutes: int = 30, **fields):
        starts_at = event.starts_at + timedelta(minutes=at)
        fields = {"title_it": title, "starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=minutes)} | fields
        return services.save_session(event=event, by=organiser, **fields)

    return add


@pytest.fixture
def posted(request):
    """The registration form as a browser posts it, each time for another organisation."""
    named = another(request)

    def posted(*names: str, **changes) -> dict[str, str]:
        fields = {
            "submission_id": str(uuid.uuid4()), "organisation_name": named("Cooperativa di prova"), "organisation_kind": "cso",
            "contact_name": "Carla Contatto", "contact_email": "carla@ente01.example.org", "contact_office": "Presidente",
            "contact_phone": "", "notice_read": "on", "notice_version": "2026-11",
            "attendees-TOTAL_FORMS": str(len(names)), "attendees-INITIAL_FORMS": "0",
        }  # fmt: skip
        for row, name in enumerate(names):
            fields |= {f"attendees-{row}-full_name": name, f"attendees-{row}-email": "", f"attendees-{row}-office": ""}
        return fields | changes

    return posted


def rome(*args: int) -> datetime:
    return datetime(*args, tzinfo=ROME)
