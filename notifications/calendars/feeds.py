"""A person's own calendar: all their registrations under a secret address that only their mailbox is told.

The page of a registration does not show it: whoever registers with somebody else's address sees that page, and would
read from the feed everywhere that person goes. So the address travels by mail, and a new one is sent, never shown.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from events.calendars import Entry, Revision, event_uid, publication
from events.models import Attendee, AttendeeQuerySet, Event, Registration
from events.outputs import chosen
from notifications import outbox
from notifications.letters import CannotWrite, Letter, absolute
from notifications.models import CalendarEntry, CalendarFeed, Delivery, hash_address
from notifications.outbox import Message
from organisations.addresses import normalise
from organisations.links import hash_token

#: So long a cancelled event is still listed, as cancelled, so that calendars take it away.
CANCELLED_FOR = timedelta(days=30)


def open_for(addresses: Iterable[str]) -> None:
    """Make the secret address of each mail address that has none yet. The caller's transaction."""
    feeds = [CalendarFeed(address=address) for address in dict.fromkeys(map(normalise, addresses))]
    for feed in feeds:
        feed.token_hash = hash_token(feed.token)
    CalendarFeed.objects.bulk_create(feeds, ignore_conflicts=True)


@transaction.atomic
def renew(*, feed: CalendarFeed) -> CalendarFeed:
    """Let the secret address open nothing any more, and send a new one to the mailbox it belongs to."""
    feed = CalendarFeed.objects.select_for_update().get(pk=feed.pk)
    feed.renew_token()
    feed.save(update_fields=["version", "token_hash"])
    send(feed=feed, language=translation.get_language() or settings.LANGUAGE_CODE)
    return feed


@transaction.atomic
def send(*, feed: CalendarFeed, language: str) -> None:
    """Mail the secret address to its owner: at most once a minute, so that nobody fills a mailbox with it."""
    key = f"calendar_link:{feed.pk}:{feed.version}:{timezone.now():%Y%m%d%H%M}"
    message = Message("calendar_link", key, feed.address, "", language, payload={"feed": feed.pk})
    outbox.enqueue([message])


@transaction.atomic
def send_to(*, address: str, language: str) -> None:
    """The same for a mail address, whose secret address is made if there is none yet."""
    open_for([address])
    send(feed=CalendarFeed.objects.get(address=normalise(address)), language=language)


def invitation_to_subscribe(address: str) -> list[str]:
    """A sentence for a letter to this address; nothing if it has no secret address."""
    feed = CalendarFeed.objects.filter(address=normalise(address)).first()
    if feed is None:
        return []
    page = absolute(feed.get_absolute_url())
    return [_("All your registrations in your own calendar, kept up to date: %(page)s") % {"page": page}]


def calendar_link(delivery: Delivery) -> Letter:
    """To whom a calendar feed belongs: its secret address."""
    feed = CalendarFeed.objects.filter(pk=delivery.payload.get("feed")).first()
    if feed is None:
        raise CannotWrite("the calendar feed is gone")
    return Letter(
        subject=_("The address of your calendar"),
        paragraphs=[
            _("with this address your calendar shows all your registrations and follows every change by itself."),
            _("Keep it to yourself: whoever has it can read when and where you will be."),
        ],
        link=(_("Subscribe to my calendar"), absolute(feed.get_absolute_url())),
        closing=[_("If it was not you who asked, you need do nothing.")],
    )


# -- what the feed shows ------------------------------------------------------------------------------------------------


def events_of(address: str, now: datetime) -> list[Event]:
    """Every event for which this address holds a live registration or a place; the cancelled ones for a while."""
    registered = Registration.objects.filter(contact_email__iexact=address, state=Registration.State.CONFIRMED)
    coming = Attendee.objects.filter(email__iexact=address).confirmed()
    events = Event.objects.filter(Q(pk__in=registered.values("event")) | Q(pk__in=coming.values("event")))
    gone = Q(state=Event.State.CANCELLED, cancelled_at__lt=now - CANCELLED_FOR)
    return list(events.exclude(gone).order_by("starts_at", "pk"))


def entries_of(address: str, events: list[Event]) -> list[Entry]:
    """What of the agendas this address, and those who are told through it, have chosen. Two queries and the choosers'."""
    own = Q(email__iexact=address) | Q(email="", registration__contact_email__iexact=address)
    coming = Attendee.objects.confirmed().filter(own, event__in=events)
    return chosen.entries(events, _by_event(coming))


def file_of(feed: CalendarFeed, events: list[Event], *, language: str, entries: Iterable[Entry] = ()) -> bytes:
    """The events of a feed as a calendar file: METHOD:PUBLISH, nobody listed. One query."""
    with translation.override(language):
        name = _("My registrations: SOCIALNEET")
    revisions = _revisions(events, feed.address)
    return publication(events, language=language, name=name, revisions=revisions, entries=entries)


#: How a calendar shows the event of a registration in this state.
STATUSES = {
    Registration.State.PENDING: "TENTATIVE",
    Registration.State.WAITING: "TENTATIVE",
    Registration.State.CONFIRMED: "CONFIRMED",
    Registration.State.REFUSED: "CANCELLED",
    Registration.State.CANCELLED: "CANCELLED",
}


def file_of_registration(registration: Registration, *, language: str) -> bytes:
    """One registration for calendars that subscribe: its event, and what its people have chosen of the agenda.

    A registration that is cancelled shows the event as called off, so that calendars take it away.
    """
    event = registration.event
    entries = chosen.entries([event], _by_event(registration.attendees.confirmed()))
    known = _revisions([event], registration.contact_email).get(event.pk, Revision(event.revision, event.revised_at))
    shown = Revision(known.sequence, known.stamp, STATUSES[Registration.State(registration.state)])
    return publication([event], language=language, name=event.title, revisions={event.pk: shown}, entries=entries)


def _by_event(attendees: AttendeeQuerySet) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for event, attendee in attendees.values_list("event", "pk"):
        found.setdefault(event, set()).add(attendee)
    return found


def _revisions(events: list[Event], address: str) -> dict[int, Revision]:
    """What the mails to this address have said: after cancelling and coming back that is more than the event's own."""
    uids = {event_uid(event): event.pk for event in events}
    entries = CalendarEntry.objects.filter(uid__in=uids, address_hash=hash_address(address))
    return {uids[entry.uid]: Revision(entry.sequence, entry.stamp) for entry in entries}
