"""An appointment in a calendar (RFC 5545): one UID for life, SEQUENCE with every move. No name and no secret in its text."""

from datetime import UTC

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Event as VEvent

from events import calendars
from events.calendars import Addressee
from events.meeting_point.models import Appointment
from organisations.text import one_line


def uid(appointment: Appointment) -> str:
    """The same in every file and mail, whatever becomes of the appointment."""
    return f"{appointment.key}@{settings.CALENDAR_DOMAIN}"


def publication(appointment: Appointment, *, language: str) -> bytes:
    """As a file to download: METHOD:PUBLISH, nobody listed as attendee."""
    calendar = calendars.new_calendar("PUBLISH")
    calendar.add_component(_vevent(appointment, language=language))
    return bytes(calendar.to_ical())


def scheduling_part(appointment: Appointment, *, method: str, addressee: Addressee, language: str) -> bytes:
    """The calendar part of a mail to the person: METHOD REQUEST or CANCEL."""
    vevent = _vevent(appointment, language=language)
    return calendars.addressed(vevent, method=method, addressee=addressee)


def _vevent(appointment: Appointment, *, language: str) -> VEvent:
    point, vevent = appointment.meeting_point, VEvent()
    with translation.override(language):
        page = f"{settings.SITE_URL}{reverse('meeting_point')}"
        vevent.add("summary", one_line(_("Appointment: %(point)s") % {"point": point.name}))
        said = _("To move or cancel it, use the link in our mail.")
        vevent.add("description", calendars.lines("\n\n".join(filter(None, (said, point.phone, page)))))
        vevent.add("url", page)
    vevent.add("uid", uid(appointment))
    vevent.add("sequence", appointment.sequence)
    stamp = appointment.revised_at.astimezone(UTC)
    vevent.add("dtstamp", stamp)
    vevent.add("last-modified", stamp)
    starts_at, ends_at = calendars.wall_clock_times(appointment.starts_at, appointment.ends_at)
    vevent.add("dtstart", starts_at)
    vevent.add("dtend", ends_at)
    vevent.add("location", one_line(f"{point.name}, {point.address}"))
    is_off = appointment.state == Appointment.State.CANCELLED
    vevent.add("status", "CANCELLED" if is_off else "CONFIRMED")
    vevent.add("class", "PRIVATE")
    vevent.add("transp", "OPAQUE")
    vevent["ORGANIZER"] = calendars.organizer()
    return vevent
