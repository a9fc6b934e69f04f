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
