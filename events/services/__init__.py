"""Everything that changes an event, a registration or a place. The only transactions and signals of this app."""

from events.services.agenda import (
    duplicate_session,
    follow_event,
    move_session,
    remove_session,
    save_session,
    set_times,
    shift,
)
from events.services.editing import cancel, change, close, create, publish, remove
from events.services.erasure import ON_ERASED, erase_attendee, erase_registration
from events.services.invitations import invite, invite_all, record_opening, take_back
from events.services.needs import agree_to_photographs, tell_needs
from events.services.parts import move_part, remove_part, save_part
from events.services.people import (
    ON_REPLACED,
    add_attendee,
    cancel_attendee,
    confirm_coming,
    edit_attendee,
    replace_attendee,
    send_link,
)
from events.services.places import Guest
from events.services.refusals import (
    AlreadyComing,
    AlreadyRegistered,
    AtTheEdge,
    Blocked,
    CapacityBelowTaken,
    ChangedMeanwhile,
    DraftChanged,
    EventFull,
    HasRegistrations,
    InUse,
    NothingNew,
    RegistrationClosed,
    ReleasedMeanwhile,
    TooManyAttendees,
    Warned,
    WrongState,
)
from events.services.registrations import Applicant, cancel_registration, edit_contact, register, request_link
from events.services.releases import Seen, cancel_session, discard_draft, release

__all__ = [
    "ON_ERASED", "ON_REPLACED", "AlreadyComing", "AlreadyRegistered", "Applicant", "AtTheEdge", "Blocked",
    "CapacityBelowTaken", "ChangedMeanwhile", "DraftChanged", "EventFull", "Guest", "HasRegistrations", "InUse",
    "NothingNew", "RegistrationClosed", "ReleasedMeanwhile", "Seen", "TooManyAttendees", "Warned", "WrongState",
    "add_attendee", "agree_to_photographs", "cancel", "cancel_attendee", "cancel_registration", "cancel_session", "change",
    "close", "confirm_coming", "create", "discard_draft", "duplicate_session", "edit_attendee", "edit_contact",
    "erase_attendee", "erase_registration", "follow_event", "invite", "invite_all", "move_part", "move_session", "publish",
    "record_opening", "register", "release", "remove", "remove_part", "remove_session", "replace_attendee", "request_link",
    "save_part", "save_session", "send_link", "set_times", "shift", "take_back", "tell_needs",
]  # fmt: skip
