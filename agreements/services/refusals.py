"""Why a verb was not done. Pages say it kindly; nothing was written."""


class WrongState(Exception):
    """The agreement is not in a state that allows this."""


class NotEntitled(Exception):
    """This user may not do this for a party of the agreement."""


class NothingToShare(Exception):
    """The text has no article, or the agreement no party."""


class AlreadyDone(Exception):
    """This was done before; nothing is written again."""


class NotASignedFile(Exception):
    """The upload is neither a PDF nor a CAdES envelope (.p7m)."""


class NotApproved(Exception):
    """The text may not be frozen yet; `lacking` says in sentences what is missing."""

    def __init__(self, lacking: list[str]) -> None:
        super().__init__(" ".join(lacking))
        self.lacking = lacking


class UnknownPlaceholder(Exception):
    """The text has places that nothing can fill in; `names` are those between the brackets."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class StaleText(Exception):
    """The page showed another text than the one before the bodies now."""
