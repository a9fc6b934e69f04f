"""What people have chosen, held against an agenda: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from events.agenda import Agenda, Item


@dataclass(frozen=True, slots=True)
class Clash:
    """One person who has chosen two items that overlap."""

    attendee: int
    first: Item
    second: Item


def clashes(agenda: Agenda, choices: Mapping[int, Iterable[UUID]]) -> list[Clash]:
    """Who could not be at all they have chosen, would this agenda hold.

    `choices`: attendee's pk -> keys of the items chosen. Items that are cancelled or gone clash with nothing.
    """
    live = {item.key: item for item in agenda if not item.is_cancelled}
    return [
        Clash(attendee, first, second)
        for attendee, keys in choices.items()
        for first, second in combinations(sorted((live[key] for key in set(keys) & live.keys()), key=_time), 2)
        if first.overlaps(second)
    ]


def _time(item: Item) -> tuple[object, int]:
    return item.starts_at, item.key.int
