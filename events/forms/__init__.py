"""Forms of the public registration and of the organisers' pages. They validate and convert; services write."""

from events.forms.agenda import SessionForm
from events.forms.events import CancelEventForm, EventForm
from events.forms.people import AttendeeForm, AttendeeFormSet, BaseAttendeeFormSet
from events.forms.registration import ContactForm, LinkRequestForm, RegistrationForm

__all__ = [
    "AttendeeForm", "AttendeeFormSet", "BaseAttendeeFormSet", "CancelEventForm", "ContactForm", "EventForm",
    "LinkRequestForm", "RegistrationForm", "SessionForm",
]  # fmt: skip
