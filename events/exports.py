"""Lists that leave the portal as files."""

from django.utils.translation import gettext as _

from events.models import Attendee, Event, SessionPlace
from organisations.tables import csv_lines


def attendees_csv(event: Event) -> bytes:
    """Confirmed attendees by place: UTF-8 with BOM, semicolons, CRLF, formula cells defused."""
    head = [
        _("Place"), _("Full name"), _("Office or role"), _("E-mail"), _("Category"), _("Organisation"),
        _("Contact's e-mail"), _("Confirmed to come"),
    ]  # fmt: skip
    attendees = event.attendees.confirmed().select_related("registration").order_by("place_number")
    return b"".join(csv_lines(head, map(_cells, attendees)))


def _cells(attendee: Attendee) -> tuple[object, ...]:
    registration = attendee.registration
    return (
        attendee.place_number, str(attendee), attendee.office, attendee.email, registration.get_category_display(),
        registration.organisation_name or registration.medium, registration.contact_email,
        _("yes") if attendee.coming_confirmed_at else "",
    )  # fmt: skip


def seats_csv(event: Event) -> bytes:
    """Who holds a place in which agenda item, by time and number; the same file format."""
    head = [_("Agenda item"), _("Place"), _("Full name"), _("Organisation")]
    places = (
        SessionPlace.objects.held().filter(session__event=event).select_related("session", "attendee__registration")
    )
    rows = (
        (place.session.title, place.number, str(place.attendee), place.attendee.registration.registrant)
        for place in places.order_by("session__starts_at", "session", "number")
    )
    return b"".join(csv_lines(head, rows))
