"""The agenda as a reader goes through it: by day, of one room or one track if they like."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from urllib.parse import urlencode

from events.agenda import Agenda, Item, Place, Thread
from organisations.languages import Words
from organisations.zone import ROME

_Named = TypeVar("_Named", Place, Thread)


@dataclass(frozen=True, slots=True)
class Day:
    """The items that begin on one day in Rome."""

    on: date
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that narrows the agenda down; without a name it shows all again."""

    name: Words | None
    query: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """An agenda by days, and how it was narrowed down."""

    agenda: Agenda
    days: tuple[Day, ...]
    room: Place | None = None
    track: Thread | None = None
    #: The code under which the reader came; links keep it.
    via: str = ""
    #: What else links keep of the query: of a preview the moment.
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def is_narrowed(self) -> bool:
        """Whether readers see only a part."""
        return bool(self.room or self.track)

    @property
    def accessible_rooms(self) -> list[Place]:
        """Rooms with a word on how to get in and around."""
        return [room for room in self.agenda.rooms if room.accessibility]

    @property
    def room_choices(self) -> list[Choice]:
        """Links to each room, beginning with all; none where there is nothing to choose between."""
        return self._choices("room", self.agenda.rooms, self.room)

    @property
    def track_choices(self) -> list[Choice]:
        """The same for the tracks."""
        return self._choices("track", self.agenda.tracks, self.track)

    def _choices(self, name: str, found: Sequence[Place | Thread], chosen: Place | Thread | None) -> list[Choice]:
        if len(found) < 2:
            return []
        every = [Choice(None, self._query(**{name: None}), chosen is None)]
        return every + [Choice(one.name, self._query(**{name: one.pk}), one == chosen) for one in found]

    def _query(self, **changes: int | None) -> str:
        kept = dict(self.kept) | {
            "room": self.room and self.room.pk,
            "track": self.track and self.track.pk,
            "via": self.via or None,
        }
        wanted = {name: value for name, value in (kept | changes).items() if value is not None}
        return urlencode(wanted)

    def __len__(self) -> int:
        return sum(len(day.items) for day in self.days)


def listing(
    agenda: Agenda, query: Mapping[str, str], *, via: str = "", kept: tuple[tuple[str, str], ...] = ()
) -> Listing:
    """The agenda narrowed by `room` and `track` of a query; numbers that it does not have are passed over.

    What has no room or no track is for everybody and stays.
    """
    room = _named(agenda.rooms, query.get("room", ""))
    track = _named(agenda.tracks, query.get("track", ""))
    items = [
        item
        for item in agenda
        if (room is None or item.room in (None, room)) and (track is None or item.track in (None, track))
    ]
    return Listing(agenda, by_day(items), room, track, via, kept)


def by_day(items: Iterable[Item]) -> tuple[Day, ...]:
    """Items by the day on which they begin in Rome, in their own order."""
    days: dict[date, list[Item]] = {}
    for item in items:
        days.setdefault(item.starts_at.astimezone(ROME).date(), []).append(item)
    return tuple(Day(on, tuple(found)) for on, found in sorted(days.items()))


def _named(found: Iterable[_Named], number: str) -> _Named | None:
    return next((one for one in found if str(one.pk) == number), None)
