"""Everything that changes the meeting point: hours, appointments, visits. The only transactions and signals of this package."""

from events.meeting_point.services.booking import MOST_OPEN, Person, book, cancel, move, remind_due, request_links
from events.meeting_point.services.desk import (
    change_visit,
    record_arrival,
    record_missed,
    record_walk_in,
    strike_visit,
    take_back_missed,
)
from events.meeting_point.services.erasure import erase, erase_outlived
from events.meeting_point.services.hours import add_holidays, change_point, remove_exception, save_exception, set_weekly
from events.meeting_point.services.refusals import (
    AlreadyBooked,
    DaysTaken,
    HoursOverlap,
    NoLongerBooked,
    NotOffered,
    NotTakingAppointments,
    NotYet,
    ReasonNeeded,
    SlotTaken,
    StandsInTheWay,
    TooLongAgo,
    WrongState,
)

__all__ = [
    "MOST_OPEN",
    "AlreadyBooked",
    "DaysTaken",
    "HoursOverlap",
    "NoLongerBooked",
    "NotOffered",
    "NotTakingAppointments",
    "NotYet",
    "Person",
    "ReasonNeeded",
    "SlotTaken",
    "StandsInTheWay",
    "TooLongAgo",
    "WrongState",
    "add_holidays",
    "book",
    "cancel",
    "change_point",
    "change_visit",
    "erase",
    "erase_outlived",
    "move",
    "record_arrival",
    "record_missed",
    "record_walk_in",
    "remind_due",
    "remove_exception",
    "request_links",
    "save_exception",
    "set_weekly",
    "strike_visit",
    "take_back_missed",
]
