"""Who had an appointment is forgotten: on their wish (article 17 GDPR), or when it has served its time. The time itself stays."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events import signals
from events.meeting_point.models import Appointment
from events.meeting_point.services.booking import cancel
from events.meeting_point.services.locking import lock_appointment
from organisations.links import hash_token


@transaction.atomic
def erase(*, appointment: Appointment, now: datetime | None = None) -> Appointment:
    """Empty name, address, telephone and topic; an appointment to come is given back first. Twice changes nothing.

    Announces appointment_cancelled where a time was given back, appointment_erased.
    """
    now = now or timezone.now()
    _point, appointment = lock_appointment(appointment)
    if appointment.erased_at:
        return appointment
    if appointment.is_upcoming(now):
        appointment = cancel(appointment=appointment, now=now)
    address = appointment.email
    appointment.first_name = appointment.email = appointment.phone = appointment.topic = ""
    appointment.cancellation_reason, appointment.remind_at, appointment.erased_at = "", None, now
    appointment.save()
    signals.appointment_erased.send(sender=Appointment, appointment=appointment, address=address)
    return appointment


@transaction.atomic
def erase_outlived(*, batch: Sequence[Appointment], now: datetime) -> int:
    """The same for those of a batch whose time is over; how many. Their keys are renewed, so that old links lead nowhere."""
    outlived = Appointment.objects.outlived(now).filter(pk__in=[row.pk for row in batch])
    found = 0
    for appointment in outlived.select_related("meeting_point").order_by("pk"):
        forgotten = erase(appointment=appointment, now=now)
        forgotten.key = uuid.uuid4()
        forgotten.token_hash = hash_token(forgotten.token)
        forgotten.save(update_fields=["key", "token_hash"])
        found += 1
    return found
