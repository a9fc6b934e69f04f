"""What must hold of places and registrations whatever happened: one sentence for each that does not."""

from collections.abc import Iterator

from django.db.models import Count, F, Q

from events.figures import checking as of_figures
from events.meeting_point import invariants as of_meeting_point
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
    for registration in Registration.objects.filter(
        state__in=("pending", "refused"), attendees__place_number__isnull=False
    ).distinct():
        yield f"registration {registration.reference}: nobody approved it, and its people hold places"
    yield from _seats()
    yield from _queues()
    yield from of_meeting_point.broken()
    yield from of_figures.broken()
    confirmed = Count("attendees", filter=Q(attendees__state="confirmed"))
    registrations = Registration.objects.annotate(n=confirmed)
    for registration in registrations.filter(Q(state="confirmed", n=0) | Q(state="cancelled", n__gt=0)):
        yield f"registration {registration.reference}: its state and its people disagree"


def _seats() -> Iterator[str]:
    """Places of agenda items: within their number, held by people who come."""
    held = Q(seats__state="held")
    crowded = Session.objects.filter(open_places__isnull=False).annotate(n=Count("seats", filter=held))
    for session in crowded.filter(n__gt=F("open_places")):
        yield f"agenda item {session.key}: {session.open_places} places, more are held"
    for place in SessionPlace.objects.held().exclude(attendee__state="confirmed"):
        yield f"agenda item place {place.pk}: held by somebody who does not come"


def _queues() -> Iterator[str]:
    """Nobody both holds and waits for the same thing; an entry waits exactly while somebody of it does."""
    waiting = WaitingPerson.objects.filter(state="waiting")
    for person in waiting.filter(session__isnull=True).exclude(attendee__state="waiting"):
        yield f"waiting person {person.pk}: waits for the event, is not stored as waiting"
    seated = waiting.filter(session__isnull=False, attendee__seats__state="held", attendee__seats__session=F("session"))
    for person in seated:
        yield f"waiting person {person.pk}: waits for an item in which a place is held"
    for attendee in Attendee.objects.filter(state="waiting").exclude(waits__in=waiting.filter(session__isnull=True)):
        yield f"attendee {attendee.pk}: stored as waiting, stands on no list"
    people = Count("people", filter=Q(people__state="waiting"))
    for entry in WaitingEntry.objects.annotate(n=people).filter(
        Q(state="waiting", n=0) | (~Q(state="waiting") & Q(n__gt=0))
    ):
        yield f"waiting entry {entry.pk}: its state and its people disagree"
    registrations = Registration.objects.annotate(n=Count("attendees", filter=Q(attendees__state="waiting")))
    for registration in registrations.filter(state="waiting", n=0):
        yield f"registration {registration.reference}: waits without anybody"
