"""Events, their agenda, the registrations of organisations and the numbered places they hold."""

from events.attendance.models import AttendanceMark, AttendanceRegister, Certificate, CertificateQuerySet
from events.attribution.models import RegistrationSource
from events.checkin.models import Reconciliation, Rehearsal, Scan, ScanQuerySet, WalkIn
from events.figures.models import FiguresEdition, FiguresWithdrawal
from events.log.models import LogEntry
from events.meeting_point.models import (
    APPOINTMENT_LINK,
    Appointment,
    AppointmentQuerySet,
    ExceptionalHours,
    MeetingPoint,
    OpeningException,
    OpeningHours,
    Outcome,
    Topic,
    Visit,
    VisitChange,
    Weekday,
)
from events.models.agenda import Appearance, Room, Session, SessionQuerySet, Speaker, Track
from events.models.change_requests import ChangeRequest, ChangeRequestQuerySet, fingerprint_of
from events.models.events import Event, EventQuerySet
from events.models.invitations import INVITATION_LINK, Invitation
from events.models.needs import SpecialNeeds
from events.models.pace import Pace
from events.models.registrations import (
    ATTENDEE_LINK,
    MAX_ATTENDEES,
    REGISTRATION_LINK,
    Attendee,
    AttendeeQuerySet,
    Registration,
    RegistrationQuerySet,
    most_people,
    registrant_key_of,
)
from events.models.releases import AgendaRelease
from events.models.seats import SessionPlace, SessionPlaceQuerySet
from events.models.waiting import PromotionRun, WaitingEntry, WaitingEntryQuerySet, WaitingPerson
from events.questions.models import Answer, AnswerQuerySet, Question, QuestionOption, QuestionQuerySet

__all__ = [
    "APPOINTMENT_LINK",
    "ATTENDEE_LINK",
    "INVITATION_LINK",
    "MAX_ATTENDEES",
    "REGISTRATION_LINK",
    "AgendaRelease",
    "Answer",
    "AnswerQuerySet",
    "Appearance",
    "Appointment",
    "AppointmentQuerySet",
    "AttendanceMark",
    "AttendanceRegister",
    "Attendee",
    "AttendeeQuerySet",
    "Certificate",
    "CertificateQuerySet",
    "ChangeRequest",
    "ChangeRequestQuerySet",
    "Event",
    "EventQuerySet",
    "ExceptionalHours",
    "FiguresEdition",
    "FiguresWithdrawal",
    "Invitation",
    "LogEntry",
    "MeetingPoint",
    "OpeningException",
    "OpeningHours",
    "Outcome",
    "Pace",
    "PromotionRun",
    "Question",
    "QuestionOption",
    "QuestionQuerySet",
    "Reconciliation",
    "Registration",
    "RegistrationQuerySet",
    "RegistrationSource",
    "Rehearsal",
    "Room",
    "Scan",
    "ScanQuerySet",
    "Session",
    "SessionPlace",
    "SessionPlaceQuerySet",
    "SessionQuerySet",
    "Speaker",
    "SpecialNeeds",
    "Topic",
    "Track",
    "Visit",
    "VisitChange",
    "WaitingEntry",
    "WaitingEntryQuerySet",
    "WaitingPerson",
    "WalkIn",
    "Weekday",
    "fingerprint_of",
    "most_people",
    "registrant_key_of",
]  # fmt: skip
