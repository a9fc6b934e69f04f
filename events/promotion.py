"""Who of a waiting list gets which of the free places: pure, so that each decision can be told and repeated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """Why an entry was given places or none."""

    ALL_FIT = "all_fit"
    SOME_FIT = "some_fit"
    NO_PLACE = "no_place"
    GROUP_TOO_LARGE = "group_too_large"
    STARTED = "started"


@dataclass(frozen=True, slots=True)
class Entry:
    """One group in the queue. `people`: how many wait; `starts_at`: nobody is promoted from that instant on."""

    pk: int
    priority: int
    created_at: datetime
    people: int
    takes_any: bool
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What one entry gets. `free`: places that were left when its turn came."""

    entry: int
    position: int
    asked: int
    free: int
    given: int
    reason: Reason


def promote(free: int, entries: Iterable[Entry], now: datetime) -> list[Decision]:
    """One decision an entry, in the order (priority, created, pk).

    A group that wants all and does not fit keeps its position and lets those behind it pass: an empty place would help
    nobody, and the trace says who was passed and why.
    """
    queue = sorted(entries, key=lambda entry: (entry.priority, entry.created_at, entry.pk))
    decisions = []
    for position, entry in enumerate(queue, start=1):
        given, reason = _turn(entry, free, now)
        decisions.append(Decision(entry.pk, position, entry.people, free, given, reason))
        free -= given
    return decisions


def _turn(entry: Entry, free: int, now: datetime) -> tuple[int, Reason]:
    if now >= entry.starts_at:
        return 0, Reason.STARTED
    if free <= 0:
        return 0, Reason.NO_PLACE
    if entry.people <= free:
        return entry.people, Reason.ALL_FIT
    if entry.takes_any:
        return free, Reason.SOME_FIT
    return 0, Reason.GROUP_TOO_LARGE
