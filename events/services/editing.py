"""Events: written, published, moved, called off, closed."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from events import signals
from events.log.recording import both, differences, record, snapshot
from events.models import Event
from events.services.locking import lock
from events.services.promoting import advance
from events.services.refusals import CapacityBelowTaken, HasRegistrations, InUse, WrongState
from events.services.releases import release_first
from organisations.models import User


@transaction.atomic
def create(*, by: User, **fields: Any) -> Event:
    """A new event, as a draft that only organisers see."""
    event = Event.objects.create(**fields)
    record(event, "event.created", by=by)
    return event


@transaction.atomic
def publish(*, event: Event, by: User) -> Event:
    """Show the event to the public, with the first release of its agenda if there is one to release.

    Raises WrongState, and Blocked where conflicts of the agenda stop that. Announces event_published.
    """
    event = lock(event, for_state=Event.State.PUBLISHED)
    release_first(event=event, by=by)
    event.state = Event.State.PUBLISHED
    event.save(update_fields=["state"])
    record(event, "event.published", by=by)
    signals.event_published.send(sender=Event, event=event, by=by)
    return event


@transaction.atomic
def change(*, event: Event, by: User, **fields: Any) -> Event:
    """Write new values of the event's fields.

    A change of time or place of a published event raises `revision`, from which calendars take their SEQUENCE
    (RFC 5545 section 3.8.7.4), and announces event_rescheduled. Raises WrongState, CapacityBelowTaken.
    """
    event = lock(event)
    if not event.is_editable:
        raise WrongState
    before = snapshot(event, fields)
    moved = any(fields.get(name, getattr(event, name)) != getattr(event, name) for name in CALENDAR_FIELDS)
    capacity = fields.get("capacity", event.capacity)
    if capacity < event.capacity:
        _fit_places(event, capacity)
    if event.state == Event.State.PUBLISHED:
        event.moved_from = _moved_from(event, fields.get("starts_at", event.starts_at))
    for name, value in fields.items():
        setattr(event, name, value)
    if moved:
        _revise(event)
    event.save()
    if changes := differences(before, snapshot(event, fields), unsaid=UNSAID):
        record(event, "event.changed", by=by, changes=changes)
    advance(event, timezone.now())  # there may be more places
    if moved and event.state == Event.State.PUBLISHED:
        signals.event_rescheduled.send(sender=Event, event=event, by=by)
    return event


#: What a calendar entry shows; a change of anything else moves nobody's calendar.
CALENDAR_FIELDS = ("starts_at", "ends_at", "venue", "address")
#: What may name somebody: the change log says that it changed, and not how.
UNSAID = ("contact_email", "cancellation_reason")


@transaction.atomic
def cancel(*, event: Event, reason: str, by: User) -> Event:
    """Call the event off; registrations stay on record. Raises WrongState. Announces event_cancelled."""
    event = lock(event, for_state=Event.State.CANCELLED)
    was_public = event.state == Event.State.PUBLISHED
    event.state, event.cancelled_at, event.cancellation_reason = Event.State.CANCELLED, timezone.now(), reason
    _revise(event)
    event.save()
    record(event, "event.cancelled", by=by)
    if was_public:
        signals.event_cancelled.send(sender=Event, event=event, by=by)
    return event


@transaction.atomic
def close(*, event: Event, by: User, now: datetime | None = None) -> Event:
    """Record that the event was held. Raises WrongState, also before its end."""
    event = lock(event, for_state=Event.State.HELD)
    if not event.is_over(now or timezone.now()):
        raise WrongState
    event.state = Event.State.HELD
    event.save(update_fields=["state"])
    record(event, "event.held", by=by)
    return event


@transaction.atomic
def remove(*, event: Event, by: User) -> None:
    """Delete a draft that nobody has registered for and nothing outside refers to, with its agenda.

    What was public once stays on record: it is called off instead. Raises HasRegistrations, WrongState, InUse.
    """
    event = lock(event)
    count = event.registrations.count()
    if count:
        raise HasRegistrations(count)
    if event.state != Event.State.DRAFT:
        raise WrongState
    record(event, "event.removed", by=by, title=both(event), slug=event.slug)
    try:
        event.delete()
    except ProtectedError as error:
        raise InUse(sorted({str(thing._meta.verbose_name_plural) for thing in error.protected_objects})) from error


# -- inside ---------------------------------------------------------------------------------------------------------


def _fit_places(event: Event, capacity: int) -> None:
    """Move people who sit above a lower capacity into free numbers below it. Raises CapacityBelowTaken."""
    seated = list(event.attendees.seated().order_by("place_number"))
    if len(seated) > capacity:
        raise CapacityBelowTaken(len(seated))
    taken = {attendee.place_number for attendee in seated}
    free = (number for number in range(1, capacity + 1) if number not in taken)
    for attendee in seated:
        if attendee.place_number is not None and attendee.place_number > capacity:
            attendee.place_number = next(free)
            attendee.save(update_fields=["place_number"])


def _revise(event: Event) -> None:
    event.revision += 1
    event.revised_at = timezone.now()


def _moved_from(event: Event, starts_at: datetime) -> datetime | None:
    """When people were told that it would begin, if that is no longer so; nothing once it is back there."""
    if starts_at == event.starts_at:
        return event.moved_from
    return None if starts_at == event.moved_from else event.starts_at
