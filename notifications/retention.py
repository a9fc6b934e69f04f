"""What leaves once a night because its time is over, over all rooms: here is the clock, as for `nightly.py`."""

from datetime import datetime

from events import retention as of_events
from notifications.kept import running
from notifications.kept import steps as of_messages
from notifications.models import PurgeRun
from organisations import retention as of_organisations
from organisations.kept import Numbers, Step
from organisations.models import User

#: In their order: who is forgotten first, then what was written to them.
STEPS: tuple[Step, ...] = (*of_events.STEPS, *of_organisations.STEPS, *of_messages.STEPS)


def due(now: datetime) -> Numbers:
    """Class of data -> how many rows leave."""
    return {key: number for step in STEPS for key, number in step.due(now).items()}


def purge(now: datetime, *, by: User | None = None) -> PurgeRun:
    """Let all of it leave, batch by batch. Raises AlreadyRunning, TakenOver (notifications.kept.running).

    A last message that still waits keeps its recipient until it has left.
    """
    return running.run(STEPS, now=now, by=by)
