"""What must hold of places and registrations whatever happened: one sentence for each that does not."""

from collections.abc import Iterator

from django.db.models import Count, F, Q

from events.models import Attendee, Event, Registration, Session, SessionPlace, WaitingEntry, WaitingPerson


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
    confirmed = Count("attendees", filter=Q(attendees__state="confirmed"))
    registrations = Registration.objects.annotate(n=confirmed)
    for registration in registrations.filter(Q(state="confirmed", n=0) | Q(state="cancelled", n__gt=0)):
        yield f"registration {registration.reference}: its state and its people disagree"
    yield from _seats()
    yield from _queues()


def _seats() -> Iterator[str]:
    """Places of agenda items: within their number, each held by one person who comes."""
    held = Q(seats__state="held")
    for session in Session.objects.annotate(n=Count("seats", filter=held)).filter(
        places__isnull=False, n__gt=F("places")
    ):
        yield f"agenda item {session.key}: {session.places} places, more are held"
    for above in Session.objects.filter(held, seats__number__gt=F("places")).distinct():
        yield f"agenda item {above.key}: a place above {above.places} is held"
    for place in SessionPlace.objects.held().filter(attendee__place_number__isnull=True):
        yield f"agenda item place {place.pk}: held by somebody who does not come"
    for place in SessionPlace.objects.held().filter(session__cancelled_at__isnull=False):
        yield f"agenda item place {place.pk}: held in an item that was called off"


def _queues() -> Iterator[str]:
    """Nobody both holds and waits for the same thing; an entry waits exactly while somebody of it does."""
    waiting = WaitingPerson.objects.filter(state="waiting")
    for person in waiting.filter(session__isnull=True).exclude(attendee__state="waiting"):
        yield f"waiting person {person.pk}: waits for the event, is not stored as waiting"
    seated = waiting.filter(session__isnull=False, attendee__seats__state="held", attendee__seats__session=F("session"))
    for person in seated:
        yield f"waiting person {person.pk}: waits for an item in which a place is held"
    people = Count("people", filter=Q(people__state="waiting"))
    for entry in WaitingEntry.objects.annotate(n=people).filter(
        Q(state="waiting", n=0) | (~Q(state="waiting") & Q(n__gt=0))
    ):
        yield f"waiting entry {entry.pk}: its state and its people disagree"
    registrations = Registration.objects.annotate(n=Count("attendees", filter=Q(attendees__state="waiting")))
    for registration in registrations.filter(state="waiting", n=0):
        yield f"registration {registration.reference}: waits without anybody"
