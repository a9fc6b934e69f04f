"""Who has registered for the info day to come: an organisation with its people, a private person, the press; roles for names."""

import uuid

from events import services as events
from events.log.recording import Actor, acting
from events.models import Attendee, Event, Registration

#: Not of the directory: whoever invites everybody there still finds nobody registered.
ORGANISATION = events.Applicant(
    "Consorzio per il lavoro dei giovani", "other", "Segreteria del consorzio", "segreteria@consorzio.example.org",
    "Segreteria",
)  # fmt: skip
PERSON = events.Applicant("", "", "Genitore di un giovane", "genitore@famiglia.example.org", category="person")
PRESS = events.Applicant(
    "", "", "Redazione", "redazione@giornale.example.org", "Giornalista", category="press",
    medium="Giornale della Valnerina",
)  # fmt: skip


def load() -> None:
    """Write what is not there yet; running it again changes nothing."""
    for event in Event.objects.filter(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY):
        _register(
            event,
            ORGANISATION,
            events.Guest("Presidente del consorzio", "presidente@consorzio.example.org", "Presidente"),
            events.Guest("Orientatrice", "orientatrice@consorzio.example.org"),
            events.Guest("Autista"),
        )
        person = _register(event, PERSON, events.Guest(PERSON.contact_name, PERSON.contact_email))
        _register(event, PRESS, events.Guest(PRESS.contact_name, PRESS.contact_email, PRESS.contact_office))
        coming = Attendee.objects.filter(registration=person, needs=None).first()
        if coming and coming.coming_confirmed_at is None:
            events.tell_needs(attendee=coming, access="", dietary="Celiachia")
            with acting(Actor.CONTACT):
                events.confirm_coming(registration=person)


def _register(event: Event, applicant: events.Applicant, *guests: events.Guest) -> Registration:
    """Once: the number of the form is made of the event and the address."""
    number = uuid.uuid5(event.uid, applicant.contact_email)
    return events.register(
        event=event, applicant=applicant, guests=guests, submission_id=number, privacy_notice_version="2026-11"
    )
