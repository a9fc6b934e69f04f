"""Forms of the public registration and of the organisers' pages. They validate and convert; services write."""

from events.forms.agenda import (
    CompareForm,
    EditionForm,
    MoveForm,
    ReleaseForm,
    RoomForm,
    SessionForm,
    ShiftForm,
    SpeakerForm,
    TimesForm,
    TrackForm,
)
from events.forms.events import CancelEventForm, EventForm
from events.forms.moderation import InviteForm, PriorityForm, RefusalForm, RegistrationFilterForm
from events.forms.needs import NeedsForm
from events.forms.people import AttendeeForm, AttendeeFormSet, BaseAttendeeFormSet, OwnNameForm
from events.forms.registration import FORMS, ApplicantForm, ContactForm, LinkRequestForm, RegistrationForm

__all__ = [
    "FORMS",
    "ApplicantForm",
    "AttendeeForm",
    "AttendeeFormSet",
    "BaseAttendeeFormSet",
    "CancelEventForm",
    "CompareForm",
    "ContactForm",
    "EditionForm",
    "EventForm",
    "InviteForm",
    "LinkRequestForm",
    "MoveForm",
    "NeedsForm",
    "OwnNameForm",
    "PriorityForm",
    "RefusalForm",
    "RegistrationFilterForm",
    "RegistrationForm",
    "ReleaseForm",
    "RoomForm",
    "SessionForm",
    "ShiftForm",
    "SpeakerForm",
    "TimesForm",
    "TrackForm",
]  # fmt: skip
