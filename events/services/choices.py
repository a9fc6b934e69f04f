"""Which items of the agenda people have chosen, for calendars and screens.

The part that gives items places of their own answers here; until it does nobody has chosen any.
"""

from collections.abc import Mapping
from uuid import UUID

from events.models import Event


def sessions_of(address: str) -> Mapping[int, frozenset[UUID]]:
    """The items whose places this mail address holds: their keys, by the primary key of the event."""
    return {}


def free_places_of_sessions(event: Event) -> Mapping[UUID, int]:
    """How many places are left in each item that has places of its own, by its key. One query at most."""
    return {}
