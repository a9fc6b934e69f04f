"""Calendar files of an event and its agenda (RFC 5545): one UID for life, a compact zone, no secret in any text.

The library's own zone builder writes 2.6 kB of RDATEs that Outlook does not read; ours is the rule itself.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from django.conf import settings
from django.utils import translation
from icalendar import Calendar, Timezone, vCalAddress, vText
from icalendar import Event as VEvent

from events.agenda import Item
from events.models import Event
from organisations.languages import Words
from organisations.text import one_line
from organisations.zone import ROME, is_repeated

PRODID = "-//SOCIALNEET//portal//IT"
_EUROPE_ROME = b"""BEGIN:VTIMEZONE\r
TZID:Europe/Rome\r
BEGIN:STANDARD\r
DTSTART:19701025T030000\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
TZNAME:CET\r
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:19700329T020000\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
TZNAME:CEST\r
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r
END:DAYLIGHT\r
END:VTIMEZONE\r
"""


@cache
def _zone() -> Timezone:
    zone = Timezone.from_ical(_EUROPE_ROME)
    assert isinstance(zone, Timezone)
    return zone


@dataclass(frozen=True, slots=True)
class Addressee:
    """The one person a calendar part is addressed to."""

    name: str
    email: str


def event_uid(event: Event) -> str:
    """The UID of the event in every file and mail, for life: independent of host, slug and date."""
    return f"{event.uid}@{settings.CALENDAR_DOMAIN}"


def item_uid(item: Item) -> str:
    """The UID of an item of an agenda in every file, for life."""
    return f"{item.key}@{settings.CALENDAR_DOMAIN}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of an event's agenda in a calendar. `is_dropped`: it stood in an agenda once and is gone."""

    event: Event
    item: Item
    is_dropped: bool = False
    #: Whether the time counts as taken: for what a person has chosen, not for everything that goes on.
    is_busy: bool = True


@dataclass(frozen=True, slots=True)
class Revision:
    """Which state of an event a file shows: SEQUENCE and DTSTAMP. `status`: where one reader's is not the event's."""

    sequence: int
    stamp: datetime
    status: str = ""


#: How often a subscribed calendar should look again (RFC 7986 section 5.7).
REFRESH = timedelta(hours=1)


def publication(
    events: Iterable[Event],
    *,
    language: str,
    name: str = "",
    revisions: Mapping[int, Revision] | None = None,
    entries: Iterable[Entry] = (),
) -> bytes:
    """A feed or download: METHOD:PUBLISH, nobody listed as attendee (RFC 5546 section 3.2.1).

    `name`: what a subscribed calendar is called; without it the file is a download. `revisions`, by the event's key:
    where a calendar knows a later state than the event's own revision says. `entries`: items of agendas beside them.
    """
    calendar = new_calendar("PUBLISH")
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    for event in events:
        own = Revision(event.revision, event.revised_at)
        known = (revisions or {}).get(event.pk, own)
        latest = max(known, own, key=lambda one: one.sequence)
        shown = Revision(latest.sequence, latest.stamp, known.status)
        calendar.add_component(_vevent(event, shown, language=language))
    for entry in entries:
        calendar.add_component(_vevent_of_item(entry, language=language))
    return bytes(calendar.to_ical())


def scheduling_part(
    event: Event, *, method: str, sequence: int, stamp: datetime, addressee: Addressee, language: str
) -> bytes:
    """The calendar part of a mail to one guest: METHOD REQUEST or CANCEL (RFC 5546 sections 3.2.2 and 3.2.5).

    RSVP=FALSE: the registration is the answer, and a click on "no" in a calendar would give no place back.
    """
    vevent = _vevent(event, Revision(sequence, stamp), language=language)
    return addressed(vevent, method=method, addressee=addressee)


def addressed(vevent: VEvent, *, method: str, addressee: Addressee) -> bytes:
    """One entry as the calendar part for one guest, METHOD REQUEST or CANCEL."""
    calendar = new_calendar(method)
    vevent["STATUS"] = vText("CANCELLED" if method == "CANCEL" else "CONFIRMED")
    attendee = vCalAddress(f"mailto:{addressee.email}")
    attendee.params["CN"] = vText(one_line(addressee.name))
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    if method == "REQUEST":
        attendee.params["PARTSTAT"] = vText("ACCEPTED")
        attendee.params["RSVP"] = vText("FALSE")
    vevent.add("attendee", attendee)
    calendar.add_component(vevent)
    return bytes(calendar.to_ical())


