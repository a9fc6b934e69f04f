"""Everything that changes an event, a registration or a place. The only transactions and signals of this app."""

from events.services.choices import free_places_of_sessions, sessions_of
from events.services.editing import (
    cancel,
    cancel_session,
    change,
    close,
    create,
    publish,
    remove_session,
    save_session,
)
from events.services.invitations import invite, invite_all, record_opening, take_back
from events.services.people import add_attendee, cancel_attendee, edit_attendee
from events.services.places import Guest
from events.services.refusals import CapacityBelowTaken, EventFull, RegistrationClosed, TooManyAttendees, WrongState
from events.services.registrations import Applicant, cancel_registration, edit_contact, register, request_link

__all__ = [
    "Applicant", "CapacityBelowTaken", "EventFull", "Guest", "RegistrationClosed", "TooManyAttendees", "WrongState",
    "add_attendee", "cancel", "cancel_attendee", "cancel_registration", "cancel_session", "change", "close", "create", "edit_attendee",
    "edit_contact", "invite", "invite_all", "publish", "record_opening", "register", "remove_session", "request_link",
    "free_places_of_sessions", "save_session", "sessions_of", "take_back",
]  # fmt: skip
