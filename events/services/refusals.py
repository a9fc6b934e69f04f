"""Why a service may say no; pages turn each into words."""


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
