"""Why a service may say no; pages turn each into words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from events.models import Session


class EventFull(Exception):
    """Fewer places are left than were asked for. `free` says how many."""

    def __init__(self, free: int) -> None:
        super().__init__(free)
        self.free = free


class RegistrationClosed(Exception):
    """The event takes no registrations (not yet, no longer, cancelled) or the registration no changes."""


class TooManyAttendees(Exception):
    """One registration brings at most MAX_ATTENDEES people."""


class WrongState(Exception):
    """The event is not in a state that allows this."""


class CapacityBelowTaken(Exception):
    """More places are held than the new capacity would leave. `taken` says how many."""

    def __init__(self, taken: int) -> None:
        super().__init__(taken)
        self.taken = taken


class NotToBeChosen(Exception):
    """The item has no places of its own, is cancelled, or is not in the agenda that the public reads."""


class SessionFull(Exception):
    """Nobody can take a place in the item now; the waiting list is open. `session` says which."""

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self.session = session


class ChoiceOverlaps(Exception):
    """Places are held in items at the same time. `sessions` says which: a swap exchanges them."""

    def __init__(self, sessions: "Sequence[Session]") -> None:
        super().__init__(sessions)
        self.sessions = sessions


class PlacesBelowTaken(Exception):
    """More places of an item are held than would be left. `names` says by whom."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = names
