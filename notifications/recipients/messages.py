"""A mail to many, once more in the browser, rebuilt from its row as its recipient got it.

Only campaign mail and the reminders of invitations can be read so. The others are answers to what somebody did, and
hold links that act in that person's name (the management of a registration, a calendar's secret address, a sign-in
code): a page that repeats them would make a key of every forwarded mail, also after the code was cleared from the row.
A mail to many holds nothing that its forwarding does not give away too.

The text is the one that was sent: a campaign's is closed once it was confirmed, a reminder's travels in its row. The
facts of the event are read anew, because a page that repeats a date that no longer holds sends people to a closed door;
where they have moved since, the page says so.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils import translation

from events.models import Event
from notifications import letters
from notifications.compose import MissingValue
from notifications.kinds.events import invitation_again
from notifications.letters import CannotWrite
from notifications.models import Delivery
from notifications.recipients.links import message_key
from notifications.sending import patterns

INVITATION, REMINDER, TEST = "invitation", "invitation_reminder", "campaign_test"
SHOWN = (INVITATION, REMINDER, TEST)


@dataclass(frozen=True, slots=True)
class Mail:
    """What its recipient got."""

    subject: str
    text: str
    html: str


def row_of(token: str) -> Delivery | None:
    """The message behind a token; None for an altered one, for one that is gone and for kinds that are not shown."""
    key = message_key(token)
    if key is None:
        return None
    rows = Delivery.objects.select_related("campaign__event", "organisation")
    return rows.filter(key=key, kind__in=SHOWN).first()


def event_of(row: Delivery) -> Event | None:
    """The event that the message is about."""
    return row.campaign.event if row.campaign else Event.objects.filter(pk=row.payload.get("event")).first()


def rebuilt(row: Delivery) -> Mail | None:
    """The message as it was written; None when what it spoke of is gone."""
    try:
        if row.kind == REMINDER:
            with translation.override(row.language):
                letter = invitation_again(row)
            rendered = letters.render(letter, name=row.name, language=row.language)
        else:
            letter, rendered = patterns.written(row)
    except (CannotWrite, MissingValue):
        return None
    return Mail(letter.subject, rendered.text, rendered.html)


def sent_at(row: Delivery) -> datetime:
    """When it left, as far as is known."""
    return row.accepted_at or row.sending_since or row.created_at


def is_test(row: Delivery) -> bool:
    """Whether an organiser sent it to themselves: address and content then belong to different people."""
    return row.kind == TEST


def has_moved(row: Delivery, event: Event) -> bool:
    """Whether time or place of the event have changed since, or it was called off."""
    return event.revised_at > sent_at(row)
