"""What becomes of facts about appointments at the meeting point: as in `receivers`, one receiver per signal."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from events import signals as event_signals
from events.models import Appointment
from notifications import erasure, outbox
from notifications.kinds import appointments as appointment_letters


@receiver(event_signals.appointment_booked)
def on_appointment_booked(*, appointment: Appointment, **_kwargs: Any) -> None:
    outbox.enqueue(appointment_letters.messages("appointment_confirmed", appointment, "REQUEST"))


@receiver(event_signals.appointment_moved)
def on_appointment_moved(*, appointment: Appointment, **_kwargs: Any) -> None:
    outbox.enqueue(appointment_letters.messages("appointment_moved", appointment, "REQUEST"))


@receiver(event_signals.appointment_cancelled)
def on_appointment_cancelled(*, appointment: Appointment, **_kwargs: Any) -> None:
    outbox.enqueue(appointment_letters.messages("appointment_cancelled", appointment, "CANCEL"))


@receiver(event_signals.appointment_reminder_due)
def on_appointment_reminder_due(*, appointment: Appointment, **_kwargs: Any) -> None:
    expires_at = appointment.starts_at
    outbox.enqueue(appointment_letters.messages("appointment_reminder", appointment, "REQUEST", expires_at=expires_at))


@receiver(event_signals.appointment_erased)
def on_appointment_erased(*, appointment: Appointment, address: str, **_kwargs: Any) -> None:
    erasure.forget_appointment(appointment, address)


@receiver(event_signals.appointment_link_requested)
def on_appointment_link_requested(*, appointment: Appointment, **_kwargs: Any) -> None:
    # at most one a minute: whoever presses the button again and again fills nobody's mailbox
    minute = f"{timezone.now():%Y%m%d%H%M}"
    outbox.enqueue(appointment_letters.messages("appointment_link", appointment, key=minute))
