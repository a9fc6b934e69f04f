"""The real case as demo data: public facts, roles instead of persons, addresses under example.org. Idempotent."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from agreements.demo import load_demo_agreement
from events import services as events
from events.attribution import demo as attribution_demo
from events.meeting_point import demo as meeting_point_demo
from events.models import Event
from notifications.channels import demo as channels_demo
from notifications.models import MessageTemplate, Segment
from organisations.models import Organisation, User
from organisations.roles import Role
from organisations.services import let_in, write_stakeholders
from organisations.zone import ROME
from portal.demo import arrivals, edition, entry, figures, questions, registrations, workshop
from portal.demo.agenda import lengthen_the_last, write_agenda

STAKEHOLDERS = Path(__file__).parent / "stakeholders.csv"
ORGANISER = "organizzazione@socialneet.example.org"
DEMO_SIGN_INS = [
    (ORGANISER, "organiser / organizzazione"),
    ("banco@socialneet.example.org", "registration desk / banco"),
    ("ingresso@socialneet.example.org", "passes at the door / lettura dei pass"),
    ("presidente@confartigianato.example.org", "signatory of the association / firmatario"),
    ("assessore@comune.terni.example.org", "signatory of Terni / firmatario"),
    ("ufficio.sociale@comune.terni.example.org", "reviewer of Terni / ufficio"),
    ("assessore@comune.orvieto.example.org", "signatory of Orvieto / firmatario"),
    ("assessore@comune.narni.example.org", "signatory of Narni / firmatario"),
]
VENUE = "Sala conferenze di Confartigianato Imprese Terni"
ADDRESS = "sede dell’associazione, Terni"


@transaction.atomic
def load() -> None:
    """Write what is not there yet; running it again changes nothing."""
    _organisations()
    organiser = _people()
    today = timezone.localdate()
    year = today.year if today < date(today.year, 2, 21) else today.year + 1
    _info_day(f"giornata-informativa-{year}", date(year, 2, 21), Event.State.PUBLISHED, by=organiser)
    _info_day("giornata-informativa-2020", date(2020, 2, 21), Event.State.HELD, by=organiser)
    meeting_point_demo.load(by=organiser)
    load_demo_agreement(by=organiser)
    _for_invitations(by=organiser)
    registrations.load()
    arrivals.load(by=organiser)
    figures.load(by=organiser)
    attribution_demo.load(by=organiser)
    channels_demo.load(by=organiser)
    entry.load(year=year, by=organiser, venue=VENUE, address=ADDRESS)
    workshop.load(year=year, by=organiser, venue=VENUE, address=ADDRESS)
    questions.load(by=organiser)
    edition.load(year=year, by=organiser)


def _organisations() -> None:
    Organisation.objects.get_or_create(
        name="Confartigianato Imprese Terni",
        defaults={
            "kind": Organisation.Kind.ASSOCIATION,
            "municipality": "Terni",
            "email": "segreteria@confartigianato.example.org",
            "source": "demo",
        },
    )
    write_stakeholders(content=STAKEHOLDERS.read_bytes(), source="stakeholders.csv")


def _people() -> User:
    association = Organisation.objects.get(name="Confartigianato Imprese Terni")
    let_in(
        email="presidente@confartigianato.example.org", name="Presidente", role=Role.SIGNATORY, organisation=association
    )
    for town in ("Terni", "Orvieto", "Narni"):
        municipality = Organisation.objects.get(name=f"Comune di {town}")
        domain = f"comune.{town.lower()}.example.org"
        let_in(
            email=f"assessore@{domain}",
            name=f"Assessore ai servizi sociali di {town}",
            role=Role.SIGNATORY,
            organisation=municipality,
        )
        let_in(
            email=f"ufficio.sociale@{domain}",
            name=f"Ufficio servizi sociali di {town}",
            role=Role.REVIEWER,
            organisation=municipality,
        )
    let_in(email="banco@socialneet.example.org", name="Banco iscrizioni", role=Role.REGISTRATION_DESK)
    let_in(email="ingresso@socialneet.example.org", name="Accoglienza", role=Role.SCANNER)
    organiser = let_in(email=ORGANISER, name="Organizzazione SOCIALNEET", role=Role.ORGANISER)
    if not organiser.is_staff:
        organiser.is_staff = organiser.is_superuser = True
        organiser.save(update_fields=["is_staff", "is_superuser"])
    return organiser


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), ROME)


def _info_day(slug: str, day: date, state: Event.State, *, by: User) -> None:
    event, created = Event.objects.get_or_create(
        slug=slug,
        defaults={
            "kind": Event.Kind.INFO_DAY,
            "title_it": "Giornata informativa SOCIALNEET",
            "title_en": "SOCIALNEET info day",
            "summary_it": "Istituzioni ed enti del terzo settore si incontrano sul lavoro dei giovani che non studiano "
            "e non lavorano: la firma del protocollo d’intesa, i servizi del progetto, due buone pratiche.",
            "summary_en": "Institutions and civil-society organisations meet on the work of young people who neither "
            "study nor work: the signing of the protocol of understanding, the project’s services, two good practices.",
            "audience_it": "Comuni e altri enti pubblici, organizzazioni del terzo settore, scuole, imprese.",
            "audience_en": "Municipalities and other public bodies, third-sector organisations, schools, firms.",
            "venue": VENUE,
            "address": ADDRESS,
            "accessibility_it": "Se hai bisogno di un ingresso senza gradini, di un interprete o di altro, scrivi alla "
            "segreteria: rispondiamo prima dell’evento.",
            "accessibility_en": "If you need step-free access, an interpreter or anything else, write to the "
            "secretariat: we answer before the event.",
            "contact_email": "segreteria@socialneet.example.org",
            "starts_at": _at(day, 10, 30),
            "ends_at": _at(day, 13, 0),
            "registration_closes_at": _at(day - timedelta(days=1), 18, 0),
            "capacity": 80,
        },
    )
    if created:
        write_agenda(event, by=by)
        events.publish(event=event, by=by)
        lengthen_the_last(event, by=by)
        if state == Event.State.HELD:
            events.close(event=event, by=by)


def _for_invitations(*, by: User) -> None:
    """What organisers begin an invitation with: audiences of the case, and a text in both languages."""
    for name, kinds in (
        ("Comuni della provincia", [Organisation.Kind.MUNICIPALITY]),
        ("Terzo settore", [Organisation.Kind.CSO]),
        ("Scuole ed enti pubblici", [Organisation.Kind.SCHOOL, Organisation.Kind.PUBLIC_BODY]),
    ):
        source = {"kind": "directory", "kinds": [kind.value for kind in kinds]}
        Segment.objects.get_or_create(name=name, defaults={"definition": {"sources": [source]}, "created_by": by})
    MessageTemplate.objects.get_or_create(
        name="Invito alla giornata informativa",
        defaults={
            "subject_it": "Invito: {event}",
            "body_it": "l’associazione invita {organisation} a «{event}», **{date}**, {place}.\n\n"
            "Tre momenti:\n\n- i saluti e la firma del protocollo d’intesa;\n- il lavoro dei giovani nel nostro "
            "territorio, il progetto e i suoi servizi;\n- due buone pratiche del terzo settore.\n\n"
            "Il programma è sulla [pagina dell’evento]({event_page}). L’iscrizione è gratuita e chiede due minuti.",
            "subject_en": "Invitation: {event}",
            "body_en": "the association invites {organisation} to “{event}”, **{date}**, {place}.\n\n"
            "Three parts:\n\n- greetings and the signing of the protocol of understanding;\n- young people’s work in "
            "our area, the project and its services;\n- two good practices of the third sector.\n\n"
            "The agenda is on the [event’s page]({event_page}). Registration is free and takes two minutes.",
            "saved_by": by,
        },
    )
