"""From draft to public: a release freezes the agenda, and tells those for whom it changed."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from events import agenda as agendas
from events import signals
from events.agenda.changes import Change, between, called_off
from events.agenda.frozen import fingerprint, freeze
from events.agenda.impact import Impact, concerned_by, impact_of
from events.agenda.values import Agenda, Item, Place, Thread, Voice
from events.log.recording import both, record
from events.models import AgendaRelease, Appearance, Event, Room, Session, Speaker, Track
from events.services.locking import lock
from events.services.refusals import Blocked, DraftChanged, NothingNew, ReleasedMeanwhile, Warned, WrongState
from events.services.seats import settle
from organisations.models import User


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody looked at before they said yes: the number of the release to come, the draft's fingerprint."""

    number: int
    fingerprint: str


@transaction.atomic
def release(
    *,
    event: Event,
    by: User,
    seen: Seen | None = None,
    despite_warnings: bool = False,
    note_it: str = "",
    note_en: str = "",
    now: datetime | None = None,
) -> AgendaRelease:
    """Freeze the draft as the next version, and tell those for whom it changed anything.

    The same yes once more (a double click) gives the same release. Raises WrongState, ReleasedMeanwhile, DraftChanged,
    NothingNew, Blocked, Warned. Announces agenda_released.
    """
    event = _lock(event)
    impact = impact_of(event, now=now or timezone.now())
    if seen and (done := _done_already(impact, seen, by)):
        return done
    if not impact.is_new or not (impact.last or impact.agenda.items):
        raise NothingNew
    if impact.blocking:
        raise Blocked(impact.blocking)
    if impact.warning and not despite_warnings:
        raise Warned(impact.warning)
    made = _write(event, impact.agenda, impact.changes, by=by, note_it=note_it, note_en=note_en)
    _fix(event, impact.agenda)
    told = impact.told
    record(event, "agenda.released", by=by, subject=made.pk, number=made.number)
    settle(event, impact.agenda, now or timezone.now())
    signals.agenda_released.send(sender=Event, event=event, release=made, told=told, by=by)
    return made


def release_first(*, event: Event, by: User) -> None:
    """The first release of an event that becomes public, if it has items. The caller's transaction. Raises Blocked."""
    if event.sessions.in_draft().exists() and not event.agenda_releases.exists():
        release(event=event, by=by, despite_warnings=True)


@transaction.atomic
def cancel_session(*, session: Session, reason: str, by: User, now: datetime | None = None) -> Session:
    """Call one item of the public agenda off: it stays there, struck through, and those it concerned are told.

    That is a release of its own: of what is public now, with this one change; the rest of the draft waits for its own.
    What the draft had changed of the item is dropped.
    Raises WrongState: called off already, not public, or the event is not public or over. Announces session_cancelled.
    """
    now = now or timezone.now()
    event = lock(session.event)
    session = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    public = agendas.current(event)
    item = public.item(session.key)
    if item is None or item.is_cancelled or session.cancelled_at or not event.is_upcoming(now):
        raise WrongState
    agenda = called_off(public, session.key, reason=reason, number=public.version + 1, now=now)
    concerned = concerned_by(event, item)
    _write(event, agenda, between(public, agenda), by=by)
    _stand_still(session, next(one for one in agenda if one.key == session.key), now)
    record(event, "agenda.item_cancelled", by=by, subject=session.pk, title=both(session))
    settle(event, agenda, now)
    signals.session_cancelled.send(sender=Session, session=session, concerned=concerned, by=by)
    return session


@transaction.atomic
def discard_draft(*, event: Event, by: User) -> AgendaRelease:
    """Go back to the last release: items, rooms and tracks as they were; speakers added since stay, unused.

    Raises WrongState, NothingNew where nothing was released yet or nothing has changed since.
    """
    event = _lock(event)
    last = event.agenda_releases.order_by("-number").first()
    if last is None:
        raise NothingNew
    agenda = agendas.release_of(last)
    if fingerprint(agendas.draft(event)) == fingerprint(agenda):
        raise NothingNew
    Appearance.objects.filter(session__event=event).delete()
    _restore_rooms_and_tracks(event, agenda)
    speakers = _restore_speakers(event, agenda)
    _restore_items(event, agenda, last.released_at, speakers)
    _remove_what_came_later(event, agenda)
    record(event, "agenda.discarded", by=by, subject=last.pk, number=last.number)
    return last


