"""Everything that changes an agreement. Each verb locks the agreement's row and appends to its audit chain."""

from agreements.services.drafting import add_article, create, edit_article, move_article, remove_article
from agreements.services.locking import Draft
from agreements.services.refusals import (
    AlreadyDone,
    NotApproved,
    NotASignedFile,
    NotEntitled,
    NothingToShare,
    StaleText,
    UnknownPlaceholder,
    WrongState,
)
from agreements.services.register import publish, withdraw
from agreements.services.reviewing import close_observations, comment, prepare_version, record_position, share
from agreements.services.signing import adhere, freeze, media_type_of, open_signing, upload_signed_file

__all__ = [
    "AlreadyDone",
    "Draft",
    "NotASignedFile",
    "NotApproved",
    "NotEntitled",
    "NothingToShare",
    "StaleText",
    "UnknownPlaceholder",
    "WrongState",
    "add_article",
    "adhere",
    "close_observations",
    "comment",
    "create",
    "edit_article",
    "freeze",
    "media_type_of",
    "move_article",
    "open_signing",
    "prepare_version",
    "publish",
    "record_position",
    "remove_article",
    "share",
    "upload_signed_file",
    "withdraw",
]
