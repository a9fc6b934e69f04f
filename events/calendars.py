"""Calendar files of an event (RFC 5545): one UID for life, a compact Europe/Rome zone, no secret in any text.

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

from events.models import Event
from organisations.text import one_line
from organisations.zone import ROME

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


@dataclass(frozen=True, slots=True)
class Revision:
    """Which state of an event a file shows: SEQUENCE and DTSTAMP."""

    sequence: int
    stamp: datetime


#: How often a subscribed calendar should look again (RFC 7986 section 5.7).
REFRESH = timedelta(hours=1)


def publication(
    events: Iterable[Event], *, language: str, name: str = "", revisions: Mapping[int, Revision] | None = None
) -> bytes:
    """A feed or download: METHOD:PUBLISH, nobody listed as attendee (RFC 5546 section 3.2.1).

    `name`: what a subscribed calendar is called; without it the file is a download. `revisions`, by the event's key:
    where a calendar knows a later state than the event's own revision says.
    """
    calendar = _calendar("PUBLISH")
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    for event in events:
        own = Revision(event.revision, event.revised_at)
        known = (revisions or {}).get(event.pk, own)
        calendar.add_component(_vevent(event, max(own, known, key=lambda one: one.sequence), language=language))
    return bytes(calendar.to_ical())


def scheduling_part(
    event: Event, *, method: str, sequence: int, stamp: datetime, addressee: Addressee, language: str
) -> bytes:
    """The calendar part of a mail to one guest: METHOD REQUEST or CANCEL (RFC 5546 sections 3.2.2 and 3.2.5).

    RSVP=FALSE: the registration is the answer, and a click on "no" in a calendar would give no place back.
    """
    calendar = _calendar(method)
    vevent = _vevent(event, Revision(sequence, stamp), language=language)
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


def _calendar(method: str) -> Calendar:
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
        vevent.add("description", _lines(f"{event.summary}\n\n{page}"))
        vevent.add("url", page)
    vevent.add("uid", event_uid(event))
    vevent.add("sequence", revision.sequence)
    vevent.add("dtstamp", revision.stamp.astimezone(UTC))
    vevent.add("last-modified", event.revised_at.astimezone(UTC))
    starts_at, ends_at = _wall_clock(event.starts_at, event.ends_at)
    vevent.add("dtstart", starts_at)
    vevent.add("dtend", ends_at)
    vevent.add("location", one_line(f"{event.venue}, {event.address}"))
    vevent.add("status", "CANCELLED" if event.state == Event.State.CANCELLED else "CONFIRMED")
    vevent.add("transp", "OPAQUE")
    vevent["ORGANIZER"] = _organizer()
    return vevent


def _organizer() -> vCalAddress:
    """A mailbox that somebody reads, the same in every file: a CANCEL from another organizer changes nothing."""
    organizer = vCalAddress(f"mailto:{settings.ASSOCIATION_EMAIL}")
    organizer.params["CN"] = vText(settings.ASSOCIATION_NAME)
    return organizer


def _wall_clock(*moments: datetime) -> list[datetime]:
    """In Europe/Rome, so that people see the zone; in UTC where one falls into the hour that October has twice.

    A repeated hour means its first pass (RFC 5545 section 3.3.5), but ical.js reads the second: UTC leaves no choice.
    """
    local = [moment.astimezone(ROME) for moment in moments]
    is_repeated = any(one.replace(fold=0).utcoffset() != one.replace(fold=1).utcoffset() for one in local)
    return [moment.astimezone(UTC) for moment in local] if is_repeated else local


def _lines(text: str) -> str:
    """Text of several lines, with no other control character in it."""
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", " ", re.sub(r"\r\n?", "\n", text)).strip()
