"""People of an event as rows, without the services' rules: dates and places as a test needs them."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from events.checkin.models import Scan
from events.models import Attendee, Event, Registration
from organisations.models import Organisation


@pytest.fixture
def over(event) -> Event:
    """The event, an hour after it ended."""
    now = timezone.now()
    Event.objects.filter(pk=event.pk).update(
        starts_at=now - timedelta(hours=3), ends_at=now - timedelta(hours=1), capacity=200
    )
    event.refresh_from_db()
    return event


@pytest.fixture
def people(organiser):
    """Writes down a registration of so many people, of whom so many came."""

    def people(event, number=1, *, kind="cso", town="", at=None, category="organisation", state="confirmed", came=0,
               source="", cancelled_at=None, name="Ente", arrived_at=None):  # fmt: skip
        at = at or event.starts_at - timedelta(days=20)
        organisation = None
        is_body = category == "organisation"
        if town and is_body:
            organisation, _new = Organisation.objects.get_or_create(
                name=f"{name} {kind} {town}", defaults={"kind": kind, "municipality": town}
            )
        registration = Registration.objects.create(
            event=event, category=category, organisation=organisation, organisation_name=name if is_body else "",
            organisation_kind=kind if is_body else "", medium="Giornale" if category == "press" else "", contact_name="Carla",
            contact_email="carla@ente01.example.org", submission_id=uuid.uuid4(), token_hash=uuid.uuid4().hex,
            privacy_notice_version="2026-11", created_at=at, source=source, state=state,
            cancelled_at=cancelled_at if state == "cancelled" else None,
        )  # fmt: skip
        first = max(event.attendees.place_numbers(), default=0) + 1
        confirmed = state == "confirmed"
        made = [
            Attendee.objects.create(
                registration=registration, event=event, full_name=f"Persona {place}", state=state, created_at=at,
                place_number=first + place if confirmed else None,
                cancelled_at=cancelled_at if state == "cancelled" else None,
            )
            for place in range(number)
        ]  # fmt: skip
        for one in made[:came]:
            when = arrived_at or event.starts_at
            Scan.objects.create(
                event=event, attendee=one, means="typed", verdict="admitted", arrival=1, desk="Ingresso", by=organiser,
                happened_at=when, received_at=when,
            )  # fmt: skip
        return registration

    return people


@pytest.fixture
def many(over, people):
    """Enough people of several kinds and municipalities that something can be told, and something has to be hidden."""
    for kind, town, number, came in (
        ("municipality", "Terni", 9, 8), ("municipality", "Terni", 9, 4), ("municipality", "Narni", 2, 2),
        ("cso", "Terni", 9, 9), ("cso", "Narni", 9, 2), ("cso", "Narni", 9, 9), ("school", "Terni", 3, 3),
        ("school", "Narni", 9, 5), ("cso", "", 6, 6),
    ):  # fmt: skip
        people(over, number, kind=kind, town=town, came=came, name=uuid.uuid4().hex[:6])
    people(over, 2, category="person", kind="", came=1)
    people(over, 2, category="press", kind="", came=2)
    return over
