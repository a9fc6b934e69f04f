"""The examination of a campaign before it leaves: go, look again, or stop, with words for each reason.

Pure but for two functions that ask others: `sender_authentication` (DNS, two seconds at most) and `unreachable` (the
servers behind the links; for a task). Their answers are handed to `examine`, which asks nobody.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.compose import Compiled
from notifications.models.addresses import HOUSE_NAMES
from notifications.preflight import volume
from notifications.preflight.entry import Entry, of_entry
from notifications.preflight.findings import Finding, Outcome, Severity, Verdict, by_weight, note, stop, warn
from notifications.preflight.links import unreachable
from notifications.preflight.page import Page
from notifications.preflight.sender import sender_authentication
from notifications.preflight.tally import Cases, Tally
from notifications.preflight.texts import LONG_SUBJECT, of_message
from notifications.quiet import is_quiet
from organisations.addresses import is_certified
from organisations.languages import Language

__all__ = [
    "Entry", "Facts", "Finding", "Outcome", "Severity", "Verdict", "addresses", "examine", "examine_in", "sender_authentication",
    "unreachable",
]  # fmt: skip

#: Bytes of a message; Gmail hides what comes after 102 kB, and with it the way out of the list.
LARGEST_MESSAGE = 100_000
#: Who has rules for bulk senders.
BULK_RULES = frozenset(HOUSE_NAMES[house] for house in ("google", "microsoft", "yahoo"))
#: Messages to one mail house from which its rules for bulk senders hold.
BULK = 5_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What the examination cannot see in the texts."""

    #: Not asked for by each recipient: needs the way out.
    is_bulk: bool = True
    #: Whether everybody must find their personal link in it.
    needs_link: bool = True
    languages: tuple[str, ...] = tuple(Language.values)
    #: Of the event that it invites to; None when it invites to nothing.
    entry: Entry | None = None
    #: When the sending begins; None when it is not decided.
    starts_at: datetime | None = None
    #: Messages a second, measured; None when nothing has been sent yet.
    speed: float | None = None
    #: Messages a second and a day that the lane's limits let through, and how many have left today; None: no limit.
    rate: float | None = None
    daily_cap: int | None = None
    sent_today: int = 0
    #: Whether it waits in the evening, at night and on Sundays.
    rests: bool = False
    #: What `sender_authentication` found, if it was asked.
    sender: tuple[Finding, ...] = ()
    #: What `unreachable` found, if it was asked: address and reason.
    unreachable: Mapping[str, str] = field(default_factory=dict)


def examine(
    messages: Mapping[str, Compiled],
    values: Iterable[Mapping[str, str]],
    facts: Facts,
    alike: Mapping[str, Mapping[str, str]] | None = None,
) -> Verdict:
    """The verdict on a campaign, in the active language.

    `messages` by language; `values` one mapping for each recipient, read once and not kept: the value of every
    variable, and `language` and `address` of the recipient. `alike`, by language: the variables whose value is the same
    for all who have it, which need not stand in each mapping.
    """
    return _verdict(messages, Tally(messages, alike).add_all(values), facts)


def examine_in(
    languages: Iterable[str],
    messages: Mapping[str, Compiled],
    values: Iterable[Mapping[str, str]],
    facts: Facts,
    alike: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Verdict]:
    """The same in several languages; the recipients are looked at once."""
    tally, found = Tally(messages, alike).add_all(values), {}
    for language in languages:
        with translation.override(language):
            found[language] = _verdict(messages, tally, facts)
    return found


def _verdict(messages: Mapping[str, Compiled], tally: Tally, facts: Facts) -> Verdict:
    pages = {language: Page(message.html.text) for language, message in messages.items()}
    seconds = _seconds(tally.recipients, facts)
    findings = [
        *(found for language, message in messages.items()
          for found in of_message(message, pages[language], facts.is_bulk, facts.needs_link)),
        *_of_languages(messages, tally, facts), *_of_values(tally), *_of_size(tally),
        *_of_reach(facts), *facts.sender, *_of_time(facts, seconds), *_of_houses(tally),
    ]  # fmt: skip
    if facts.entry:
        findings += of_entry(facts.entry, facts.starts_at or timezone.now(), seconds)
    return Verdict(by_weight(findings), tally.recipients, tally.largest, seconds)


def addresses(messages: Mapping[str, Compiled]) -> list[str]:
    """The fixed web addresses in the messages, for `unreachable`."""
    targets = (link.target for message in messages.values() for link in Page(message.html.text).links)
    return list(dict.fromkeys(target for target in targets if target.startswith("https://")))


def _seconds(recipients: int, facts: Facts) -> float | None:
    """How long the sending takes, by the slower of what was measured and what is allowed."""
    speed = min((speed for speed in (facts.speed, facts.rate) if speed), default=None)
    if speed is None:
        return None
    pace = volume.Pace(speed, facts.daily_cap, facts.sent_today, facts.rests)
    return volume.lasting(recipients, facts.starts_at or timezone.now(), pace)


