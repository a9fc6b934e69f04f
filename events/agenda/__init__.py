"""The agenda that people and calendars follow.

Organisers write `Session` rows, the draft; a release freezes them (`AgendaRelease`). Everything that goes out (HTML,
PDF, iCalendar, frab, screens) reads an `Agenda`, made in a fixed number of queries however long it is.
"""

from collections.abc import Iterable

from django.db.models import OuterRef, Subquery

from events.agenda.changes import Change
from events.agenda.frozen import thaw
from events.agenda.values import Agenda, Item, Place, Thread, Voice
from events.models import AgendaRelease, Event, Session
from organisations.languages import Words

__all__ = ["Agenda", "Item", "Place", "Thread", "Voice", "changelog", "current", "currents", "draft", "release_of"]

#: So many of the latest releases the public page lists.
CHANGELOG = 10


def draft(event: Event) -> Agenda:
    """What organisers have written. Five queries."""
    rooms = {
        room.pk: Place(room.pk, Words(room.name_it, room.name_en), room.capacity,
                       Words(room.accessibility_it, room.accessibility_en))
        for room in event.rooms.order_by("position", "pk")
    }  # fmt: skip
    tracks = {
        track.pk: Thread(track.pk, Words(track.name_it, track.name_en))
        for track in event.tracks.order_by("position", "pk")
    }
    order = {pk: number for number, pk in enumerate(rooms)}
    sessions = event.sessions.in_draft().prefetch_related("appearances__speaker")
    items = [_item(session, rooms, tracks) for session in sessions]
    items.sort(key=lambda item: (item.starts_at, order.get(item.room.pk, -1) if item.room else -1, item.ends_at))
    return Agenda(tuple(items), tuple(rooms.values()), tuple(tracks.values()))


def current(event: Event) -> Agenda:
    """What the public reads: the latest release, or an empty agenda where there is none. One query."""
    release = event.agenda_releases.order_by("-number").first()
    return release_of(release) if release else Agenda((), (), ())


def currents(events: Iterable[Event]) -> dict[int, Agenda]:
    """The latest release of each event by its key, for those that have one. One query."""
    latest = AgendaRelease.objects.filter(event=OuterRef("event")).order_by("-number").values("pk")[:1]
    releases = AgendaRelease.objects.filter(event__in=[event.pk for event in events], pk=Subquery(latest))
    return {release.event_id: release_of(release) for release in releases}


def changelog(event: Event) -> list[tuple[AgendaRelease, list[Change]]]:
    """The latest releases after the first with what each changed, the newest first. One query."""
    releases = event.agenda_releases.filter(number__gt=1).defer("content").order_by("-number")[:CHANGELOG]
    return [(release, [Change.from_json(kept) for kept in release.changes]) for release in releases]


def release_of(release: AgendaRelease) -> Agenda:
    """What a release said. No query."""
    return thaw(release.content, version=release.number, released_at=release.released_at)


def _item(session: Session, rooms: dict[int, Place], tracks: dict[int, Thread]) -> Item:
    appearances = sorted(session.appearances.all(), key=lambda one: (one.position, one.pk))
    voices = tuple(
        Voice(one.speaker.key, one.speaker.full_name, Words(one.speaker.office_it, one.speaker.office_en),
              one.speaker.organisation_name)
        for one in appearances
    )  # fmt: skip
    return Item(
        key=session.key,
        kind=session.kind,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        title=Words(session.title_it, session.title_en),
        about=Words(session.about_it, session.about_en),
        voices=voices,
        speakers=Words(session.speakers_it, session.speakers_en),
        room=rooms.get(session.room_id or 0),
        track=tracks.get(session.track_id or 0),
        agreement=session.agreement,
        places=session.places,
        is_cancelled=session.cancelled_at is not None,
        cancellation_reason=session.cancellation_reason,
        revision=session.revision,
        revised_at=session.revised_at,
    )
