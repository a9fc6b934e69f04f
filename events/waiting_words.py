"""What a place in a queue means, in words: the same for the people who wait and for organisers."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Registration, WaitingEntry
from events.promotion import Decision, Reason
from events.services import queues


def in_words(decision: Decision) -> str:
    """Position and reason."""
    asked = ngettext("%(n)s place is asked for", "%(n)s places are asked for", decision.asked) % {"n": decision.asked}
    free = ngettext("%(n)s is free", "%(n)s are free", decision.free) % {"n": decision.free}
    reasons = {
        Reason.ALL_FIT: _("all get one"),
        Reason.SOME_FIT: _("some get one, the others keep waiting"),
        Reason.NO_PLACE: _("no place is left when their turn comes"),
        Reason.GROUP_TOO_LARGE: _("a group that wants all waits"),
        Reason.STARTED: _("it has begun"),
    }
    return _("Position %(position)s: %(asked)s, %(free)s; %(reason)s.") % {
        "position": decision.position, "asked": asked, "free": free, "reason": reasons[Reason(decision.reason)],
    }  # fmt: skip


def own_entries(registration: Registration, now: datetime) -> list[tuple[WaitingEntry, str]]:
    """What a registration waits for, each with its words. Empty in one query where it waits for nothing."""
    if not registration.waiting_entries.waiting().exists():
        return []
    return [
        (entry, in_words(decision))
        for queue in queues(registration.event, now).values()
        for entry, decision in queue
        if entry.registration_id == registration.pk
    ]


def place_in_queue(entry: WaitingEntry, now: datetime) -> str | None:
    """The words for one entry; None: it waits no more."""
    return next((words for one, words in own_entries(entry.registration, now) if one.pk == entry.pk), None)
