"""Everything that changes the meeting point: hours, appointments. The only transactions and signals of this package."""

from events.meeting_point.services.booking import MOST_OPEN, Person, book, cancel, move, remind_due, request_links
from events.meeting_point.services.erasure import erase, erase_outlived
from events.meeting_point.services.hours import add_holidays, change_point, remove_exception, save_exception, set_weekly
from events.meeting_point.services.refusals import (
    AlreadyBooked,
    DaysTaken,
    HoursOverlap,
    NoLongerBooked,
    NotOffered,
    NotTakingAppointments,
    SlotTaken,
    StandsInTheWay,
)

__all__ = [
    "MOST_OPEN",
    "AlreadyBooked",
    "DaysTaken",
    "HoursOverlap",
    "NoLongerBooked",
    "NotOffered",
    "NotTakingAppointments",
    "Person",
    "SlotTaken",
    "StandsInTheWay",
    "add_holidays",
    "book",
    "cancel",
    "change_point",
    "erase",
    "erase_outlived",
    "move",
    "remind_due",
    "remove_exception",
    "request_links",
    "save_exception",
    "set_weekly",
]
