"""What a place in a queue means, in words: the same for the people who wait and for organisers."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events import services
from events.models import Registration, WaitingEntry
from events.promotion import Decision, Reason


def in_words(decision: Decision) -> str:
    """The position, and what stands between it and a place."""
    position = _("Position %(position)s.") % {"position": decision.position}
    return f"{position} {_why(decision)}"


def _why(decision: Decision) -> str:
    numbers = {"asked": decision.asked, "free": decision.free, "given": decision.given}
    match Reason(decision.reason):
        case Reason.NO_PLACE:
            return (
                ngettext(
                    "%(asked)s place is waited for; none is free.",
                    "%(asked)s places are waited for; none is free.",
                    decision.asked,
                )
                % numbers
            )
        case Reason.GROUP_TOO_LARGE:
            return ngettext(
                "%(asked)s places are waited for, all together; only %(free)s is free. Until then smaller groups go first.",
                "%(asked)s places are waited for, all together; only %(free)s are free. Until then smaller groups go first.",
                decision.free,
            ) % numbers  # fmt: skip
        case Reason.SOME_FIT:
            return ngettext(
                "%(given)s place of the %(asked)s waited for.", "%(given)s places of the %(asked)s waited for.", decision.given
            ) % numbers  # fmt: skip
        case Reason.ALL_FIT:
            return ngettext("%(asked)s place waited for.", "All %(asked)s places waited for.", decision.asked) % numbers
        case Reason.STARTED:
            return _("It has begun: nobody gets a place any more.")


def own_entries(registration: Registration, now: datetime) -> list[tuple[WaitingEntry, str]]:
    """What a registration waits for, each with its words. One query where it waits for nothing."""
    if not registration.waiting_entries.waiting().exists():
        return []
    return [
        (entry, in_words(decision))
        for queue in services.decisions(registration.event, now).values()
        for entry, decision in queue
        if entry.registration_id == registration.pk
    ]


def place_in_queue(entry: WaitingEntry, now: datetime) -> str | None:
    """The words for one entry; None: it waits no more."""
    return next((words for one, words in own_entries(entry.registration, now) if one.pk == entry.pk), None)
