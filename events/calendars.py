"""Calendar files of an event (RFC 5545): one UID for life, a compact Europe/Rome zone, no secret in any text.

The library's own zone builder writes 2.6 kB of RDATEs that Outlook does not read; ours is the rule itself.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from icalendar import Calendar, Timezone, vCalAddress, vText
from icalendar import Event as VEvent

from events.models import Event

ROME = ZoneInfo("Europe/Rome")
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


def publication(events: list[Event], *, language: str) -> bytes:
    """A feed or download: METHOD:PUBLISH, nobody listed as attendee (RFC 5546 section 3.2.1)."""
    calendar = _calendar("PUBLISH")
    for event in events:
        calendar.add_component(_vevent(event, sequence=event.revision, stamp=event.revised_at, language=language))
    return bytes(calendar.to_ical())


def scheduling_part(
    event: Event, *, method: str, sequence: int, stamp: datetime, addressee: Addressee, language: str
) -> bytes:
    """The calendar part of a mail to one guest: METHOD REQUEST or CANCEL (RFC 5546 sections 3.2.2 and 3.2.5)."""
    calendar = _calendar(method)
    vevent = _vevent(event, sequence=sequence, stamp=stamp, language=language)
    vevent["STATUS"] = vText("CANCELLED" if method == "CANCEL" else "CONFIRMED")
    organizer = vCalAddress(f"mailto:{settings.ASSOCIATION_EMAIL}")
    organizer.params["CN"] = vText(settings.ASSOCIATION_NAME)
    vevent["ORGANIZER"] = organizer
    attendee = vCalAddress(f"mailto:{addressee.email}")
    attendee.params["CN"] = vText(addressee.name)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("ACCEPTED" if method == "REQUEST" else "DECLINED")
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


def _vevent(event: Event, *, sequence: int, stamp: datetime, language: str) -> VEvent:
    vevent = VEvent()
    with translation.override(language):
        vevent.add("summary", event.title)
        vevent.add("description", f"{event.summary}\n\n{settings.SITE_URL}{event.get_absolute_url()}".strip())
        vevent.add("url", f"{settings.SITE_URL}{event.get_absolute_url()}")
    vevent.add("uid", event_uid(event))
    vevent.add("sequence", sequence)
    vevent.add("dtstamp", stamp.astimezone(ZoneInfo("UTC")))
    vevent.add("last-modified", event.revised_at.astimezone(ZoneInfo("UTC")))
    vevent.add("dtstart", event.starts_at.astimezone(ROME))
    vevent.add("dtend", event.ends_at.astimezone(ROME))
    vevent.add("location", f"{event.venue}, {event.address}")
    vevent.add("status", "CANCELLED" if event.state == Event.State.CANCELLED else "CONFIRMED")
    vevent.add("transp", "OPAQUE")
    return vevent
