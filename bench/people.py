"""Whom the bench writes to: contact lists and a directory as large as asked for, and campaigns to them."""

from typing import Any

from django.utils import timezone

from events.models import Event
from notifications.audiences import definition_of
from notifications.campaigns import services
from notifications.models import Campaign
from notifications.models.audiences import Contact, ContactList, ContactUpload
from organisations.models import Organisation, User
from organisations.roles import Role
from organisations.services import let_in

#: Where people have their mailboxes, and what they are called: accents travel as encoded words.
HOUSES = ("gmail.example.org", "libero.example.org", "comune.example.org", "scuola.example.org", "coop.example.org")
NAMES = (
    "Associazione Città Aperta",
    "Cooperativa «L’Albero»",
    "Scuola Media Nord",
    "Comune di Prova",
    "Ente del Libro",
)
BODY = (
    "Gentili,\n\nl'associazione invita {organisation} a partecipare a «{event}», {date}, {place}.\n\n"
    "## Perché venire\n\n- Si parla di **lavoro** e di giovani, con chi ogni giorno li incontra.\n"
    "- Si firma il protocollo d'intesa.\n\nL'iscrizione è gratuita: [il modulo]({link}). La pagina: {event_page}.\n"
)


def organiser(number: int = 1) -> User:
    return let_in(email=f"bench{number}@example.org", name=f"Bench {number}", role=Role.ORGANISER)


def info_day() -> Event:
    return Event.objects.filter(state=Event.State.PUBLISHED, starts_at__gt=timezone.now()).order_by("pk")[0]


def address(number: int) -> str:
    return f"ente.{number:07}@{HOUSES[number % len(HOUSES)]}"


def contact_list(name: str, count: int) -> ContactList:
    """A list of so many contacts, one in ten in English."""
    mine, today = ContactList.objects.create(name=name, created_by=organiser()), timezone.localdate()
    upload = ContactUpload.objects.create(
        contact_list=mine, list_name=name, source="bench", collected_on=today, language="it", content=b"",
        uploaded_by=organiser(), applied_at=timezone.now(),
    )  # fmt: skip
    Contact.objects.bulk_create(
        (
            Contact(contact_list=mine, upload=upload, address=address(number), name="", language="en" if number % 10 == 0 else "it",
                    organisation_name=f"{NAMES[number % len(NAMES)]} {number}")
            for number in range(count)
        ),
        batch_size=5000,
    )  # fmt: skip
    return mine


def directory(count: int, municipality: str) -> None:
    """So many organisations of one municipality."""
    Organisation.objects.bulk_create(
        (
            Organisation(name=f"{NAMES[number % len(NAMES)]} {number}", kind=Organisation.Kind.CSO, municipality=municipality,
                         section=Organisation.Section.OTHER, email=address(number), language="en" if number % 10 == 0 else "it")
            for number in range(count)
        ),
        batch_size=5000,
    )  # fmt: skip


def draft(name: str, source: dict[str, Any]) -> Campaign:
    """An invitation to everybody of one source; no first few, so that all may go at once."""
    return services.prepare(
        by=organiser(), event=info_day(), name=name, audience=definition_of(source), canary_percent=0,
        subject_it="Invito: {event}", body_it=BODY, subject_en="Invitation: {event}", body_en=BODY,
    )  # fmt: skip


def confirm(campaign: Campaign, count: int) -> None:
    """As a person does: the number typed, and a second person where one is needed."""
    services.send(campaign=campaign, expected=count, by=organiser())
    campaign.refresh_from_db()
    if campaign.state == Campaign.State.CHECKED:
        services.approve(campaign=campaign, by=organiser(2))


def let_go(campaign: Campaign) -> None:
    """Do not wait for the time in which it can be taken back."""
    services.start_now(campaign=campaign, by=organiser())
