"""A release of an agenda of 300 items whose times all moved, for 5,000 people: from the yes to the rows of the mails."""

import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from statistics import median
from typing import Any
from unittest.mock import patch

from django.db import transaction
from django.utils import timezone

from bench import people
from bench.figures import figure
from bench.mail import empty_the_outbox
from events import services
from events.agenda import impact
from events.models import Appearance, Attendee, Event, Registration, Room, Session, Speaker
from events.services import releases
from notifications import outbox
from notifications.models import Delivery
from organisations.links import hash_token
from organisations.zone import ROME

ITEMS, ROOMS, ATTENDEES, TIMES = 300, 10, 5_000, 5
#: What is timed within the whole, by the name under which it is printed.
PARTS = {
    "looking": (releases, "impact_of"),
    "of which conflicts": (impact, "examine"),
    "freezing": (releases, "freeze"),
    "rows of mails": (outbox, "enqueue"),
}


def agenda_release() -> list[dict[str, Any]]:
    """The limit: the same rows of mails, ready made, inserted by the same client of the database and nothing else."""
    event, organiser = _event(), people.organiser()
    services.release(event=event, by=organiser, despite_warnings=True)
    values, limits, spent = [], [], dict.fromkeys(PARTS, 0.0)
    for turn in range(TIMES):
        empty_the_outbox()
        _move_everything(event, minutes=5 if turn % 2 == 0 else -5)
        with ExitStack() as stack:
            for part, (module, function) in PARTS.items():
                stack.enter_context(patch.object(module, function, _timed(getattr(module, function), spent, part)))
            began = time.perf_counter()
            services.release(event=event, by=organiser, despite_warnings=True)
            values.append(time.perf_counter() - began)
        rows = list(Delivery.objects.filter(kind="agenda_released"))
        assert len(rows) == ATTENDEES, len(rows)
        limits.append(_insert_bare(rows))
    note = f"{min(values):.2f}–{max(values):.2f}; " + ", ".join(f"{part} {spent[part] / TIMES:.2f}" for part in PARTS)
    return [figure("agenda_release", median(values), "seconds", median(limits), note)]


def _insert_bare(rows: list[Delivery]) -> float:
    Delivery.objects.filter(kind="agenda_released").delete()
    for row in rows:
        row.pk, row._state.adding = None, True
    began = time.perf_counter()
    with transaction.atomic():
        Delivery.objects.bulk_create(rows, batch_size=500)
    return time.perf_counter() - began


def _timed(function: Callable[..., Any], spent: dict[str, float], part: str) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[part] += time.perf_counter() - began

    return timed


def _move_everything(event: Event, *, minutes: int) -> None:
    rows = list(event.sessions.all())
    for row in rows:
        row.starts_at, row.ends_at = (
            row.starts_at + timedelta(minutes=minutes),
            row.ends_at + timedelta(minutes=minutes),
        )
    Session.objects.bulk_update(rows, ["starts_at", "ends_at"])


def _event() -> Event:
    """Ten rooms with thirty items each on two days, a hundred speakers, five hundred organisations with ten people each."""
    starts_at = (timezone.now().astimezone(ROME) + timedelta(days=60)).replace(
        hour=9, minute=0, second=0, microsecond=0
    )
    event = Event.objects.create(
        slug=f"bench-{uuid.uuid4().hex[:8]}", state=Event.State.PUBLISHED, title_it="Convegno", title_en="Conference", venue="Terni",
        address="Terni", contact_email="bench@example.org", starts_at=starts_at, ends_at=starts_at + timedelta(days=2),
        capacity=ATTENDEES,
    )  # fmt: skip
    rooms = Room.objects.bulk_create(
        Room(event=event, name_it=f"Sala {n}", capacity=200, position=n) for n in range(ROOMS)
    )
    speakers = Speaker.objects.bulk_create(
        Speaker(event=event, full_name=f"Persona {n}", position=n) for n in range(ITEMS)
    )
    sessions = Session.objects.bulk_create(_session(event, n, rooms[n % ROOMS]) for n in range(ITEMS))
    Appearance.objects.bulk_create(
        Appearance(session=session, speaker=speakers[n]) for n, session in enumerate(sessions)
    )
    _people(event)
    return event


def _session(event: Event, number: int, room: Room) -> Session:
    begins = event.starts_at + timedelta(minutes=20 + 30 * (number // ROOMS))
    return Session(
        event=event, title_it=f"Intervento {number}", title_en=f"Talk {number}", about_it="Di che cosa si parla. " * 10, room=room,
        starts_at=begins, ends_at=begins + timedelta(minutes=30),
    )  # fmt: skip


def _people(event: Event) -> None:
    registrations = Registration.objects.bulk_create(
        Registration(event=event, organisation_name=f"Ente {n}", organisation_kind="cso", contact_name=f"Contatto {n}",
                     contact_email=f"persona.{n * 10}@ente.example.org", submission_id=uuid.uuid4(), privacy_notice_version="1",
                     token_hash=hash_token(f"{event.pk}-{n}"), language="en" if n % 10 == 0 else "it")
        for n in range(ATTENDEES // 10)
    )  # fmt: skip
    Attendee.objects.bulk_create(
        (
            Attendee(registration=registrations[n // 10], event=event, full_name=f"Persona {n}", place_number=n + 1,
                     email=f"persona.{n}@ente.example.org")
            for n in range(ATTENDEES)
        ),
        batch_size=1000,
    )  # fmt: skip
