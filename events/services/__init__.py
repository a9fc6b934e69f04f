"""Everything that changes an event, a registration or a place. The only transactions and signals of this app."""

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
from events.services.refusals import (
    CapacityBelowTaken,
    ChoiceOverlaps,
    EventFull,
    NotToBeChosen,
    PlacesBelowTaken,
    RegistrationClosed,
    SessionFull,
    TooManyAttendees,
    WrongState,
)
from events.services.registrations import Applicant, cancel_registration, edit_contact, register, request_link
from events.services.seats import choose, give_back, swap
from events.services.waiting import advance_due, join_session, leave, move_to_front, queues

__all__ = [
    "Applicant",
    "CapacityBelowTaken",
    "ChoiceOverlaps",
    "EventFull",
    "Guest",
    "NotToBeChosen",
    "PlacesBelowTaken",
    "RegistrationClosed",
    "SessionFull",
    "TooManyAttendees",
    "WrongState",
    "add_attendee",
    "advance_due",
    "cancel",
    "cancel_attendee",
    "cancel_registration",
    "cancel_session",
    "change",
    "choose",
    "close",
    "create",
    "edit_attendee",
    "edit_contact",
    "give_back",
    "invite",
    "invite_all",
    "join_session",
    "leave",
    "move_to_front",
    "publish",
    "queues",
    "record_opening",
    "register",
    "remove_session",
    "request_link",
    "save_session",
    "swap",
    "take_back",
]  # fmt: skip
