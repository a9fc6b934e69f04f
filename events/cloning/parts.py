"""What a copy of an event takes along, and what it leaves behind and why. Every table that hangs on an event stands here.

Rooms above enter theirs by `take_along` and `leave_behind`; `tests/architecture` fails where a table stands nowhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.cloning.shifting import Shift
from events.models import Appearance, Event, Room, Session, Speaker, Track
from events.questions.services import copy_questions
from organisations.models import User

M = TypeVar("M", bound=models.Model)


@dataclass(slots=True)
class Copying:
    """One copy while it is made. `twins`: by table, the key of each row that was copied -> its copy."""

    source: Event
    clone: Event
    shift: Shift
    by: User
    twins: dict[type[models.Model], dict[int, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resting:
    """Something of an event that does nothing until an organiser switches it on, and where that is done."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """What comes along. `note`: what is different of it in the copy. `rests`: what of it rests, of any event."""

    words: Promise
    models: tuple[str, ...]
    count: Callable[[Event], int]
    copy: Callable[[Copying], None]
    note: Promise | str = ""
    rests: Callable[[Event], Iterable[Resting]] | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """What stays behind, and why."""

    words: Promise
    models: tuple[str, ...]
    reason: Promise
    count: Callable[[Event], int] | None = None


PARTS: list[Part] = []
LEFT: list[Left] = []


def take_along(*parts: Part) -> None:
    """These come along, in this order. The same again changes nothing."""
    PARTS.extend(part for part in parts if part not in PARTS)


def leave_behind(*left: Left) -> None:
    """These stay. The same again changes nothing."""
    LEFT.extend(one for one in left if one not in LEFT)


def resting(event: Event) -> list[Resting]:
    """What of an event does nothing until somebody switches it on. A query for each part that may rest."""
    return [one for part in PARTS if part.rests for one in part.rests(event)]


def twin_of(row: M, copied: Iterable[str], **fresh: Any) -> M:
    """A new row with these values of another one. Does not save."""
    return type(row)(**{name: getattr(row, name) for name in copied}, **fresh)


# -- the event itself --------------------------------------------------------------------------------------------------

#: Values of the event that its copy has as well. Dates are moved (services.py); all else begins anew.
EVENT = (
    "kind", "title_it", "title_en", "summary_it", "summary_en", "audience_it", "audience_en", "venue", "address",
    "accessibility_it", "accessibility_en", "contact_email", "capacity", "invitation_only", "moderated",
    "max_per_organisation", "has_waiting_list",
)  # fmt: skip
DATES = ("starts_at", "ends_at")
DEADLINES = ("registration_opens_at", "registration_closes_at", "changes_freeze_at")
EVENT_ANEW = ("slug", "uid", "state", "moved_from", "revision", "revised_at", "cancelled_at", "cancellation_reason",
              "cloned_from")  # fmt: skip

ROOM = ("name_it", "name_en", "capacity", "accessibility_it", "accessibility_en", "position")
TRACK = ("name_it", "name_en", "position")
SPEAKER = ("full_name", "office_it", "office_en", "organisation", "organisation_name", "email", "position")
SPEAKER_ANEW = ("key",)
SESSION = ("kind", "title_it", "title_en", "about_it", "about_en", "speakers_it", "speakers_en", "places")
SESSION_MAPPED = ("event", "room", "track", "starts_at", "ends_at")
SESSION_ANEW = ("key", "agreement", "open_places", "revision", "revised_at", "edition", "removed_at", "cancelled_at",
                "cancellation_reason")  # fmt: skip


def _copy_parts(model: type[M], copied: tuple[str, ...]) -> Callable[[Copying], None]:
    """Rooms, tracks or speakers, in their order."""

    def copy(copying: Copying) -> None:
        rows = list(model._default_manager.filter(event=copying.source).order_by("position", "pk"))
        twins = [twin_of(row, copied, event=copying.clone) for row in rows]
        model._default_manager.bulk_create(twins)
        copying.twins[model] = {row.pk: twin for row, twin in zip(rows, twins, strict=True)}

    return copy


def _items(event: Event) -> "models.QuerySet[Session]":
    """Those that stand in the draft and take place."""
    return event.sessions.in_draft().filter(cancelled_at=None).order_by("starts_at", "pk")


def _copy_items(copying: Copying) -> None:
    """The draft as it stands, at the new times; who speaks where, in the order of speaking."""
    rooms, tracks, speakers = (copying.twins[model] for model in (Room, Track, Speaker))
    rows = list(_items(copying.source).prefetch_related("appearances"))
    twins = []
    for row in rows:
        starts_at, ends_at = copying.shift.lasting(row.starts_at, row.ends_at)
        room, track = rooms.get(row.room_id or 0), tracks.get(row.track_id or 0)
        twins.append(
            twin_of(row, SESSION, event=copying.clone, room=room, track=track, starts_at=starts_at, ends_at=ends_at)
        )
    Session.objects.bulk_create(twins)
    Appearance.objects.bulk_create(
        Appearance(session=twin, speaker=speakers[one.speaker_id], position=one.position)
        for row, twin in zip(rows, twins, strict=True)
        for one in row.appearances.all()
    )


def _copy_questions(copying: Copying) -> None:
    copy_questions(event=copying.clone, source=copying.source, by=copying.by)


take_along(
    Part(
        _("Title, texts, place, contact, number of places, rules of registration"), ("events.Event",), lambda _event: 1,
        lambda _copying: None, _("As a draft that only organisers see; the dates move as shown."),
    ),
    Part(_("Rooms"), ("events.Room",), lambda event: event.rooms.count(), _copy_parts(Room, ROOM)),
    Part(_("Tracks"), ("events.Track",), lambda event: event.tracks.count(), _copy_parts(Track, TRACK)),
    Part(
        _("Speakers"), ("events.Speaker",), lambda event: event.speakers.count(), _copy_parts(Speaker, SPEAKER),
        _("Ask them before you publish: nobody has told them of the new date."),
    ),
    Part(
        _("Items of the agenda, as they stand in the draft"), ("events.Session", "events.Appearance"),
        lambda event: _items(event).count(), _copy_items,
        _("At the new times; without those that were called off, and without the agreement that is signed in one."),
    ),
    Part(
        _("Questions with their conditions"), ("events.Question", "events.QuestionOption"),
        lambda event: event.questions.filter(retired_at=None).count(), _copy_questions,
        _("Without those that are asked no more, and without any answer."),
    ),
)  # fmt: skip
leave_behind(
    Left(
        _("Registrations, people, places, waiting lists, answers, needs, consents, scans"),
        (
            "events.Registration", "events.Attendee", "events.SpecialNeeds", "events.Answer", "events.Answer_chosen",
            "events.ChangeRequest", "events.SessionPlace", "events.WaitingEntry", "events.WaitingPerson",
            "events.PromotionRun", "events.Scan", "events.Reconciliation", "events.Rehearsal", "events.WalkIn",
            "events.AttendanceMark", "events.AttendanceRegister", "events.Certificate",
        ),
        _("Who came once has not said that they come again; their data serve the day for which they were given."),
        lambda event: event.registrations.count(),
    ),
    Left(
        _("Invitations with their personal links"), ("events.Invitation",),
        _("Each link opens one event. Invite anew, by hand or by a campaign."),
        lambda event: event.invitations.count(),
    ),
    Left(
        _("Versions of the agenda"), ("events.AgendaRelease",),
        _("They say what the public read of that event. The copy begins with version 1."),
        lambda event: event.agenda_releases.count(),
    ),
    Left(
        _("Addresses with a code, and how many came by each"), ("events.RegistrationSource",),
        _("They stand on what was printed and posted for that event."),
        lambda event: event.sources.count(),
    ),
    Left(
        _("Published figures"), ("events.FiguresEdition", "events.FiguresWithdrawal"),
        _("They count who came to that event."),
        lambda event: event.figures_editions.count(),
    ),
    Left(
        _("The change log"), ("events.LogEntry",),
        _("It is the record of that event. The copy has its own, which begins with the copying."),
    ),
)  # fmt: skip
