"""Why a service may say no; pages turn each into words."""

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from events.agenda.conflicts import Verdict
    from events.models import AgendaRelease, ChangeRequest, Registration, Session


class EventFull(Exception):
    """Fewer places are left than were asked for. `free` says how many."""

    def __init__(self, free: int) -> None:
        super().__init__(free)
        self.free = free


class RegistrationClosed(Exception):
    """The event takes no registrations (not yet, no longer, cancelled) or the registration no changes."""


class TooManyAttendees(Exception):
    """One registration brings at most `most` people."""

    def __init__(self, most: int = 0) -> None:
        super().__init__(most)
        self.most = most


class InvitationNeeded(Exception):
    """The event is by invitation, and no invitation to it stands behind this."""


class AlreadyDecided(Exception):
    """Somebody has approved or refused it before, or it was given back. `decided` says who and when."""

    def __init__(self, decided: "Registration | ChangeRequest") -> None:
        super().__init__(decided.pk)
        self.decided = decided


class HasRegistrations(Exception):
    """The event cannot be removed. `count` says how many registrations it has, whatever became of them."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class SessionFull(Exception):
    """All places of the agenda item are held."""


class NotToBeChosen(Exception):
    """The agenda item has no places of its own, is not public, is called off, or has begun."""


class ChoiceOverlaps(Exception):
    """The person holds places in items at the same time. `sessions` are those: a swap gives them back."""

    def __init__(self, sessions: "Collection[Session]") -> None:
        super().__init__(*(session.pk for session in sessions))
        self.sessions = tuple(sessions)


class AlreadyComing(Exception):
    """This very person is in the registration's list."""


class AlreadyRegistered(Exception):
    """This registrant has a registration that stands for the event. `registration` is that one."""

    def __init__(self, registration: "Registration") -> None:
        super().__init__(registration.pk)
        self.registration = registration


class WrongState(Exception):
    """The event is not in a state that allows this."""


class CapacityBelowTaken(Exception):
    """More places are held than the new capacity would leave. `taken` says how many."""

    def __init__(self, taken: int) -> None:
        super().__init__(taken)
        self.taken = taken


class ChangedMeanwhile(Exception):
    """The page was written for an older edition of this item. `session` is the item as it stands."""

    def __init__(self, session: "Session") -> None:
        super().__init__(session.pk)
        self.session = session


class AtTheEdge(Exception):
    """There is nothing before or after it to change places with."""


class InUse(Exception):
    """It cannot be removed. `items` are the titles where it is used, in the draft or in the public agenda."""

    def __init__(self, items: Collection[str]) -> None:
        super().__init__(*items)
        self.items = tuple(items)


class NothingNew(Exception):
    """The draft says what the public sees already."""


class DraftChanged(Exception):
    """The draft is not the one that was looked at before the release."""


class ReleasedMeanwhile(Exception):
    """Somebody else has released. `release` is theirs."""

    def __init__(self, release: "AgendaRelease") -> None:
        super().__init__(release.pk)
        self.release = release


class Blocked(Exception):
    """Conflicts stop the release. `verdicts` says which."""

    def __init__(self, verdicts: "Collection[Verdict]") -> None:
        super().__init__(*(verdict.rule.name for verdict in verdicts))
        self.verdicts = tuple(verdicts)


class Warned(Blocked):
    """Nothing stops the release, but it needs a word: these warnings were not accepted."""
