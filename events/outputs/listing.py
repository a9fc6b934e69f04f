"""The agenda as a reader goes through it: by day, of one room or one track if they like."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from events.agenda import Agenda, Item, Place, Thread
from organisations.zone import ROME

_Named = TypeVar("_Named", Place, Thread)


@dataclass(frozen=True, slots=True)
class Day:
    """The items that begin on one day in Rome."""

    on: date
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """An agenda by days, and how it was narrowed down."""

    agenda: Agenda
    days: tuple[Day, ...]
    room: Place | None = None
    track: Thread | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether readers see only a part."""
        return bool(self.room or self.track)

    @property
    def can_be_narrowed(self) -> bool:
        """Whether there is anything to choose between."""
        return len(self.agenda.rooms) > 1 or len(self.agenda.tracks) > 1

    @property
    def accessible_rooms(self) -> list[Place]:
        """Rooms with a word on how to get in and around."""
        return [room for room in self.agenda.rooms if room.accessibility]

    def __len__(self) -> int:
        return sum(len(day.items) for day in self.days)


def listing(agenda: Agenda, query: Mapping[str, str]) -> Listing:
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
    return Listing(agenda, by_day(items), room, track)


def by_day(items: Iterable[Item]) -> tuple[Day, ...]:
    """Items by the day on which they begin in Rome, in their own order."""
    days: dict[date, list[Item]] = {}
    for item in items:
        days.setdefault(item.starts_at.astimezone(ROME).date(), []).append(item)
    return tuple(Day(on, tuple(found)) for on, found in sorted(days.items()))


def _named(found: Iterable[_Named], number: str) -> _Named | None:
    return next((one for one in found if str(one.pk) == number), None)
