"""What must hold of appointments whatever happened: one sentence for each that does not."""

from collections.abc import Iterator

from django.db.models import F

from events.meeting_point.models import Appointment


def broken() -> Iterator[str]:
    """No place is held twice at the same moment, whatever the length of its appointments was; what came has its visit."""
    held = Appointment.objects.holding().order_by("meeting_point", "place_number", "starts_at", "pk")
    last: Appointment | None = None
    for one in held.only("key", "meeting_point", "place_number", "starts_at", "ends_at").iterator():
        same = last and (last.meeting_point_id, last.place_number) == (one.meeting_point_id, one.place_number)
        if last and same and last.ends_at > one.starts_at:
            yield f"appointments {last.reference} and {one.reference}: the same place at the same time"
        last = one
    visited = Appointment.objects.filter(visits__isnull=False, visits__struck_at=None)
    for one in visited.exclude(state="attended"):
        yield f"appointment {one.reference}: a visit is recorded, and it is not among those kept"
    for one in Appointment.objects.filter(state="attended").exclude(pk__in=visited.values("pk")):
        yield f"appointment {one.reference}: kept, and no visit is recorded"
    for one in Appointment.objects.filter(visits__isnull=False).exclude(visits__meeting_point=F("meeting_point")):
        yield f"appointment {one.reference}: its visit was at another meeting point"
