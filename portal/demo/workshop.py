"""A small workshop that is full: two items with places of their own at the same time, and two groups on the waiting list."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from events import services as events
from events.log.recording import Actor, acting
from events.models import Event, Registration, Session
from organisations.models import User
from organisations.zone import ROME


def load(*, year: int, by: User, **place: Any) -> None:
    """Write what is not there yet; running it again changes nothing. `place`: where it is held."""
    slug = f"laboratorio-colloquio-{year}"
    if Event.objects.filter(slug=slug).exists():
        return
    starts_at = datetime.combine(date(year, 3, 25), time(9), ROME)
    event = events.create(
        by=by, slug=slug, kind=Event.Kind.TRAINING, starts_at=starts_at, ends_at=starts_at + timedelta(hours=4), capacity=4,
        title_it="Laboratorio: il colloquio di lavoro", title_en="Workshop: the job interview",
        summary_it="Per chi accompagna giovani in cerca di lavoro: pochi posti, molto esercizio.",
        summary_en="For those who accompany young people looking for work: few places, much practice.",
        contact_email="segreteria@socialneet.example.org", **place,
    )  # fmt: skip
    first, second = (_item(event, by, starts_at + timedelta(hours=1), *titles) for titles in PARALLEL)
    _item(
        event,
        by,
        starts_at,
        "Il colloquio, dalla parte di chi seleziona",
        "The interview, as the selector sees it",
        None,
    )
    event = events.publish(event=event, by=by)
    here = _register(event, "Associazione Ponte", events.Guest("Coordinatrice"), events.Guest("Educatore"))
    _register(
        event, "Cooperativa Bottega", events.Guest("Formatrice"), events.Guest("Tutor", "tutor@bottega.example.org")
    )
    with acting(Actor.CONTACT):  # for the change log: each of these is done through a link
        for attendee in here.attendees.order_by("pk"):
            events.choose(attendee=attendee, session=first)
        bottega = event.attendees.confirmed().exclude(registration=here).order_by("pk")
        events.choose(attendee=bottega[0], session=second)
        events.join_session(attendees=[bottega[1]], session=first)
        _register(event, "Circolo dei giovani", events.Guest("Animatrice"), events.Guest("Animatore"), waits="all")
        _register(event, "Sportello del quartiere", events.Guest("Volontaria"), waits="any")


#: Titles and places of what takes place at the same time.
PARALLEL = (
    ("Esercizio: presentarsi in tre minuti", "Practice: present yourself in three minutes", 2),
    ("Esercizio: le domande difficili", "Practice: the difficult questions", 2),
)


def _item(event: Event, by: User, starts_at: datetime, title_it: str, title_en: str, places: int | None) -> Session:
    return events.save_session(
        event=event, by=by, kind=Session.Kind.TALK, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1),
        title_it=title_it, title_en=title_en, places=places,
    )  # fmt: skip


def _register(event: Event, name: str, *guests: events.Guest, waits: str = "") -> Registration:
    address = f"segreteria@{name.split()[-1].lower()}.example.org"
    return events.register(
        event=event, applicant=events.Applicant(name, "cso", "Segreteria", address, "Segreteria"), guests=guests,
        submission_id=uuid.uuid5(event.uid, address), privacy_notice_version="2026-11", waits=waits,
    )  # fmt: skip
