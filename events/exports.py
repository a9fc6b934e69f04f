"""Lists that leave the portal as files."""

from django.utils.translation import gettext as _

from events.models import Attendee, Event, SessionPlace
from organisations.tables import csv_lines


def attendees_csv(event: Event) -> bytes:
    """Confirmed attendees by place: UTF-8 with BOM, semicolons, CRLF, formula cells defused."""
    head = [_("Place"), _("Full name"), _("Office or role"), _("E-mail"), _("Organisation"), _("Contact's e-mail")]
    attendees = event.attendees.confirmed().select_related("registration").order_by("place_number")
    return b"".join(csv_lines(head, map(_cells, attendees)))


def _cells(attendee: Attendee) -> tuple[object, ...]:
    registration = attendee.registration
    return (
        attendee.place_number, attendee.full_name, attendee.office, attendee.email, registration.organisation_name,
        registration.contact_email,
    )  # fmt: skip


def seats_csv(event: Event) -> bytes:
    """Who holds a place in which agenda item, by time and number."""
    head = [_("Agenda item"), _("Place"), _("Full name"), _("Organisation")]
    places = SessionPlace.objects.held().filter(session__event=event)
    places = places.select_related("session", "attendee__registration").order_by(
        "session__starts_at", "session", "number"
    )
    rows = (
        (place.session.title, place.number, place.attendee.full_name, place.attendee.registration.organisation_name)
        for place in places
    )
    return b"".join(csv_lines(head, rows))