# -- inside: releasing -------------------------------------------------------------------------------------------------


def _lock(event: Event) -> Event:
    event = lock(event)
    if not event.is_editable:
        raise WrongState
    return event


def _done_already(impact: Impact, seen: Seen, by: User) -> AgendaRelease | None:
    last = impact.last
    if last and seen.number == last.number and last.by_id == by.pk and fingerprint(impact.public) == seen.fingerprint:
        return last
    if last and seen.number != impact.number:
        raise ReleasedMeanwhile(last)
    if seen.number != impact.number or seen.fingerprint != impact.fingerprint:
        raise DraftChanged
    return None


def _write(
    event: Event, agenda: Agenda, changes: Iterable[Change], *, by: User, note_it: str = "", note_en: str = ""
) -> AgendaRelease:
    return AgendaRelease.objects.create(
        event=event,
        number=agenda.version,
        released_at=agenda.released_at or timezone.now(),
        by=by,
        note_it=note_it,
        note_en=note_en,
        content=freeze(agenda),
        changes=[change.as_json() for change in changes],
    )


def _fix(event: Event, agenda: Agenda) -> None:
    """Write the released SEQUENCE and DTSTAMP back to the rows; forget what was never public and is gone."""
    rows = {session.key: session for session in event.sessions.order_by("pk").select_for_update(of=("self",))}
    changed = []
    for item in agenda:
        row = rows.get(item.key)
        if row and (row.revision, row.revised_at) != (item.revision, item.revised_at):
            row.revision, row.revised_at = item.revision, item.revised_at
            changed.append(row)
    Session.objects.bulk_update(changed, ["revision", "revised_at"])
    public = {item.key for item in (*agenda.items, *agenda.dropped)}
    never = [row.pk for row in rows.values() if row.removed_at and row.key not in public]
    if never:
        Session.objects.filter(pk__in=never).delete()


def _stand_still(session: Session, item: Item, now: datetime) -> None:
    """What is called off is as the public saw it last, also in the draft, and nobody changes it any more."""
    _fill(session, item)
    session.cancelled_at, session.edition = now, session.edition + 1
    session.save()
    rows = {speaker.key: speaker for speaker in session.event.speakers.all()}
    session.appearances.all().delete()
    Appearance.objects.bulk_create(
        Appearance(session=session, speaker=rows[voice.key], position=number)
        for number, voice in enumerate(item.voices)
    )


# -- inside: going back ------------------------------------------------------------------------------------------------


def _restore_rooms_and_tracks(event: Event, agenda: Agenda) -> None:
    """As they were released; names are first moved out of the way, since two may have been exchanged."""
    mark = uuid.uuid4().hex
    out_of_the_way = Concat(Value(f"{mark}-"), Cast("pk", CharField()))
    event.rooms.update(name_it=out_of_the_way)
    event.tracks.update(name_it=out_of_the_way)
    rooms: dict[int, Place] = {room.pk: room for room in agenda.rooms}
    Room.objects.bulk_create(
        [
            Room(pk=room.pk, event=event, name_it=room.name.it, name_en=room.name.en, capacity=room.capacity, position=number,
                 accessibility_it=room.accessibility.it, accessibility_en=room.accessibility.en)
            for number, room in enumerate(rooms.values())
        ],
        update_conflicts=True, unique_fields=["id"],
        update_fields=["name_it", "name_en", "capacity", "position", "accessibility_it", "accessibility_en"],
    )  # fmt: skip
    tracks: dict[int, Thread] = {track.pk: track for track in agenda.tracks}
    Track.objects.bulk_create(
        [
            Track(pk=track.pk, event=event, name_it=track.name.it, name_en=track.name.en, position=number)
            for number, track in enumerate(tracks.values())
        ],
        update_conflicts=True, unique_fields=["id"], update_fields=["name_it", "name_en", "position"],
    )  # fmt: skip


