"""What stands in the audit trail, in words of both languages. Other rooms of agreements enter theirs in SENTENCES."""

from collections import defaultdict
from typing import TYPE_CHECKING

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import audit
from agreements.models import AuditEvent, Position, Thread

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: Type of an event -> a sentence with the names of its facts.
SENTENCES: dict[str, "StrPromise"] = {
    "created": gettext_lazy("The draft was begun. Parties: %(parties)s."),
    "article_added": gettext_lazy("An article was added to version %(version)s."),
    "article_edited": gettext_lazy("An article of version %(version)s was rewritten."),
    "article_moved": gettext_lazy("An article of version %(version)s was moved."),
    "article_removed": gettext_lazy("An article was left out of version %(version)s."),
    "shared": gettext_lazy("Version %(version)s was laid before the parties; remarks by %(closes_at)s."),
    "draft_read": gettext_lazy("Version %(version)s was read, for %(party)s."),
    "commented": gettext_lazy("A comment was written to an article of version %(version)s."),
    "thread_begun": gettext_lazy("A thread was begun at an article of version %(version)s (for: %(visibility)s)."),
    "thread_answered": gettext_lazy("A thread was answered (for: %(visibility)s)."),
    "thread_corrected": gettext_lazy("A comment was corrected by its author (for: %(visibility)s)."),
    "thread_resolved": gettext_lazy("A thread was resolved (for: %(visibility)s)."),
    "thread_reopened": gettext_lazy("A thread was taken up again (for: %(visibility)s)."),
    "position_recorded": gettext_lazy("%(party)s on version %(version)s: %(position)s."),
    "review_extended": gettext_lazy("The review takes longer, until %(closes_at)s: %(reason)s"),
    "observations_closed": gettext_lazy("The review of version %(version)s closed. Silent: %(silent)s."),
    "party_added": gettext_lazy("%(party)s became a party: %(reason)s"),
    "party_removed": gettext_lazy("%(party)s is no longer a party: %(reason)s"),
    "version_prepared": gettext_lazy("Version %(version)s was begun: %(note)s"),
    "frozen": gettext_lazy("The text of version %(version)s became final."),
    "signing_opened": gettext_lazy("The adhesion was opened."),
    "adhesion_recorded": gettext_lazy("%(party)s adhered, by %(name)s, %(office)s."),
    "signed_file_uploaded": gettext_lazy("%(party)s uploaded a signed file: %(filename)s."),
    "published": gettext_lazy("The protocol was put on the public register."),
    "withdrawn": gettext_lazy("The protocol was withdrawn: %(reason)s"),
    "concluded": gettext_lazy("The protocol was concluded."),
}


_BREAKS: dict[str, "StrPromise"] = {
    audit.MISSING: gettext_lazy("a row is missing"),
    audit.NOT_NEXT: gettext_lazy("it does not follow the row before"),
    audit.CHANGED: gettext_lazy("its content was changed"),
    audit.CUT: gettext_lazy("the end of the chain is missing"),
    audit.ADDED: gettext_lazy("rows were added past the chain's end"),
    audit.REWRITTEN: gettext_lazy("written anew from here on: people hold a mail with another hash"),
}


def break_reason(broken: audit.Break) -> str:
    """How a chain is broken, in the reader's language; the command says it as it is."""
    return str(_BREAKS[broken.reason])


def sentence(event: AuditEvent) -> str:
    """What happened; the bare type and facts of one for which there are no words."""
    words = SENTENCES.get(event.type)
    if words is None:
        return f"{event.type}: " + ", ".join(f"{key} {value}" for key, value in event.payload.items())
    facts: defaultdict[str, str] = defaultdict(lambda: "–")
    facts.update({key: _said(key, value) for key, value in event.payload.items()})
    return str(words) % facts


def actor(event: AuditEvent) -> str:
    """Who did it."""
    return _("the clock") if event.actor == audit.CLOCK else event.actor


def _said(key: str, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or _("nobody")
    text = str(value)
    if key in {"position", "was"} and text in Position.Kind.values:
        return str(Position.Kind(text).label)
    if key == "visibility" and text in Thread.Visibility.values:
        return str(Thread.Visibility(text).label)
    if key.endswith("_at") and (moment := parse_datetime(text)):
        return date_format(localtime(moment), "j F Y, H:i")
    return text or "–"
