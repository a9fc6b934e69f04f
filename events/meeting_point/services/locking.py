"""The one lock of a meeting point: every change of its hours and appointments queues at its row."""

from events.meeting_point.models import Appointment, MeetingPoint


def lock(point: MeetingPoint) -> MeetingPoint:
    """The point's row, locked."""
    return MeetingPoint.objects.select_for_update().get(pk=point.pk)


def lock_appointment(appointment: Appointment) -> tuple[MeetingPoint, Appointment]:
    """The point first, then the appointment: one order everywhere, so no deadlock."""
    point = lock(appointment.meeting_point)
    found = Appointment.objects.select_for_update().get(pk=appointment.pk)
    found.meeting_point = point
    return point, found
