"""The cockpit's own words: kinds of message, mail houses, what somebody did."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notifications.models import ACCOUNT, HOUSE_NAMES, Lane, OutboxAct, Suppression

Verb = OutboxAct.Verb
#: What each kind of message is to people.
KINDS = {
    "invitation": gettext_lazy("invitation or news"),
    "registration_confirmed": gettext_lazy("confirmation of a registration"),
    "registration_changed": gettext_lazy("change of a registration"),
    "registration_cancelled": gettext_lazy("cancellation of a registration"),
    "registration_link": gettext_lazy("link of a registration, asked for again"),
    "registration_received": gettext_lazy("registration that waits to be approved"),
    "registration_refused": gettext_lazy("registration not accepted"),
    "change_refused": gettext_lazy("change not accepted"),
    "invitation_link": gettext_lazy("link of an invitation, asked for again"),
    "attendee_registered": gettext_lazy("word to somebody who was registered"),
    "attendee_link": gettext_lazy("one's own link, asked for again"),
    "attendee_left": gettext_lazy("word to somebody whose place was given back"),
    "attendance_certified": gettext_lazy("certificate of attendance"),
    "waiting_joined": gettext_lazy("place on a waiting list"),
    "waiting_promoted": gettext_lazy("place given by a waiting list"),
    "session_place_given": gettext_lazy("place in an agenda item, given by its waiting list"),
    "waiting_left": gettext_lazy("waiting list left"),
    "waiting_expired": gettext_lazy("waited in vain"),
    "appointment_confirmed": gettext_lazy("confirmation of an appointment"),
    "appointment_moved": gettext_lazy("new time of an appointment"),
    "appointment_cancelled": gettext_lazy("cancellation of an appointment"),
    "appointment_reminder": gettext_lazy("reminder of an appointment"),
    "appointment_link": gettext_lazy("link of an appointment, asked for again"),
    "event_rescheduled": gettext_lazy("new time or place of an event"),
    "event_cancelled": gettext_lazy("cancellation of an event"),
    "session_cancelled": gettext_lazy("cancellation of an agenda item"),
    "agenda_released": gettext_lazy("change of an agenda"),
    "calendar_link": gettext_lazy("address of a personal calendar"),
    "reminder": gettext_lazy("reminder of an event"),
    "invitation_reminder": gettext_lazy("reminder of an invitation"),
    "review_reminder": gettext_lazy("reminder of a review"),
    "agreement_shared": gettext_lazy("protocol to be read"),
    "agreement_frozen": gettext_lazy("final text of a protocol"),
    "signing_opened": gettext_lazy("adhesion open"),
    "adhesion_recorded": gettext_lazy("adhesion recorded"),
    "agreement_concluded": gettext_lazy("protocol concluded"),
    "sent_for_approval": gettext_lazy("schema to be approved"),
    "approval_reminder": gettext_lazy("reminder of a missing act"),
    "act_recorded": gettext_lazy("act of a body recorded"),
    "changes_asked": gettext_lazy("changes asked by a body"),
    "agreement_refused": gettext_lazy("protocol refused"),
    "webhook_disabled": gettext_lazy("address of another program switched off"),
    "agreement_withdrawn": gettext_lazy("protocol withdrawn"),
    ACCOUNT: gettext_lazy("sign-in code"),
    "campaign_test": gettext_lazy("test of an invitation"),
}
_WEBHOOK_ACTS = {
    "registered": gettext_lazy("is told what happens, from now on"),
    "changed": gettext_lazy("address or facts changed"),
    "secret_shown": gettext_lazy("secret shown"),
    "secret_renewed": gettext_lazy("new secret made"),
    "paused": gettext_lazy("paused"),
    "resumed": gettext_lazy("switched on again"),
    "removed": gettext_lazy("removed"),
    "sent_again": gettext_lazy("what was given up goes out once more"),
    "disabled": gettext_lazy("switched off: nothing was taken for days"),
    "gone": gettext_lazy("switched off: the address says that it is gone"),
}
_REASONS = {
    "unsubscribed": gettext_lazy("unsubscribed by a link"),
    "chosen under preferences": gettext_lazy("chosen under preferences"),
    "complained": gettext_lazy("our mail was reported as unwanted"),
    "unknown mailbox": gettext_lazy("the mailbox does not exist"),
}


def kind_name(kind: str) -> str:
    """A kind as people read it; its code where there is no word for it."""
    return str(KINDS.get(kind, kind))


def house_name(group: str) -> str:
    """A mail house as people read it; the empty one is the lane itself."""
    return HOUSE_NAMES.get(group) or (_("all other domains") if group else _("the whole lane"))


def act_sentence(act: OutboxAct) -> str:
    """What somebody did, with its facts."""
    facts: dict[str, Any] = act.facts
    match act.verb:
        case Verb.HELD:
            return _("Held all mail: %(reason)s") % {"reason": facts.get("reason", "")}
        case Verb.RELEASED:
            return _("Let mail flow again.")
        case Verb.LIMITED:
            return _("%(place)s: %(before)s became %(after)s") % {
                "place": _place(act), "before": _limits(facts["before"]), "after": _limits(facts["after"]),
            }  # fmt: skip
        case Verb.TRIED_NOW:
            return _("%(place)s: did not wait for the end of the pause.") % {"place": _place(act)}
        case Verb.SETTLED_BY_LOG:
            return _("Compared with a log: %(named)s of our messages named, %(settled)s settled.") % {**facts}
        case Verb.REFUSAL_KEPT:
            return _("Wrote a refusal down (%(scope)s): %(reason)s") % _refusal(facts)
        case Verb.REFUSAL_LIFTED:
            return _("Lifted a refusal (%(scope)s): %(reason)s") % _refusal(facts)
        case Verb.WEBHOOK:
            return webhook_sentence(facts)
        case _:
            return _decision(act.verb, int(facts["count"]))


def webhook_sentence(facts: dict[str, Any]) -> str:
    """What happened to the address of another program."""
    said = _WEBHOOK_ACTS.get(facts["what"], facts["what"])
    return f"{facts['name']}: {said}"


def refusal_reason(reason: str) -> str:
    """Why an address refuses, in words: our own reasons are kept as codes, an organiser's as written."""
    return str(_REASONS.get(reason, reason))


def _refusal(facts: dict[str, Any]) -> dict[str, Any]:
    return {"scope": Suppression.Scope(facts["scope"]).label, "reason": facts["reason"]}


def _decision(verb: str, count: int) -> str:
    if verb == Verb.SENT_AGAIN:
        words = ngettext("%(count)s message to go out once more", "%(count)s messages to go out once more", count)
    else:
        words = ngettext("%(count)s message marked as arrived", "%(count)s messages marked as arrived", count)
    return words % {"count": count}


def _place(act: OutboxAct) -> str:
    return f"{Lane(act.lane).label}, {house_name(act.domain_group)}"


def _limits(limits: dict[str, float | None]) -> str:
    parts = [
        words % {"count": f"{limits[name]:g}"}
        for name, words in (
            ("base_rate", _("%(count)s a minute")),
            ("daily_cap", _("%(count)s a day")),
            ("connections", _("connections: %(count)s")),
        )
        if limits.get(name) is not None
    ]
    return ", ".join(parts) or _("no limit")
