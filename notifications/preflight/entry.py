"""Whether those who are invited can still register when the letter reaches them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notifications.preflight.findings import Finding, note, stop, warn


@dataclass(frozen=True, slots=True)
class Entry:
    """When registrations are taken, and how many places are free."""

    opens_at: datetime | None
    closes_at: datetime
    free: int
    #: Whether only organisations with a personal link can register.
    by_invitation: bool = False


def of_entry(entry: Entry, begins: datetime, seconds: float | None) -> Iterator[Finding]:
    """`begins`: when the sending begins; `seconds`: how long it takes, where that is known."""
    ends = begins + timedelta(seconds=seconds or 0)
    if entry.closes_at <= begins:
        yield stop("registration_closed", _("Registration closes before it leaves: nobody invited could register."),
                   _("Move the closing of registrations, or do not send it."))  # fmt: skip
    elif entry.closes_at <= ends:
        yield warn("registration_closes_meanwhile", _("Registration closes while it is being sent."),
                   _("Begin earlier, or move the closing of registrations."))  # fmt: skip
    if entry.opens_at and entry.opens_at > begins:
        opens = date_format(timezone.localtime(entry.opens_at), "j F, H:i")
        yield warn("registration_not_open", _("Registration opens only on %(when)s.") % {"when": opens},
                   _("Send it later, or open registrations earlier."))  # fmt: skip
    if entry.by_invitation:
        yield note("by_invitation", _("The event is by invitation: people of a list who stand for no organisation of the "
                                      "directory get no personal link and cannot register."))  # fmt: skip
    if not entry.free:
        yield warn("event_full", _("All places are taken: whoever follows the link finds the event full."),
                   _("Add places if you can, before you send it."))  # fmt: skip
