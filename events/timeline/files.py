"""The timeline as a calendar file for organisers: what is to come and what is late, each with a UID for life."""

from datetime import UTC, datetime, timedelta
from uuid import uuid5

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Event as VEvent

from events import calendars
from events.models import Event
from events.timeline.values import Deadline, Standing, Timeline
from organisations.text import one_line

#: A moment needs some length to be seen in a calendar.
SHOWN_FOR = timedelta(minutes=15)


def calendar_file(event: Event, timeline: Timeline, now: datetime) -> bytes:
    """METHOD:PUBLISH, nobody listed; taking no time (TRANSP:TRANSPARENT). Fetched again, entries are known by their UID."""
    calendar = calendars.new_calendar("PUBLISH")
    for deadline in timeline.deadlines:
        if deadline.standing in {Standing.TO_COME, Standing.LATE}:
            calendar.add_component(_vevent(event, deadline, now))
    return bytes(calendar.to_ical())


def _vevent(event: Event, deadline: Deadline, now: datetime) -> VEvent:
    vevent = VEvent()
    late = _("late") if deadline.standing == Standing.LATE else ""
    vevent.add("summary", one_line(f"{event.title}: {deadline.words}{f' ({late})' if late else ''}"))
    if deadline.note:
        vevent.add("description", one_line(deadline.note))
    if deadline.url:
        vevent.add("url", f"{settings.SITE_URL}{deadline.url}")
    vevent.add("uid", f"{uuid5(event.uid, deadline.key)}@{settings.CALENDAR_DOMAIN}")
    vevent.add("dtstamp", now.astimezone(UTC))
    starts_at, ends_at = calendars.wall_clock_times(deadline.at, deadline.at + SHOWN_FOR)
    vevent.add("dtstart", starts_at)
    vevent.add("dtend", ends_at)
    vevent.add("transp", "TRANSPARENT")
    return vevent
