"""Lists that leave the portal as files."""

import csv
import io

from django.utils.translation import gettext as _

from events.models import Event
from organisations.tables import harmless


def attendees_csv(event: Event) -> bytes:
    """Confirmed attendees by place: UTF-8 with BOM, semicolons, CRLF, formula cells defused."""
    stream = io.StringIO()
    sheet = csv.writer(stream, delimiter=";")
    sheet.writerow(
        [_("Place"), _("Full name"), _("Office or role"), _("E-mail"), _("Organisation"), _("Contact's e-mail")]
    )
    attendees = event.attendees.confirmed().select_related("registration").order_by("place_number")
    for attendee in attendees:
        registration = attendee.registration
        cells = (attendee.full_name, attendee.office, attendee.email, registration.organisation_name,
                 registration.contact_email)  # fmt: skip
        sheet.writerow([attendee.place_number, *map(harmless, cells)])
    return stream.getvalue().encode("utf-8-sig")
