"""Events and their agenda: written, published, moved, called off, closed."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from events import signals
from events.models import (
    Event,
    Session,
)
from events.services.locking import lock
from events.services.refusals import CapacityBelowTaken, WrongState
from organisations.models import User


@transaction.atomic
def create(*, by: User, **fields: Any) -> Event:
    """A new event, as a draft that only organisers see."""
    return Event.objects.create(**fields)


@transaction.atomic
def publish(*, event: Event, by: User) -> Event:
    """Show the event to the public. Raises WrongState. Announces event_published."""
    event = lock(event, for_state=Event.State.PUBLISHED)
    event.state = Event.State.PUBLISHED
    event.save(update_fields=["state"])
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
    moved = any(fields.get(name, getattr(event, name)) != getattr(event, name) for name in CALENDAR_FIELDS)
    capacity = fields.get("capacity", event.capacity)
    if capacity < event.capacity:
        _fit_places(event, capacity)
    if event.state == Event.State.PUBLISHED and fields.get("starts_at", event.starts_at) != event.starts_at:
        event.moved_from = event.starts_at
    for name, value in fields.items():
        setattr(event, name, value)
    if moved:
        _revise(event)
    event.save()
    if moved and event.state == Event.State.PUBLISHED:
        signals.event_rescheduled.send(sender=Event, event=event, by=by)
    return event


#: What a calendar entry shows; a change of anything else moves nobody's calendar.
CALENDAR_FIELDS = ("starts_at", "ends_at", "venue", "address")


@transaction.atomic
def cancel(*, event: Event, reason: str, by: User) -> Event:
    """Call the event off; registrations stay on record. Raises WrongState. Announces event_cancelled."""
    event = lock(event, for_state=Event.State.CANCELLED)
    was_public = event.state == Event.State.PUBLISHED
    event.state, event.cancelled_at, event.cancellation_reason = Event.State.CANCELLED, timezone.now(), reason
    _revise(event)
    event.save()
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
    return event


@transaction.atomic
def save_session(*, event: Event, by: User, session: Session | None = None, **fields: Any) -> Session:
    """Add an item to the agenda, or rewrite one; nobody's calendar moves. Raises WrongState."""
    event = lock(event)
    if not event.is_editable:
        raise WrongState
    session = session or Session(event=event)
    for name, value in fields.items():
        setattr(session, name, value)
    session.save()
    return session


@transaction.atomic
def cancel_session(*, session: Session, reason: str, by: User, now: datetime | None = None) -> Session:
    """Call one item of a published agenda off: it stays there, struck through, and everybody registered is told.

    Raises WrongState: called off already, or the event is not public or over. Announces session_cancelled.
    """
    now = now or timezone.now()
    event = lock(session.event)
    session = Session.objects.select_for_update().get(pk=session.pk)
    if session.cancelled_at or not event.is_upcoming(now):
        raise WrongState
    session.cancelled_at, session.cancellation_reason = now, reason
    session.save(update_fields=["cancelled_at", "cancellation_reason"])
    signals.session_cancelled.send(sender=Session, session=session, by=by)
    return session


@transaction.atomic
def remove_session(*, session: Session, by: User) -> None:
    """Take an item off the agenda. Raises WrongState."""
    if not lock(session.event).is_editable:
        raise WrongState
    session.delete()


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
