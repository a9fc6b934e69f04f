"""Tables of the meeting point. Modules of their own; `events.models` takes them in."""

from events.meeting_point.models.appointments import APPOINTMENT_LINK, Appointment, AppointmentQuerySet, Topic
from events.meeting_point.models.hours import (
    ExceptionalHours,
    MeetingPoint,
    MeetingPointQuerySet,
    OpeningException,
    OpeningHours,
    Weekday,
)
from events.meeting_point.models.visits import Outcome, Visit, VisitChange, VisitQuerySet

__all__ = [
    "APPOINTMENT_LINK",
    "Appointment",
    "AppointmentQuerySet",
    "ExceptionalHours",
    "MeetingPoint",
    "MeetingPointQuerySet",
    "OpeningException",
    "OpeningHours",
    "Outcome",
    "Topic",
    "Visit",
    "VisitChange",
    "VisitQuerySet",
    "Weekday",
]
