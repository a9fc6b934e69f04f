"""All that is stored about an appointment, for whoever has it to read and take along (articles 15, 20 GDPR).

Rooms above add what they keep by entering a function into `CONTRIBUTORS`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from events.meeting_point.models import Appointment
from events.personal_data import Entry, Section

#: For an appointment: sections of what somebody else keeps.
CONTRIBUTORS: list[Callable[[Appointment], Iterable[Section]]] = []


def of_appointment(appointment: Appointment) -> list[Section]:
    """The appointment, and what others keep of it."""
    return [_appointment(appointment), *(section for give in CONTRIBUTORS for section in give(appointment))]


def _appointment(appointment: Appointment) -> Section:
    values: tuple[tuple[Any, ...], ...] = (
        ("reference", _("Reference"), appointment.reference),
        ("first_name", _("First name"), appointment.first_name, "appointment_contacts"),
        ("email", _("E-mail"), appointment.email, "appointment_contacts"),
        ("phone", _("Telephone"), appointment.phone, "appointment_contacts"),
        ("topic", _("What is it about?"), str(appointment.get_topic_display()), "appointment_contacts"),
        ("meeting_point", _("Meeting point"), appointment.meeting_point.name),
        ("starts_at", _("Starts at"), appointment.starts_at),
        ("ends_at", _("Ends at"), appointment.ends_at),
        ("state", _("State"), str(appointment.get_state_display())),
        ("language", _("Language"), str(appointment.get_language_display())),
        ("booked_by_desk", _("Booked by our desk"), _("yes") if appointment.booked_by_id else ""),
        ("privacy_notice_version", _("Privacy notice shown"), appointment.privacy_notice_version),
        ("created_at", _("Booked at"), appointment.created_at),
        ("remind_at", _("Reminder due at"), appointment.remind_at),
        ("cancelled_at", _("Cancelled at"), appointment.cancelled_at),
        ("cancellation_reason", _("Reason"), appointment.cancellation_reason, "appointment_contacts"),
    )
    over = appointment.cancelled_at or appointment.ends_at
    return Section("appointment", _("The appointment"), tuple(Entry(*value) for value in values), over)
