"""What a desk says about what was shown to it: one line that is seen from afar, one that says what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events.checkin.models import Scan
from events.checkin.services import Outcome
from events.models import Attendee, SessionPlace

Verdict = Scan.Verdict
#: The tone of the page's answer: go on; look; stop.
TONES: Mapping[str, str] = {
    Verdict.ADMITTED: "ok",
    Verdict.AGAIN: "wait",
    Verdict.CANCELLED: "stop",
    Verdict.NOT_CONFIRMED: "stop",
    Verdict.OTHER_EVENT: "stop",
    Verdict.UNKNOWN: "stop",
    Verdict.FULL: "stop",
}


def verdicts() -> dict[str, dict[str, str]]:
    """Title, detail and tone of each verdict in the active language; `{time}` and `{desk}` are filled in by the desk."""
    words = {
        Verdict.ADMITTED: (_("Welcome: arrival recorded"), ""),
        Verdict.AGAIN: (_("Already here"), _("Arrived at {time}, recorded at: {desk}. If it is another person, send "
                                             "them to the desk.")),
        Verdict.CANCELLED: (_("The place was given back"), _("This pass does not count any more. At the desk a new place "
                                                            "can be given, if there is one.")),
        Verdict.NOT_CONFIRMED: (_("No place yet"), _("This person waits for a place or for an approval. Send them to the "
                                                     "desk.")),
        Verdict.OTHER_EVENT: (_("Pass of another event"), _("Send them to the desk: perhaps they are registered here, "
                                                            "too.")),
        Verdict.UNKNOWN: (_("Unknown code"), _("Read it again, type the code below it, or look for the name.")),
        Verdict.FULL: (_("All places are taken"), _("An organiser can raise the number of places of the event.")),
    }  # fmt: skip
    return {
        verdict: {"title": title, "detail": detail, "tone": TONES[verdict]}
        for verdict, (title, detail) in words.items()
    }


def messages() -> dict[str, str]:
    """What the desk's script says of itself, in the active language; names in braces are filled in by it."""
    return {
        "offline": _("No network: this desk goes on by itself."),
        "waiting": _("{number} arrivals wait on this device to be sent."),
        "told_alone": _("Recorded on this device; it is sent as soon as there is a network."),
        "no_people": _("This device knows nobody yet: open the page once with a network."),
        "here": _("{came} here of {expected} registered"),
        "sign_in": _("Sign in again: what waits on this device is kept and sent then."),
        "nobody": _("Nobody of this name is registered."),
        "found": _("Found"),
        "record": _("Record arrival"),
        "already": _("already here"),
        "newcomer": _("Written down: the place is given as soon as there is a network."),
        "code": _("A code has ten letters and numbers. Nothing was recorded."),
        "name": _("Write the name."),
        "refused": _("The portal could not take this: {reason}"),
        "good": _("yes"),
        "bad": _("no: use another browser, or a secure address (https)"),
        "known": _("{number} people, until {time}"),
        "wait": _("waiting…"),
        "cut": _("the network is cut"),
        "still_there": _("the network is still there"),
        "alone": _("yes, all of it"),
        "failed": _("no: {reason}"),
        "back": _("the network is there again"),
    }


@dataclass(frozen=True, slots=True)
class Said:
    """One answer in the active language."""

    verdict: str
    tone: str
    title: str
    detail: str
    name: str = ""
    organisation: str = ""
    items: tuple[str, ...] = ()
    key: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the desk's script."""
        return {
            "verdict": self.verdict, "tone": self.tone, "title": self.title, "detail": self.detail, "name": self.name,
            "organisation": self.organisation, "items": list(self.items), "person": self.key,
        }  # fmt: skip


def items_of(people: Sequence[Attendee]) -> dict[int, list[str]]:
    """The key of each person's row -> the agenda items in which they hold a place, by time. One query."""
    held = SessionPlace.objects.held().filter(attendee__in=people).select_related("session")
    items: dict[int, list[str]] = {}
    for place in held.order_by("session__starts_at", "session"):
        items.setdefault(place.attendee_id, []).append(place.session.title)
    return items


def said(outcome: Outcome, items: Mapping[int, Sequence[str]], *, names: bool) -> Said:
    """`items`: as of `items_of`. `names`: whether this desk may read them whole; else it sees the first letters."""
    words = verdicts()[outcome.scan.verdict]
    first, attendee = outcome.first, outcome.attendee
    detail = words["detail"]
    if first:
        moment = date_format(timezone.localtime(first.happened_at), "H:i")
        detail = detail.format(time=moment, desk=first.desk)
    if attendee is None:
        return Said(outcome.scan.verdict, words["tone"], words["title"], detail)
    return Said(
        outcome.scan.verdict, words["tone"], words["title"], detail,
        name=attendee.full_name if names else initials(attendee.full_name),
        organisation=represents(attendee),
        items=tuple(items.get(attendee.pk, ())),
        key=str(attendee.key),
    )  # fmt: skip


def represents(attendee: Attendee) -> str:
    """The organisation or medium they come for; empty for a private person.

    Expects the registration loaded, or people asked for `with_represented`.
    """
    if "represented" in vars(attendee):
        return str(vars(attendee)["represented"])
    registration = attendee.registration
    return registration.organisation_name or registration.medium


def initials(name: str) -> str:
    """Enough to tell two people apart at the door: "A. R."."""
    return " ".join(f"{word[0]}." for word in name.split())


def shortened(name: str) -> str:
    """Enough to find somebody by surname: "A. Rossi"; a single word stays whole."""
    first, _space, rest = name.partition(" ")
    return f"{first[0]}. {rest}" if rest else name
