"""The register and the certificates on paper."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from events import papers
from events.attendance import rows
from events.attendance.models import AttendanceRegister, Certificate
from events.attendance.services import code_of
from events.checkin.codes import readable
from events.checkin.words import represents
from events.models import Event


def register_page(event: Event, register: AttendanceRegister | None) -> str:
    """A closed edition, or the register as it stands, marked as not closed."""
    sheet = rows.closed(register) if register else rows.now_of(event)
    context = {"event": event, "register": register, "sheet": sheet, "association_name": settings.ASSOCIATION_NAME}
    return render_to_string("pdf/register.html", context)


def certificate_page(event: Event, certificates: list[Certificate]) -> str:
    """Each certificate on a page of its own. Expects attendees and registrations loaded."""
    return render_to_string(
        "pdf/certificates.html",
        {
            "event": event,
            "certificates": [_on_paper(one) for one in certificates],
            "association_name": settings.ASSOCIATION_NAME,
        },
    )


def _on_paper(certificate: Certificate) -> dict[str, object]:
    code = code_of(certificate.attendee)
    with translation.override(settings.LANGUAGE_CODE):  # printed: one address in both languages
        address = f"{settings.SITE_URL}{reverse('certificates:shown', args=[code])}"
    return {
        "certificate": certificate,
        "attendee": certificate.attendee,
        "organisation": represents(certificate.attendee),
        "code": readable(code),
        "address": address,
        "picture": papers.picture_of(address),
    }
