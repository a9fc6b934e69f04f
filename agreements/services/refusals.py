"""Why a verb was not done. Pages say it kindly; nothing was written."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agreements.models import Amendment


class WrongState(Exception):
    """The agreement is not in a state that allows this."""


class UndecidedAmendments(WrongState):
    """Amendments of the last round wait for a decision; they are named."""

    def __init__(self, amendments: "Sequence[Amendment]") -> None:
        super().__init__(", ".join(map(str, amendments)))
        self.amendments = list(amendments)


class NotEntitled(Exception):
    """This user may not do this for a party of the agreement."""


class NothingToShare(Exception):
    """The text has no article, or the agreement no party."""


class AlreadyDone(Exception):
    """This was done before; nothing is written again."""


class NotASignedFile(Exception):
    """The upload is neither a PDF nor a CAdES envelope (.p7m)."""