def new_calendar(method: str) -> Calendar:
    """An empty file of ours, with the zone."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_zone())
    return calendar


def _vevent(event: Event, revision: Revision, *, language: str) -> VEvent:
    vevent = VEvent()
    with translation.override(language):
        page = f"{settings.SITE_URL}{event.get_absolute_url()}"
        vevent.add("summary", one_line(event.title))
        vevent.add("description", lines(f"{event.summary}\n\n{page}"))
        vevent.add("url", page)
    vevent.add("uid", event_uid(event))
    vevent.add("sequence", revision.sequence)
    vevent.add("dtstamp", revision.stamp.astimezone(UTC))
    vevent.add("last-modified", event.revised_at.astimezone(UTC))
    starts_at, ends_at = wall_clock_times(event.starts_at, event.ends_at)
    vevent.add("dtstart", starts_at)
    vevent.add("dtend", ends_at)
    vevent.add("location", one_line(f"{event.venue}, {event.address}"))
    vevent.add("status", "CANCELLED" if event.state == Event.State.CANCELLED else revision.status or "CONFIRMED")
    vevent.add("transp", "OPAQUE")
    vevent["ORGANIZER"] = organizer()
    return vevent


def _vevent_of_item(entry: Entry, *, language: str) -> VEvent:
    """SEQUENCE counts the changes of the item and of the event that carries it along: place, date, cancellation."""
    event, item, vevent = entry.event, entry.item, VEvent()
    with translation.override(language):
        page = f"{settings.SITE_URL}{event.get_absolute_url()}#item-{item.key}"
        _add_words(vevent, "summary", item.title, language)
        vevent.add("description", lines(_about(item, page)))
        vevent.add("url", page)
        room = [str(item.room.name)] if item.room else []
        vevent.add("location", one_line(", ".join([*room, event.venue, event.address])))
        vevent.add(
            "categories",
            [one_line(name) for name in (item.kind_words, str(item.track.name if item.track else "")) if name],
        )
    vevent.add("uid", item_uid(item))
    vevent.add("related-to", event_uid(event))
    vevent.add("sequence", item.revision + event.revision)
    stamp = max(item.revised_at, event.revised_at).astimezone(UTC)
    vevent.add("dtstamp", stamp)
    vevent.add("last-modified", stamp)
    starts_at, ends_at = wall_clock_times(item.starts_at, item.ends_at)
    vevent.add("dtstart", starts_at)
    vevent.add("dtend", ends_at)
    is_off = entry.is_dropped or item.is_cancelled or event.state == Event.State.CANCELLED
    vevent.add("status", "CANCELLED" if is_off else "CONFIRMED")
    vevent.add("transp", "OPAQUE" if entry.is_busy else "TRANSPARENT")
    vevent["ORGANIZER"] = organizer()
    return vevent


def _about(item: Item, page: str) -> str:
    """The reason why it is off, who speaks, what about, where to read on."""
    who = "\n".join(map(str, item.voices)) or str(item.speakers)
    return "\n\n".join(part for part in (item.cancellation_reason, who, str(item.about), page) if part)


def _add_words(vevent: VEvent, name: str, words: Words, language: str) -> None:
    """A text that was not translated says in which language it is (RFC 5545 section 3.2.10)."""
    reading = words.reading(language)
    vevent.add(name, one_line(reading.text), parameters={"LANGUAGE": reading.language} if reading.is_foreign else {})


def organizer() -> vCalAddress:
    """A mailbox that somebody reads, the same in every file: a CANCEL from another organizer changes nothing."""
    organizer = vCalAddress(f"mailto:{settings.ASSOCIATION_EMAIL}")
    organizer.params["CN"] = vText(settings.ASSOCIATION_NAME)
    return organizer


def wall_clock_times(*moments: datetime) -> list[datetime]:
    """In Europe/Rome, so that people see the zone; in UTC where one falls into the hour that October has twice.

    A repeated hour means its first pass (RFC 5545 section 3.3.5), but ical.js reads the second: UTC leaves no choice.
    """
    zone = UTC if any(map(is_repeated, moments)) else ROME
    return [moment.astimezone(zone) for moment in moments]


def lines(text: str) -> str:
    """Text of several lines, with no other control character in it."""
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", " ", re.sub(r"\r\n?", "\n", text)).strip()