def _restore_speakers(event: Event, agenda: Agenda) -> dict[uuid.UUID, Speaker]:
    voices: dict[uuid.UUID, Voice] = {voice.key: voice for item in agenda for voice in item.voices}
    rows = {speaker.key: speaker for speaker in event.speakers.all()}
    changed = [rows[key] for key, voice in voices.items() if key in rows and _identity(rows[key]) != _named(voice)]
    mark = uuid.uuid4().hex
    for row in changed:
        row.full_name = f"{mark}-{row.pk}"
    Speaker.objects.bulk_update(changed, ["full_name"])
    wanted = {(voice.name, voice.office.it, voice.organisation) for voice in voices.values()}
    twins = [row.pk for key, row in rows.items() if key not in voices
             and (row.full_name, row.office_it, row.organisation_name) in wanted]  # fmt: skip
    Speaker.objects.filter(pk__in=twins).delete()
    for row in changed:
        row.full_name, row.office_it, row.office_en, row.organisation_name = _named(voices[row.key])
    Speaker.objects.bulk_update(changed, ["full_name", "office_it", "office_en", "organisation_name"])
    return rows


def _identity(speaker: Speaker) -> tuple[str, str, str, str]:
    return speaker.full_name, speaker.office_it, speaker.office_en, speaker.organisation_name


def _named(voice: Voice) -> tuple[str, str, str, str]:
    return voice.name, voice.office.it, voice.office.en, voice.organisation


#: What of an item stands in its row.
_FIELDS = ("kind", "starts_at", "ends_at", "title_it", "title_en", "about_it", "about_en", "speakers_it", "speakers_en",
           "room", "track", "agreement", "places", "open_places", "revision", "revised_at", "edition", "removed_at", "cancelled_at",
           "cancellation_reason")  # fmt: skip


def _restore_items(event: Event, agenda: Agenda, released_at: datetime, speakers: dict[uuid.UUID, Speaker]) -> None:
    rows = {session.key: session for session in event.sessions.order_by("pk").select_for_update(of=("self",))}
    missing: list[Session] = []
    found: list[Session] = []
    for item in agenda:
        row = rows.get(item.key) or Session(event=event, key=item.key)
        _fill(row, item)
        row.cancelled_at = (row.cancelled_at or released_at) if item.is_cancelled else None
        row.removed_at, row.edition = None, row.edition + 1
        (found if row.pk else missing).append(row)
    Session.objects.bulk_update(found, _FIELDS)
    Session.objects.bulk_create(missing)
    pks = dict(event.sessions.values_list("key", "pk"))
    Appearance.objects.bulk_create(
        Appearance(session_id=pks[item.key], speaker=speakers[voice.key], position=number)
        for item in agenda
        for number, voice in enumerate(item.voices)
    )


def _fill(row: Session, item: Item) -> None:
    """Write into the row what was released of the item, but for its speakers."""
    row.kind, row.starts_at, row.ends_at = item.kind, item.starts_at, item.ends_at
    row.title_it, row.title_en, row.about_it, row.about_en = item.title.it, item.title.en, item.about.it, item.about.en
    row.speakers_it, row.speakers_en = item.speakers.it, item.speakers.en
    row.room_id, row.track_id = item.room.pk if item.room else None, item.track.pk if item.track else None
    row.agreement, row.places, row.revision, row.revised_at = (
        item.agreement,
        item.places,
        item.revision,
        item.revised_at,
    )
    row.open_places = None if item.is_cancelled else item.places
    row.cancellation_reason = item.cancellation_reason


def _remove_what_came_later(event: Event, agenda: Agenda) -> None:
    others = event.sessions.exclude(key__in=[item.key for item in agenda])
    others.filter(key__in=[item.key for item in agenda.dropped]).update(
        removed_at=timezone.now(), room=None, track=None
    )
    others.exclude(key__in=[item.key for item in agenda.dropped]).delete()
    event.rooms.exclude(pk__in=[room.pk for room in agenda.rooms]).delete()
    event.tracks.exclude(pk__in=[track.pk for track in agenda.tracks]).delete()
