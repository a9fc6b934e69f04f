"""“Why did I get this?”: where the address comes from, what for, by which right, and what else was written to it.

Everything here is asked by the address of one message and shows nothing of anybody else's. It lists mail to many
alone: the answers to a person's own registrations are not the business of whoever was forwarded an invitation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event, Invitation
from notifications.models import Campaign, Contact, Delivery
from notifications.recipients import messages
from organisations.addresses import normalise
from organisations.models import Organisation

LOOKS_BACK = timedelta(days=365)
#: Lines of a history; nobody is written to so often.
MOST = 100
State, Purpose = Delivery.State, Campaign.Purpose
_PURPOSES = {
    Purpose.INVITATION: gettext_lazy("to invite you to an event of the project, so that you can register for it"),
    Purpose.NEWS: gettext_lazy("to tell you news about an event of the project"),
}
_WHAT = {
    Purpose.INVITATION: gettext_lazy("Invitation: %(event)s"),
    Purpose.NEWS: gettext_lazy("News: %(event)s"),
    messages.REMINDER: gettext_lazy("Reminder of the invitation: %(event)s"),
}
#: What became of a message, in words for its recipient.
_STATES = {
    State.READY: gettext_lazy("not sent yet"),
    State.LEASED: gettext_lazy("not sent yet"),
    State.SENDING: gettext_lazy("on its way"),
    State.ACCEPTED: gettext_lazy("sent"),
    State.DELIVERED: gettext_lazy("arrived in your mailbox"),
    State.BOUNCED_SOFT: gettext_lazy("sent, and came back for now"),
    State.BOUNCED_HARD: gettext_lazy("sent, and came back"),
    State.COMPLAINED: gettext_lazy("sent, and reported as unwanted"),
    State.FAILED: gettext_lazy("could not be sent"),
    State.UNCERTAIN: gettext_lazy("perhaps sent: your mail server gave no answer"),
    State.SUPPRESSED: gettext_lazy("not sent, because it was not wanted"),
    State.CANCELLED: gettext_lazy("not sent: called off"),
    State.EXPIRED: gettext_lazy("not sent: it was too late"),
}
_LEFT = (*Delivery.TAKEN, State.SENDING, State.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Line:
    """One message to the address."""

    what: str
    at: datetime
    state: str
    has_left: bool


def purpose(row: Delivery) -> str:
    """What the message is for, to stand within a sentence."""
    return str(_PURPOSES[_purpose(row)])


def _purpose(row: Delivery) -> Campaign.Purpose:
    return Purpose(row.campaign.purpose) if row.campaign else Purpose.INVITATION


def sources(row: Delivery) -> list[str]:
    """Where the address comes from, in sentences: as the message says, in the directory, in the lists it was sent to.

    A test shows another's mail: of its own address it knows nothing. Two queries at most.
    """
    if messages.is_test(row):
        return []
    found = (
        [_("The message took it from: %(source)s.") % {"source": said}] if (said := row.payload.get("source")) else []
    )
    return [*found, *_in_the_directory(row), *_in_lists(row)] or [_("Public registers.")]


def _in_the_directory(row: Delivery) -> Iterable[str]:
    organisation = row.organisation or _organisation_reminded(row)
    if organisation and normalise(organisation.email) == row.address:
        yield _("In our directory of organisations since %(day)s, as the address of %(organisation)s (source: "
                "%(source)s).") % {
            "day": date_format(organisation.created_at, "j F Y"), "organisation": organisation.name,
            "source": organisation.source or _("public registers"),
        }  # fmt: skip


def _organisation_reminded(row: Delivery) -> Organisation | None:
    if "invitation" not in row.payload:
        return None
    invited = Invitation.objects.select_related("organisation").filter(pk=row.payload["invitation"]).first()
    return invited.organisation if invited else None


def _in_lists(row: Delivery) -> Iterable[str]:
    """Of the lists that the campaign was sent to, those that hold this address."""
    named = row.campaign.audience.get("sources", []) if row.campaign else []
    lists = [fields["list"] for fields in named if fields.get("kind") == "list"]
    entries = Contact.objects.filter(contact_list__in=lists, address=row.address).select_related("upload")
    for entry in entries.defer("upload__content").order_by("pk") if lists else []:
        upload = entry.upload
        yield _("In a list from: %(source)s, collected on %(collected)s, taken over on %(imported)s.") % {
            "source": upload.source, "collected": date_format(upload.collected_on, "j F Y"),
            "imported": date_format(upload.applied_at or upload.uploaded_at, "j F Y"),
        }  # fmt: skip


def lines(address: str, now: datetime) -> list[Line]:
    """Mail to many that was written to this address in the last twelve months, newest first. Two queries."""
    rows = list(
        Delivery.objects.filter(
            address=address, kind__in=(messages.INVITATION, messages.REMINDER), created_at__gte=now - LOOKS_BACK
        )
        .select_related("campaign__event")
        .order_by("-pk")[:MOST]
    )
    events = Event.objects.in_bulk(
        {row.payload["event"] for row in rows if not row.campaign and "event" in row.payload}
    )
    return [_line(row, events) for row in rows]


def _line(row: Delivery, events: Mapping[int, Event]) -> Line:
    event = row.campaign.event if row.campaign else events.get(row.payload.get("event", 0))
    what = _WHAT[Purpose(row.campaign.purpose) if row.campaign else messages.REMINDER]
    title = event.title if event else _("an event that is gone")
    state = State(row.state)
    return Line(str(what) % {"event": title}, messages.sent_at(row), str(_STATES[state]), state in _LEFT)
