"""What this room holds of people (decision 0030), and which of its columns name nobody and why."""

from django.utils.translation import gettext_lazy as _

from organisations.kept import Anchor, Basis, Ending, Kept, Period, Who

NEEDS = Period(Anchor.HELD, days="NEEDS_KEPT_DAYS")
REGISTRATIONS = Period(Anchor.EVENT, days="REGISTRATIONS_KEPT_DAYS")
ATTENDANCE = Period(Anchor.PROJECT, years="ATTENDANCE_KEPT_YEARS")
APPOINTMENTS = Period(Anchor.APPOINTMENT, days="APPOINTMENTS_KEPT_DAYS")

ORGANISERS = _("organisers and the registration desk")
DESK = _("organisers, and the desk on the day")
RUN = _("to run the event and to write to you about it")

DECLARED = (
    Kept(
        "contacts",
        ("events.Registration.contact_name", "events.Registration.contact_email", "events.Registration.contact_office",
         "events.Registration.contact_phone", "events.Registration.registrant_key",
         "events.Registration.refusal_reason", "events.Registration.token_hash"),
        Who.REGISTRANT, _("Name, e-mail, telephone and role of whoever registers"), RUN,
        Basis.INTEREST, REGISTRATIONS, Ending.NAMELESS, ORGANISERS,
        name=_("Contacts"),
    ),
    Kept(
        "people",
        ("events.Attendee.email", "events.Attendee.token_hash", "events.Attendee.pass_mark"),
        Who.REGISTRANT, _("E-mail and pass of those who come; the name of those who did not come"), RUN,
        Basis.INTEREST, REGISTRATIONS, Ending.NAMELESS, DESK,
        name=_("Addresses and absentees"),
    ),
    Kept(
        "attendance",
        ("events.Attendee.full_name", "events.Attendee.office", "events.Registration.medium"),
        Who.REGISTRANT, _("Name and role of those who came, in the attendance register"),
        _("to prove to the project’s funder who took part"), Basis.INTEREST, ATTENDANCE, Ending.NAMELESS, ORGANISERS,
        name=_("Attendance register"),
    ),
    Kept(
        "photographs", ("events.Attendee.photo_consent_version",), Who.REGISTRANT,
        _("That you agreed to be photographed, when, and to which wording"), _("to prove that you agreed"),
        Basis.CONSENT, ATTENDANCE, Ending.EMPTIED, ORGANISERS,
    ),
    Kept(
        "access_needs", ("events.SpecialNeeds.access",), Who.REGISTRANT, _("Access needs"),
        _("so that you can take part"), Basis.EXPLICIT_CONSENT, NEEDS, Ending.DELETED, _("organisers alone"),
        name=_("Access"),
    ),
    Kept(
        "dietary_needs", ("events.SpecialNeeds.dietary",), Who.REGISTRANT, _("Dietary needs"),
        _("so that there is something for you to eat"), Basis.EXPLICIT_CONSENT, NEEDS, Ending.DELETED,
        _("organisers alone"),
        name=_("Diets"),
    ),
    Kept(
        "sensitive_answers", (), Who.REGISTRANT,
        _("Answers to sensitive questions"), _("what the question itself says"), Basis.EXPLICIT_CONSENT, NEEDS,
        Ending.DELETED, _("organisers alone"),
        name=_("Sensitive answers"),
    ),
    Kept(
        "answers", ("events.Answer.text", "events.Answer.day"), Who.REGISTRANT,
        _("Answers to questions of the organisers, in words or with a date"), _("to prepare the event"),
        Basis.INTEREST, REGISTRATIONS, Ending.DELETED, ORGANISERS,
        name=_("Answers in words"),
    ),
    Kept(
        "counted_answers", ("events.Answer.number", "events.Answer.yes"), Who.REGISTRANT,
        _("Answers that are a number, yes or no, or a choice"), _("to prepare the event, and to count"),
        Basis.INTEREST, ATTENDANCE, Ending.NAMELESS, ORGANISERS,
    ),
    Kept(
        "requests",
        ("events.ChangeRequest.full_name", "events.ChangeRequest.email", "events.ChangeRequest.office",
         "events.ChangeRequest.reason", "events.ChangeRequest.fingerprint"),
        Who.REGISTRANT, _("Requests for a change after the freeze"), _("to decide about them"),
        Basis.INTEREST, REGISTRATIONS, Ending.DELETED, ORGANISERS,
        name=_("Requests"),
    ),
    Kept(
        "waiting", ("events.WaitingEntry.priority_reason",), Who.REGISTRANT,
        _("Why somebody went first on the waiting list"), _("so that the order can be explained"),
        Basis.INTEREST, REGISTRATIONS, Ending.EMPTIED, ORGANISERS,
        name=_("Priority"),
    ),
    Kept(
        "walk_ins", ("events.WalkIn.full_name", "events.WalkIn.organisation_name", "events.WalkIn.email"),
        Who.REGISTRANT, _("Who came without a registration and found no place"), _("to find a place for them"),
        Basis.INTEREST, REGISTRATIONS, Ending.DELETED, DESK,
        name=_("Without a place"),
    ),
    Kept(
        "door_notes", ("events.Reconciliation.note",), Who.REGISTRANT,
        _("Notes about an arrival that was to be clarified"), _("so that the register is right"),
        Basis.INTEREST, REGISTRATIONS, Ending.EMPTIED, DESK,
        name=_("Notes of the door"),
    ),
    Kept(
        "speakers",
        ("events.Speaker.full_name", "events.Speaker.office_it", "events.Speaker.office_en",
         "events.AgendaRelease.content", "events.AgendaRelease.changes"),
        Who.ORGANISATION, _("Name and role of speakers"), _("to say in public who speaks"),
        Basis.INTEREST, Period(Anchor.AGENDA), Ending.STAYS, _("everybody"),
    ),
    Kept(
        "speakers_addresses", ("events.Speaker.email",), Who.ORGANISATION, _("E-mail of speakers"), RUN,
        Basis.INTEREST, REGISTRATIONS, Ending.EMPTIED, ORGANISERS,
        name=_("Speakers’ e-mail"),
    ),
    Kept(
        "counts_of_forms", ("events.Pace.subject",), Who.REGISTRANT,
        _("How often a form was sent, by a fingerprint"), _("so that nobody floods the forms"),
        Basis.INTEREST, Period(Anchor.COUNT), Ending.DELETED, _("nobody"),
    ),
    Kept(
        "appointment_contacts",
        ("events.Appointment.first_name", "events.Appointment.email", "events.Appointment.phone",
         "events.Appointment.topic", "events.Appointment.cancellation_reason", "events.Appointment.token_hash"),
        Who.VISITOR, _("First name, address, telephone and topic of an appointment"),
        _("to keep your appointment and to write to you about it"), Basis.AGREEMENT, APPOINTMENTS, Ending.NAMELESS,
        _("who counsels at the meeting point"),
    ),
)  # fmt: skip
BY_KEY = {kept.key: kept for kept in DECLARED}

