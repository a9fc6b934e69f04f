"""When a rule falls due: by the clock on the wall of Europe/Rome, or by time that really elapses. Nothing but arithmetic."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from organisations.zone import ROME


class Timing(Protocol):
    """The part of a rule that says when: days and a local time, or a duration; before or after."""

    is_after: bool
    days: int | None
    local_time: time | None
    duration: timedelta | None


def due_at(anchor: datetime, rule: Timing) -> datetime:
    """The moment, in UTC, at which a rule is due whose date is `anchor`.

    Wall clock: so many days from the anchor's local date, at the local time, however long those days are. Duration:
    so much time that really elapses. In UTC, because Python compares two times of one zone without their offsets.
    """
    sign = 1 if rule.is_after else -1
    if rule.duration is not None:
        return anchor.astimezone(UTC) + sign * rule.duration
    if rule.days is None or rule.local_time is None:
        raise ValueError("a rule has days and a local time, or a duration")
    day = anchor.astimezone(ROME).date() + sign * timedelta(days=rule.days)
    return on_the_wall(day, rule.local_time)


def on_the_wall(day: date, at: time) -> datetime:
    """The moment at which the clocks show a time, to the minute.

    A time that the clocks skip (29 March 2026, 02:30) moves to the next one they show, 03:00; of one that they show
    twice (25 October 2026, 02:30) it is the first.
    """
    shown = datetime.combine(day, at.replace(second=0, microsecond=0, fold=0), ROME)
    while not _exists(shown):
        shown += timedelta(minutes=1)
    return shown.astimezone(UTC)


def _exists(local: datetime) -> bool:
    return local.astimezone(UTC).astimezone(ROME).replace(tzinfo=None) == local.replace(tzinfo=None)
