"""An agenda with everything that goes out in it, released at a known time; and readers of other makes."""

import os
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings

from events import services
from events.agenda import people
from events.models import Event, Room, Speaker, Track

#: Item -> its key, the same in every run, so that files can be compared byte by byte.
KEYS = {name: uuid.UUID(f"0000000{n}-0000-4000-8000-000000000000") for n, name in enumerate("abcdef", start=1)}
SITE = "https://socialneet.example.org"


def schemas() -> Path:
    """The published frab schemas. They are not ours to copy: they stand beside the checkout, or where SCHEMAS says."""
    named = os.environ.get("SCHEMAS")
    places = [Path(named)] if named else [up / "shared/data/schemas" for up in settings.BASE_DIR.parents]
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        pytest.skip("the published frab schemas do not stand beside this checkout (shared/data/schemas, or SCHEMAS)")
    return found


@pytest.fixture
def conference(db, organiser, settings) -> Event:
    """Two days around the night in which October has an hour twice, with rooms, tracks, speakers; three versions."""
    settings.SITE_URL, settings.ASSOCIATION_NAME = SITE, "Confartigianato Imprese Terni"
    settings.CALENDAR_DOMAIN = "socialneet.example.org"
    with time_machine.travel(datetime(2026, 9, 1, 9, 0, tzinfo=UTC), tick=False) as clock:
        event = _event()
        hall, little = (services.save_part(event=event, by=organiser, part=room) for room in _rooms())
        track = services.save_part(event=event, by=organiser, part=Track(name_it="Lavoro", name_en="Work"))
        services.save_part(event=event, by=organiser, part=Track(name_it="Volontariato"))
        anna = Speaker(full_name="Anna Relatrice", office_it="Presidente", office_en="President",
                       organisation_name="Cooperativa di prova")  # fmt: skip
        services.save_part(event=event, by=organiser, part=anna)
        office = services.save_part(
            event=event, by=organiser, part=Speaker(office_it="Assessore", organisation_name="Comune di Terni")
        )

        def add(name: str, minutes_in: int, minutes: int, **fields):
            starts_at = event.starts_at + timedelta(minutes=minutes_in)
            item = services.save_session(
                event=event, by=organiser, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), **fields
            )
            type(item).objects.filter(pk=item.pk).update(key=KEYS[name])

        add("a", 0, 60, kind="signing", title_it="Saluti; e firma", title_en="Greetings, signing", room=hall,
            speakers=[anna, office], agreement="protocollo-socialneet")  # fmt: skip
        add("b", 60, 60, title_it="Solo in italiano", about_it="Riga uno.\n\nRiga due.", room=hall, track=track)
        add("c", 60, 60, title_it="Laboratorio 👩🏽‍💻", title_en="Workshop", room=little, places=10, kind="panel",
            speakers_it="Due cooperative", speakers_en="Two cooperatives")  # fmt: skip
        add("d", 8 * 60 + 30, 60, title_it="L’ora che c’è due volte", title_en="The hour twice", room=hall)
        add("e", 120, 15, kind="break", title_it="Pausa", title_en="Break")
        add("f", 300, 30, title_it="Da togliere", title_en="To be dropped", room=little)
        services.publish(event=event, by=organiser)
        clock.shift(timedelta(days=1))
        services.set_times(session=_row(event, "b"), by=organiser, starts_at=event.starts_at + timedelta(minutes=150),
                           ends_at=event.starts_at + timedelta(minutes=210))  # fmt: skip
        services.remove_session(session=_row(event, "f"), by=organiser)
        services.release(event=event, by=organiser, despite_warnings=True)
        clock.shift(timedelta(days=1))
        services.cancel_session(session=_row(event, "c"), reason="La relatrice è malata.", by=organiser)
    event.refresh_from_db()
    return event


@pytest.fixture
def choose():
    """Lets attendees hold places in items, as whoever keeps choices enters it."""
    held: dict[uuid.UUID, set[int]] = {}

    def chooser(event):
        return held

    people.CHOOSERS.append(chooser)
    yield lambda key, *attendees: held.setdefault(key, set()).update(one.pk for one in attendees)
    people.CHOOSERS.remove(chooser)


def _row(event: Event, name: str):
    return event.sessions.get(key=KEYS[name])


def _event() -> Event:
    return Event.objects.create(
        slug="notte", uid=uuid.UUID("25102026-0000-4000-8000-000000000009"), title_it="La notte del lavoro",
        title_en="The night of work", summary_it="Di che cosa si parla.", summary_en="What it is about.",
        venue="Sala conferenze", address="Via del Lavoro, 1, Terni", contact_email="a@socialneet.example.org", capacity=50,
        starts_at=datetime(2026, 10, 24, 16, 0, tzinfo=UTC), ends_at=datetime(2026, 10, 25, 11, 0, tzinfo=UTC),
        revised_at=datetime(2026, 9, 1, 9, 0, tzinfo=UTC),
    )  # fmt: skip


def _rooms() -> list[Room]:
    return [
        Room(name_it="Sala grande", name_en="Great hall", capacity=80, accessibility_it="Senza gradini."),
        Room(name_it="Saletta", capacity=20),
    ]
