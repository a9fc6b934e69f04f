"""What the services of the meeting point refuse, and why."""

from collections.abc import Sequence

from events.meeting_point.models import Appointment, OpeningException


class HoursOverlap(Exception):
    """Two stretches of one day hold at the same time."""


class DaysTaken(Exception):
    """Another exception holds on one of these days."""

    def __init__(self, exception: OpeningException) -> None:
        super().__init__(exception)
        self.exception = exception


class StandsInTheWay(Exception):
    """People have appointments at hours that are to be closed."""

    def __init__(self, appointments: Sequence[Appointment]) -> None:
        super().__init__(appointments)
        self.appointments = appointments


class NotTakingAppointments(Exception):
    """Appointments cannot be booked on the site now."""


class NotOffered(Exception):
    """No appointment begins then: outside the hours, off the grid, too soon, too far ahead, or in the past."""


class SlotTaken(Exception):
    """Every place of this time is held."""


class AlreadyBooked(Exception):
    """The same address has an appointment then, or as many to come as one can book here. It never says which."""


class NoLongerBooked(Exception):
    """The appointment has begun, was called off, or has been recorded: it changes no more."""


class WrongState(Exception):
    """Not possible any more: it was cancelled, struck out, or recorded otherwise."""


class NotYet(Exception):
    """It lies ahead: nobody can have come, or have failed to."""


class TooLongAgo(Exception):
    """So long afterwards nobody remembers a visit as it was."""


class ReasonNeeded(Exception):
    """What was written is changed only with a word on why."""
