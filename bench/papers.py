"""The attendance register of 1,000 people as PDF: from the rows of the desks to the bytes of the file."""

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from html import escape
from statistics import median
from typing import Any

from django.utils import timezone

from bench.figures import figure
from events import papers
from events.attendance import papers as sheets
from events.attendance import rows
from events.checkin.models import Scan
from events.models import Attendee, Event, Registration
from events.services.places import Guest, attendee_of
from organisations.models import User

PEOPLE, EACH, TIMES = 1_000, 8, 3


def register_pdf() -> list[dict[str, Any]]:
    """The limit: the same engine, its tags and the same words in one bare table, without style, fonts or database."""
    event = _event()
    bare = _bare(event)
    values, limits = [], []
    for _ in range(TIMES):
        values.append(_timed(lambda: papers.pdf_of(sheets.register_page(event, None))))
        limits.append(_timed(lambda: papers.pdf_of(bare)))
    note = f"{min(values):.2f}–{max(values):.2f}"
    return [figure("register_pdf_1000", median(values), "seconds", median(limits), note)]


def _timed(work: Callable[[], bytes]) -> float:
    began = time.perf_counter()
    assert work().startswith(b"%PDF")
    return time.perf_counter() - began


def _bare(event: Event) -> str:
    lines = rows.now_of(event).lines
    cells = ((line.attendee.full_name, line.attendee.office, line.words) for line in lines)
    table = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in cells)
    head = "<head><meta charset=utf-8><title>Registro</title></head>"
    return f"<!doctype html><html lang=it>{head}<body><table>{table}</table></body></html>"


def _event() -> Event:
    """Somebody from 125 organisations, two of three of whom came."""
    now = timezone.now()
    event = Event.objects.create(
        slug="registro-lungo", title_it="Giornata con mille persone", state=Event.State.PUBLISHED, capacity=PEOPLE,
        venue="Sala conferenze", address="Terni", starts_at=now, ends_at=now + timedelta(hours=2),
    )  # fmt: skip
    registrations = Registration.objects.bulk_create(
        Registration(
            event=event, organisation_name=f"Cooperativa sociale {number:03}", organisation_kind="cso",
            registrant_key=uuid.uuid4().hex, contact_name="Carla", contact_email=f"c{number}@ente.example.org",
            submission_id=uuid.uuid4(), token_hash=uuid.uuid4().hex, privacy_notice_version="2026-11",
        )
        for number in range(PEOPLE // EACH)
    )  # fmt: skip
    people = Attendee.objects.bulk_create(
        attendee_of(registrations[one // EACH], Guest(f"Persona {one:04} Bianchi", office="Operatrice"), event.starts_at,
                    place_number=one + 1)
        for one in range(PEOPLE)
    )  # fmt: skip
    by = User.objects.get(email="banco@socialneet.example.org")
    Scan.objects.bulk_create(
        Scan(event=event, attendee=one, means=Scan.Means.PASS, verdict=Scan.Verdict.ADMITTED, arrival=1, desk="Ingresso",
             by=by, happened_at=now, received_at=now)
        for number, one in enumerate(people) if number % 3
    )  # fmt: skip
    return event
