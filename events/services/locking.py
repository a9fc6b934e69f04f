"""The one lock of an event: every change of its places queues at its row."""

from events.models import Event
from events.services.refusals import WrongState


def lock(event: Event, for_state: str | None = None) -> Event:
    """The event's row, locked: every change of its places queues here. Raises WrongState."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    if for_state and for_state not in Event.TRANSITIONS[event.state]:
        raise WrongState
    return event
