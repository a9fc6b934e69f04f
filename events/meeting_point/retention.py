"""What of the meeting point has served its time: who had an appointment, APPOINTMENTS_KEPT_DAYS after it or its cancellation.

What stays names nobody: that a time was taken, kept or not; and the visit log, which never knew.
"""

from datetime import datetime

from events.meeting_point import services
from events.meeting_point.models import Appointment


def due(now: datetime) -> dict[str, int]:
    """Field -> how many people's data leave today. One query."""
    return {"appointment_contacts": Appointment.objects.outlived(now).count()}


def purge(now: datetime) -> dict[str, int]:
    """Empty it; the same numbers."""
    return {"appointment_contacts": services.erase_outlived(now=now)}
