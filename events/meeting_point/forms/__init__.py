"""Forms of the meeting point. They validate and convert; services write."""

from events.meeting_point.forms.booking import LinkRequestForm, PersonForm
from events.meeting_point.forms.desk import CallOffForm, DeskBookingForm, StrikeForm, VisitForm, WalkInForm
from events.meeting_point.forms.hours import ExceptionForm, PointForm, WeeklyForm

__all__ = [
    "CallOffForm",
    "DeskBookingForm",
    "ExceptionForm",
    "LinkRequestForm",
    "PersonForm",
    "PointForm",
    "StrikeForm",
    "VisitForm",
    "WalkInForm",
    "WeeklyForm",
]
