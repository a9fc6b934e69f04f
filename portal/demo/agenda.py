"""The info day's agenda: the real programme, with its room and who speaks, released as an organiser would do it."""

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from events import services as events
from events.models import Event, Room, Session, Speaker, Track
from organisations.models import Organisation, User
from organisations.zone import ROME

COUNCILLOR = {"office_it": "Assessore ai servizi sociali", "office_en": "Councillor for social services"}
SPEAKERS: dict[str, dict[str, str]] = {
    "president": {
        "office_it": "Presidente",
        "office_en": "President",
        "organisation_name": "Confartigianato Imprese Terni",
    },
    "Terni": {**COUNCILLOR, "organisation_name": "Comune di Terni", "email": "assessore@comune.terni.example.org"},
    "Orvieto": {
        **COUNCILLOR,
        "organisation_name": "Comune di Orvieto",
        "email": "assessore@comune.orvieto.example.org",
    },
    "Narni": {**COUNCILLOR, "organisation_name": "Comune di Narni", "email": "assessore@comune.narni.example.org"},
    "team": {"office_it": "Gruppo di progetto", "office_en": "Project team", "organisation_name": "SOCIALNEET"},
}


#: The three parts of the real programme.
TRACKS = {
    "institutions": ("Istituzioni", "Institutions"),
    "work": ("Lavoro e servizi", "Work and services"),
    "third sector": ("Terzo settore", "Third sector"),
}


def write_agenda(event: Event, *, by: User) -> None:
    """Room, tracks, speakers and items of a new event, as a draft."""
    room = Room(
        name_it="Sala conferenze", name_en="Conference room", capacity=80,
        accessibility_it="Ingresso senza gradini, due posti per sedie a rotelle.",
        accessibility_en="Step-free entrance, two places for wheelchairs.",
    )  # fmt: skip
    events.save_part(event=event, by=by, part=room)
    speakers = {}
    for name, fields in SPEAKERS.items():
        organisation = Organisation.objects.filter(name=fields["organisation_name"]).first()
        speakers[name] = Speaker(organisation=organisation, **fields)
        events.save_part(event=event, by=by, part=speakers[name])
    tracks = [
        events.save_part(event=event, by=by, part=Track(name_it=name_it, name_en=name_en))
        for name_it, name_en in TRACKS.values()
    ]
    for (item, voices), track in zip(_items(event), tracks, strict=True):
        voices_of_it = [speakers[name] for name in voices]
        events.save_session(event=event, by=by, room=room, track=track, speakers=voices_of_it, **item)


def lengthen_the_last(event: Event, *, by: User) -> None:
    """A second version, so that readers see what a change of the agenda looks like: the programme as it was in the end."""
    last = event.sessions.in_draft().in_order().last()
    assert last is not None
    events.set_times(session=last, starts_at=last.starts_at, ends_at=event.ends_at, by=by)
    events.release(
        event=event, by=by, despite_warnings=True, note_it="Le due buone pratiche hanno più tempo per le domande.",
        note_en="The two good practices have more time for questions.",
    )  # fmt: skip


def _items(event: Event) -> list[tuple[dict[str, Any], list[str]]]:
    """Each item and its speakers."""
    day = timezone.localtime(event.starts_at).date()

    def at(hour: int, minute: int) -> datetime:
        return datetime.combine(day, time(hour, minute), ROME)

    return [
        (
            {
                "kind": Session.Kind.SIGNING,
                "agreement": "protocollo-socialneet",
                "starts_at": at(10, 30),
                "ends_at": at(11, 15),
                "title_it": "Saluti istituzionali e firma del protocollo d’intesa",
                "title_en": "Institutional greetings and signing of the protocol of understanding",
            },
            ["president", "Terni", "Orvieto", "Narni"],
        ),
        (
            {
                "kind": Session.Kind.TALK,
                "starts_at": at(11, 15),
                "ends_at": at(12, 0),
                "title_it": "Il mercato del lavoro giovanile locale, il progetto e i suoi servizi",
                "title_en": "The local youth labour market, the project and its services",
            },
            ["team"],
        ),
        (
            {
                "kind": Session.Kind.PANEL,
                "starts_at": at(12, 0),
                "ends_at": event.ends_at - timedelta(minutes=15),
                "title_it": "Il terzo settore come motore delle politiche per i NEET: due buone pratiche",
                "title_en": "The third sector as a driver of policies for NEETs: two good practices",
                "speakers_it": "Due cooperative sociali del territorio",
                "speakers_en": "Two social cooperatives of the area",
            },
            [],
        ),
    ]
