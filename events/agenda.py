"""The agenda that people and calendars follow: plain values, the same for pages, files and screens.

Organisers write `Session` rows; everything that goes out (HTML, PDF, iCalendar, frab, screens) reads an `Agenda`, made
in a fixed number of queries however long it is. Times are aware; pages show them in Europe/Rome.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from events.models import Event, Session
from organisations.languages import Words


@dataclass(frozen=True, slots=True)
class Place:
    """A room. `capacity`: people it takes; None where nobody counted."""

    pk: int
    name: Words
    capacity: int | None
    accessibility: Words


@dataclass(frozen=True, slots=True)
class Thread:
    """A track."""

    pk: int
    name: Words


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks. The name is empty where only an office is known."""

    key: UUID
    name: str
    office: Words
    organisation: str

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, str(self.office), self.organisation) if part)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the agenda. `revision` and `revised_at` are its SEQUENCE and DTSTAMP (RFC 5545 section 3.8.7)."""

    key: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime
    title: Words
    about: Words
    voices: tuple[Voice, ...]
    #: Free words on who speaks, where no speaker is entered.
    speakers: Words
    room: Place | None
    track: Thread | None
    #: The last part of the address of the agreement that is signed here.
    agreement: str
    #: Own places; None: everybody registered may come.
    places: int | None
    is_cancelled: bool
    cancellation_reason: str
    revision: int
    revised_at: datetime

    def overlaps(self, other: "Item") -> bool:
        """Whether nobody can be at both; one that begins when the other ends does not overlap."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    @property
    def kind_words(self) -> str:
        """The kind, for readers."""
        return str(Session.Kind(self.kind).label)


@dataclass(frozen=True, slots=True)
class Agenda:
    """All items in the order of their time, then of their room."""

    items: tuple[Item, ...]
    rooms: tuple[Place, ...]
    tracks: tuple[Thread, ...]
    #: The number of the release; 0 for one that was never released.
    version: int = 0
    released_at: datetime | None = None
    #: Items of earlier releases that this one has no more, as calendars last saw them, with a later revision.
    dropped: tuple[Item, ...] = ()

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def item(self, key: UUID) -> Item | None:
        """The item of this key."""
        return next((item for item in self.items if item.key == key), None)


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
    sessions = event.sessions.prefetch_related("appearances__speaker")
    items = [_item(session, rooms, tracks) for session in sessions]
    items.sort(key=lambda item: (item.starts_at, order.get(item.room.pk, -1) if item.room else -1, item.ends_at))
    return Agenda(tuple(items), tuple(rooms.values()), tuple(tracks.values()))


def current(event: Event) -> Agenda:
    """What the public reads."""
    return draft(event)


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
