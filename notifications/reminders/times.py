"""When a rule falls due: by the clock on the wall of Europe/Rome, or by time that really elapses. Nothing but arithmetic."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from organisations import zone
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
    """The moment at which the clocks show a time of a day, to the minute; see `organisations.zone.on_the_wall`."""
    return zone.on_the_wall(datetime.combine(day, at.replace(second=0, microsecond=0)))