_PUBLIC = "what the event says of itself to everybody"
_CODE = "a code or a hash of our own making, of nobody"
_QUESTION = "a question, not an answer"
_PLACE = "a place of work, not a person"
_BODY = "a body’s name or kind, not a person’s: figures by kind need it"

NOT_PERSONAL = {
    **dict.fromkeys(
        [f"events.Event.{name}" for name in (
            "slug", "title_it", "title_en", "summary_it", "summary_en", "audience_it", "audience_en", "venue", "address",
            "accessibility_it", "accessibility_en", "contact_email", "cancellation_reason",
        )]
        + [f"events.Session.{name}" for name in (
            "title_it", "title_en", "about_it", "about_en", "speakers_it", "speakers_en", "agreement",
            "cancellation_reason",
        )]
        + [f"events.Room.{name}" for name in ("name_it", "name_en", "accessibility_it", "accessibility_en")]
        + ["events.Track.name_it", "events.Track.name_en", "events.AgendaRelease.note_it", "events.AgendaRelease.note_en"]
        + [f"events.MeetingPoint.{name}" for name in (
            "name_it", "name_en", "about_it", "about_en", "address", "phone", "email",
        )]
        + ["events.OpeningException.reason_it", "events.OpeningException.reason_en"],
        _PUBLIC,
    ),
    **dict.fromkeys(
        [f"events.Question.{name}" for name in (
            "text_it", "text_en", "help_it", "help_en", "unit_it", "unit_en", "depends_values", "purpose_it", "purpose_en",
        )]
        + ["events.QuestionOption.text_it", "events.QuestionOption.text_en"],
        _QUESTION,
    ),
    "events.Invitation.token_hash": "leads to an organisation’s form, not to a person",
    "events.Registration.organisation_name": _BODY,
    "events.Speaker.organisation_name": _BODY,
    "events.Registration.privacy_notice_version": _CODE,
    "events.Appointment.privacy_notice_version": _CODE,
    "events.Registration.source": "the place where an address stood, never a person",
    "events.RegistrationSource.label": "the place where an address stood, never a person",
    "events.RegistrationSource.code": _CODE,
    "events.Certificate.mark": _CODE,
    "events.Scan.desk": _PLACE,
    "events.Rehearsal.desk": _PLACE,
    "events.AttendanceRegister.content": "names people by the keys of their rows alone",
    "events.AttendanceRegister.minutes": "the minutes of the event, a document of the association: offices, not visitors",
    "events.AttendanceRegister.reason": "why the association corrected its own register",
    "events.AttendanceRegister.sha256": _CODE,
    "events.FiguresEdition.content": "numbers of at least so many people (organisations.suppression): they name nobody",
    "events.FiguresWithdrawal.reason": "why the association took its own figures back",
    "events.LogEntry.action": _CODE,
    "events.LogEntry.values": "keys and facts of events, by the rule of events.log.recording: no words about registrants",
    "events.PromotionRun.decisions": "references alone",
    "events.VisitChange.changed": "topics and outcomes of a visit that names nobody",
    "events.VisitChange.reason": "staff’s reason for a correction of a visit that names nobody",
}  # fmt: skip
