"""What leaves once a night because its time is over, over all rooms: here is the clock, as for `nightly.py`."""

from datetime import datetime

from events import retention as of_events
from notifications import erasure


def due(now: datetime) -> dict[str, int]:
    """Field -> how many leave."""
    return {**of_events.due(now), "recipients_of_last_messages": erasure.count_waiting()}


def purge(now: datetime) -> dict[str, int]:
    """Delete it; how many left. A last message that still waits keeps its recipient until it has left."""
    return {**of_events.purge(now), "recipients_of_last_messages": erasure.forget_settled()}
