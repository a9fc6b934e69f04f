"""What leaves once a night because its time is over, over all rooms: here is the clock, as for `nightly.py`."""

from datetime import datetime

from events import retention as of_events


def due(now: datetime) -> dict[str, int]:
    """Field -> how many leave."""
    return of_events.due(now)


def purge(now: datetime) -> dict[str, int]:
    """Delete it; the same numbers."""
    return of_events.purge(now)
