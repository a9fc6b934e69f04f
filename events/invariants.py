"""What must hold of places and registrations whatever happened: one sentence for each that does not."""

from collections.abc import Iterator

from django.db.models import Count, F, Q

from events.models import Attendee, Event, Registration


def broken() -> Iterator[str]:
    """Places within the capacity, no two alike, a registration and its people of one mind."""
    held = Count("attendees", filter=Q(attendees__place_number__isnull=False))
    for event in Event.objects.annotate(held=held).filter(held__gt=F("capacity")):
        yield f"event {event.slug}: {event.capacity} places, more are held"
    above = Event.objects.filter(attendees__place_number__gt=F("capacity"))
    for event in above.distinct():
        yield f"event {event.slug}: a place above {event.capacity} is held"
    numbered = Attendee.objects.filter(place_number__isnull=False).order_by().values("event__slug", "place_number")
    for row in numbered.annotate(n=Count("pk")).filter(n__gt=1):
        yield f"event {row['event__slug']}: place {row['place_number']} is held twice"
    for registration in Registration.objects.filter(
        state__in=("pending", "refused"), attendees__place_number__isnull=False
    ).distinct():
        yield f"registration {registration.reference}: nobody approved it, and its people hold places"
    confirmed = Count("attendees", filter=Q(attendees__state="confirmed"))
    registrations = Registration.objects.annotate(n=confirmed)
    for registration in registrations.filter(Q(state="confirmed", n=0) | Q(state="cancelled", n__gt=0)):
        yield f"registration {registration.reference}: its state and its people disagree"
