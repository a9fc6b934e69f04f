"""Events, their agenda, the registrations of organisations and the numbered places they hold."""

from events.models.agenda import Appearance, Room, Session, Speaker, Track
from events.models.events import Event, EventQuerySet
from events.models.invitations import INVITATION_LINK, Invitation
from events.models.meeting_point import MeetingPoint, OpeningHours, Weekday
from events.models.pace import Pace
from events.models.registrations import (
    MAX_ATTENDEES,
    REGISTRATION_LINK,
    Attendee,
    AttendeeQuerySet,
    Registration,
)
from events.models.seats import SessionPlace
from events.models.waiting import PromotionRun, WaitingEntry, WaitingPerson

__all__ = [
    "INVITATION_LINK", "MAX_ATTENDEES", "REGISTRATION_LINK", "Appearance", "Attendee", "AttendeeQuerySet", "Event",
    "EventQuerySet", "Invitation", "MeetingPoint", "OpeningHours", "Pace", "PromotionRun", "Registration", "Room", "Session",
    "SessionPlace", "Speaker", "Track", "WaitingEntry", "WaitingPerson", "Weekday",
]  # fmt: skip
