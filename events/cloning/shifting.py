"""From the dates of an event to those of its copy, by the clock on the wall in Rome. Nothing but arithmetic."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from organisations.zone import ROME, on_the_wall


@dataclass(frozen=True, slots=True)
class Shift:
    """An event began at `old`, its copy begins at `new`. What was at eleven stays at eleven, summer time or not."""

    old: datetime
    new: datetime

    def moved(self, moment: datetime) -> datetime:
        """As far from the start of the copy as it was from the start of the event, on the clocks. In UTC."""
        return on_the_wall(_shown(moment) + (_shown(self.new) - _shown(self.old)))

    def deadline(self, moment: datetime) -> datetime:
        """A date around the event: so many days before or after it, at its own time of day. In UTC.

        One on the very day of the start belongs to its hours, and moves with them.
        """
        if _shown(moment).date() == _shown(self.old).date():
            return self.moved(moment)
        return on_the_wall(_shown(moment) + (_shown(self.new).date() - _shown(self.old).date()))

    def lasting(self, starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
        """A stretch of time, moved: as long as it was, in time that really elapses. In UTC."""
        begins = self.moved(starts_at)
        return begins, begins + (ends_at - starts_at)

    def around(self, starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
        """The same by the clocks at both ends: what closed at six closes at six. In UTC."""
        begins, ends = self.moved(starts_at), self.moved(ends_at)
        return begins, ends if ends > begins else begins + (ends_at - starts_at)


def _shown(moment: datetime) -> datetime:
    return moment.astimezone(ROME).replace(tzinfo=None)


def proposed(starts_at: datetime, now: datetime) -> datetime:
    """A start for the copy: the same weekday and time of day, whole years of 52 weeks later, to come."""
    shown = _shown(starts_at)
    while (moment := on_the_wall(shown)) <= now or moment == starts_at:
        shown += timedelta(weeks=52)
    return moment
