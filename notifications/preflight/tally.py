"""One pass over all recipients' values, in little memory: what lacks, how large, where to."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from notifications.compose import BY_NAME, Compiled, as_html, clean
from notifications.compose.variables import SLOT
from notifications.preflight.links import fault
from notifications.preflight.volume import domain_of

#: Bytes of headers and MIME boundaries around the two parts.
AROUND = 2_000
#: What a layout computes for itself.
_COMPUTED = {"greeting"}
_ADDRESS_LIKE = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|net|org|it|eu|info|ru|cn)/", re.IGNORECASE)


@dataclass(slots=True)
class Cases:
    """How many recipients something holds for, and the first three of them by name."""

    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, row: Mapping[str, str]) -> None:
        self.count += 1
        if len(self.names) < 3:
            self.names.append(clean(row.get("organisation") or row.get("name") or row.get("address") or ""))


class Tally:
    """What all recipients' values come to. Feed it one row after the other.

    `alike`: by language of the recipient, the values that stand in no row because all of them share them.
    """

    def __init__(self, messages: Mapping[str, Compiled], alike: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._messages = messages
        self._alike = alike or {}
        self._looks: dict[str, _Look | None] = {}
        self._seen: dict[_Wanted, tuple[str, Cases | None]] = {}
        self.recipients = 0
        self.missing: dict[str, Cases] = {}
        self.gaps: dict[str, Cases] = {}
        self.bad_addresses: dict[str, Cases] = {}
        self.intruding = Cases()
        self.unwritten: Counter[str] = Counter()
        self.domains: Counter[str] = Counter()
        self.largest = 0
        self.longest_subject = 0

    def add_all(self, rows: Iterable[Mapping[str, str]]) -> "Tally":
        for row in rows:
            self._add(row)
        return self

    def _add(self, row: Mapping[str, str]) -> None:
        self.recipients += 1
        self.domains[domain_of(row.get("address", ""))] += 1
        language = row.get("language", "")
        if language not in self._looks:
            self._looks[language] = self._look_for(language)
        look = self._looks[language]
        if look is None:
            return
        if language and language not in self._messages:
            self.unwritten[language] += 1
        self._look_at_values(look, row)
        self.largest = max(self.largest, look.size.of(row))
        self.longest_subject = max(self.longest_subject, look.size.of_subject(row))

    def _look_for(self, language: str) -> "_Look | None":
        """What there is to look at in a row of this language; None where nothing at all is written."""
        message = self._messages.get(language) or next(iter(self._messages.values()), None)
        if message is None:
            return None
        alike = self._alike.get(language, {})
        wanted = list(_wanted(message))
        shared = [self._cases_for(*each, clean(alike[each[0]])) for each in wanted if each[0] in alike]
        own = [each for each in wanted if each[0] not in alike]
        return _Look(own, [cases for cases in shared if cases is not None], _Size(message, alike))

    def _look_at_values(self, look: "_Look", row: Mapping[str, str]) -> None:
        seen = self._seen
        for wanted in look.wanted:
            value = row.get(wanted[0]) or ""
            before = seen.get(wanted)
            if before is None or before[0] != value:  # else the very text of the recipient before: found the same
                before = seen[wanted] = (value, self._cases_for(*wanted, clean(value)))
            if before[1] is not None:
                before[1].add(row)
        for cases in look.shared:
            cases.add(row)
        names = f"{row.get('organisation') or ''} {row.get('name') or ''}"
        if ("." in names or "/" in names) and _ADDRESS_LIKE.search(names):
            self.intruding.add(row)

    def _cases_for(self, name: str, may_be_empty: bool, is_trusted: bool, is_written: bool, value: str) -> Cases | None:
        """What is wrong with this value of a variable; None: nothing."""
        if not value and not may_be_empty:
            return self.missing.setdefault(name, Cases())
        if not value:
            return self.gaps.setdefault(name, Cases()) if is_written else None
        wrong = fault(value) if is_trusted else ""
        return self.bad_addresses.setdefault(wrong, Cases()) if wrong else None


#: A variable: name, may be empty, is an address, stands in the organiser's words.
_Wanted = tuple[str, bool, bool, bool]


@dataclass(frozen=True, slots=True)
class _Look:
    """What is looked at in every row of one language."""

    wanted: list[_Wanted]
    #: What is wrong with the values that all share: it holds for each of them.
    shared: list[Cases]
    size: "_Size"


def _wanted(message: Compiled) -> Iterator[_Wanted]:
    """The variables that a recipient must have."""
    written = _written(message)
    for name in message.variables - _COMPUTED:
        variable = BY_NAME.get(name)
        yield name, bool(variable and variable.may_be_empty), bool(variable and variable.is_trusted), name in written


def _written(message: Compiled) -> set[str]:
    """The variables in the organiser's own words."""
    source = message.source
    return set(SLOT.findall(f"{source.subject} {source.preheader} {source.text or source.body} {source.body}"))


class _Size:
    """The size of a filled message by counting, without filling it."""

    def __init__(self, message: Compiled, alike: Mapping[str, str]) -> None:
        in_html, in_text = Counter(message.html.variables), Counter(message.text.variables)
        in_subject = Counter(message.subject.variables)
        self._seen: dict[str, tuple[str, int]] = {}
        times = [(name, in_html[name], in_text[name]) for name in {*in_html, *in_text}]
        self._times = [each for each in times if each[0] not in alike]
        self._in_subject = [(name, number) for name, number in in_subject.items() if name not in alike]
        marker = len(message.html.markers[0][0])
        parts = (message.html, message.text)
        self._fixed = AROUND + sum(len(t.text.encode()) - marker * len(t.variables) for t in parts)
        self._fixed += sum(_octets(alike[name], html, text) for name, html, text in times if name in alike)
        self._fixed_subject = len(message.subject.text) - marker * len(message.subject.variables)
        self._fixed_subject += sum(n * len(alike[name]) for name, n in in_subject.items() if name in alike)

    def of(self, row: Mapping[str, str]) -> int:
        """Bytes of the message with these values."""
        total, seen = self._fixed, self._seen
        for name, in_html, in_text in self._times:
            value = row.get(name) or ""
            before = seen.get(name)
            if before is None or before[0] != value:  # else the very text of the recipient before
                before = seen[name] = (value, _octets(value, in_html, in_text))
            total += before[1]
        return total

    def of_subject(self, row: Mapping[str, str]) -> int:
        """Characters of the subject with these values."""
        return self._fixed_subject + sum(n * len(row.get(name) or "") for name, n in self._in_subject)


def _octets(value: str, in_html: int, in_text: int) -> int:
    """What a value adds to a message, so many times escaped and so many times as it is."""
    return in_html * len(as_html(value).encode()) + in_text * len(value.encode())
