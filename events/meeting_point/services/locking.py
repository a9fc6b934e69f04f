"""The one lock of a meeting point: every change of its hours and appointments queues at its row."""

from events.meeting_point.models import MeetingPoint


def lock(point: MeetingPoint) -> MeetingPoint:
    """The point's row, locked."""
    return MeetingPoint.objects.select_for_update().get(pk=point.pk)
