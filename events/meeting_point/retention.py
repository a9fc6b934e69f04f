"""What of the meeting point has served its time: who had an appointment, APPOINTMENTS_KEPT_DAYS after it or its cancellation.

What stays names nobody: that a time was taken, kept or not; and the visit log, which never knew.
"""

from collections.abc import Iterator
from datetime import datetime

from events.meeting_point import services
from events.meeting_point.models import Appointment
from organisations.kept import Numbers, Step, in_batches


def _due(now: datetime) -> Numbers:
    return {"appointment_contacts": Appointment.objects.outlived(now).count()}


def _run(now: datetime) -> Iterator[Numbers]:
    for batch in in_batches(Appointment.objects.outlived(now)):
        yield {"appointment_contacts": services.erase_outlived(batch=batch, now=now)}


STEPS = (Step("appointment_contacts", _due, _run),)