def _of_languages(messages: Mapping[str, Compiled], tally: Tally, facts: Facts) -> Iterator[Finding]:
    if not messages:
        yield stop("no_message", _("There is no text."), _("Write it."))
    names = dict(Language.choices)
    for language in facts.languages:
        if language in messages:
            continue
        words = _("There is no text in %(language)s.") % {"language": names.get(language, language)}
        if count := tally.unwritten[language]:
            yield warn("language_missing", f"{words} {_recipients(count)}", _("They get the other language."))
        else:
            yield note("language_missing", words)


def _of_values(tally: Tally) -> Iterator[Finding]:
    if not tally.recipients:
        yield stop("nobody", _("Nobody would receive it."), _("Widen the audience."))
    for name, cases in sorted(tally.missing.items()):
        yield stop("missing_value", _("{%(name)s} is missing.") % {"name": name} + " " + _cases(cases),
                   _("Complete these entries, or do without the word."))  # fmt: skip
    for name, cases in sorted(tally.gaps.items()):
        yield warn("gap", _("{%(name)s} is empty and leaves a hole in the sentence.") % {"name": name} + " "
                   + _cases(cases), _("Write the sentence so that it reads well without the word."))  # fmt: skip
    if tally.intruding.count:
        yield warn("intruding_address", _("A name contains a web address.") + " " + _cases(tally.intruding),
                   _("Correct the name: mail programs make a link of it."))  # fmt: skip
    yield from _of_bad_addresses(tally.bad_addresses)


def _of_bad_addresses(bad: Mapping[str, Cases]) -> Iterator[Finding]:
    if "here" in bad:
        yield warn("local_link", _("The personal links open on this computer only."),
                   _("Set SITE_URL to the public address of the portal."))  # fmt: skip
    for wrong in sorted(set(bad) - {"here"}):
        yield stop("bad_link", _("A personal link does not work or is not encrypted.") + " " + _cases(bad[wrong]),
                   _("Set SITE_URL to the public address of the portal."))  # fmt: skip


def _recipients(count: int) -> str:
    return ngettext("%(number)s recipient.", "%(number)s recipients.", count) % {"number": count}


def _cases(cases: Cases) -> str:
    names = ", ".join(name for name in cases.names if name)
    more = "…" if cases.count > len(cases.names) else ""
    return f"{_recipients(cases.count)[:-1]}: {names}{more}" if names else _recipients(cases.count)


def _of_size(tally: Tally) -> Iterator[Finding]:
    if tally.largest > LARGEST_MESSAGE:
        yield stop("too_large", _("The largest message has %(size)s kB; Gmail cuts at 102 kB.")
                   % {"size": tally.largest // 1000}, _("Shorten the text."))  # fmt: skip
    if tally.longest_subject > LONG_SUBJECT:
        yield warn("long_subject", _("The longest subject has %(length)s characters and will be cut in lists.")
                   % {"length": tally.longest_subject}, _("Put the important words first, or shorten it."))  # fmt: skip


def _of_reach(facts: Facts) -> Iterator[Finding]:
    for address, reason in facts.unreachable.items():
        yield warn("unreachable", _("%(address)s does not answer: %(reason)s.")
                   % {"address": address[:80], "reason": reason}, _("Open it yourself and correct it."))  # fmt: skip


def _of_time(facts: Facts, seconds: float | None) -> Iterator[Finding]:
    if seconds is None:
        yield note("duration_unknown", _("How long it takes is not known: no speed has been measured yet."))
    else:
        yield note("duration", _("The sending takes %(duration)s.") % {"duration": volume.in_words(seconds)})
    if facts.starts_at and is_quiet(facts.starts_at):
        yield warn("quiet_hours", _("It would leave between 21 and 8 or on a Sunday."),
                   _("Choose a working hour, unless it is urgent."))  # fmt: skip
    elif facts.starts_at and seconds and volume.runs_into_quiet(facts.starts_at, seconds):
        yield warn("runs_into_quiet_hours", _("It would still be under way between 21 and 8 or on a Sunday."),
                   _("Begin earlier, or send it in parts."))  # fmt: skip


def _of_houses(tally: Tally) -> Iterator[Finding]:
    houses = volume.by_house(tally.domains)
    if not tally.recipients:
        return
    shown = ", ".join(f"{house or '–'} {count}" for house, count in houses[:5]) + ("…" if len(houses) > 5 else "")
    yield note("houses", _("Recipients by mail house: %(houses)s.") % {"houses": shown})
    for house, count in houses:
        if count >= BULK and house in BULK_RULES:
            yield warn("bulk_rules", _("%(count)s messages go to %(house)s, which then counts you as a bulk sender "
                                       "for good.") % {"count": count, "house": house},
                       _("SPF, DKIM and DMARC must be in order; send in parts."))  # fmt: skip
    certified = sum(count for domain, count in tally.domains.items() if is_certified(domain))
    if certified:
        yield warn("certified_mail", _("Certified addresses (PEC) often refuse ordinary mail.") + " "
                   + _recipients(certified), _("Use the ordinary address where there is one."))  # fmt: skip
