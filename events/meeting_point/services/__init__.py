"""Everything that changes the meeting point: its hours. The only transactions and signals of this package."""

from events.meeting_point.services.hours import add_holidays, change_point, remove_exception, save_exception, set_weekly
from events.meeting_point.services.refusals import DaysTaken, HoursOverlap, StandsInTheWay

__all__ = [
    "DaysTaken",
    "HoursOverlap",
    "StandsInTheWay",
    "add_holidays",
    "change_point",
    "remove_exception",
    "save_exception",
    "set_weekly",
]
