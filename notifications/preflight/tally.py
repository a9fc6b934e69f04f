"""One pass over all recipients' values, in little memory: what lacks, how large, where to."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
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

    def add(self, name: str) -> None:
        self.count += 1
        if len(self.names) < 3:
            self.names.append(name)


class Tally:
    """What all recipients' values come to. Feed it one row after the other."""

    def __init__(self, messages: Mapping[str, Compiled]) -> None:
        self._messages = messages
        self._fallback = next(iter(messages.values()), None)
        self._sizes = {language: _Size(message) for language, message in messages.items()}
        self._own = {language: _written(message) for language, message in messages.items()}
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
        message = self._messages.get(language, self._fallback)
        if message is None:
            return
        if language and language not in self._messages:
            self.unwritten[language] += 1
        who = clean(row.get("organisation") or row.get("name") or row.get("address") or "")
        self._look_at_values(message, row, who)
        size = self._sizes[message.language]
        self.largest = max(self.largest, size.of(row))
        self.longest_subject = max(self.longest_subject, size.of_subject(row))

    def _look_at_values(self, message: Compiled, row: Mapping[str, str], who: str) -> None:
        for name in message.variables - _COMPUTED:
            value, variable = clean(row.get(name) or ""), BY_NAME.get(name)
            may_be_empty = bool(variable and variable.may_be_empty)
            if not value and not may_be_empty:
                self.missing.setdefault(name, Cases()).add(who)
            elif not value and name in self._own[message.language]:
                self.gaps.setdefault(name, Cases()).add(who)
            elif value and variable and variable.is_trusted and (wrong := fault(value)):
                self.bad_addresses.setdefault(wrong, Cases()).add(who)
        if _ADDRESS_LIKE.search(" ".join((row.get("organisation") or "", row.get("name") or ""))):
            self.intruding.add(who)


def _written(message: Compiled) -> set[str]:
    """The variables in the organiser's own words."""
    source = message.source
    return set(SLOT.findall(f"{source.subject} {source.preheader} {source.text or source.body} {source.body}"))


class _Size:
    """The size of a filled message by counting, without filling it."""

    def __init__(self, message: Compiled) -> None:
        self._in_html = Counter(message.html.variables)
        self._in_text = Counter(message.text.variables)
        self._in_subject = Counter(message.subject.variables)
        self._names = set(self._in_html) | set(self._in_text)
        marker = len(message.html.markers[0][0])
        parts = (message.html, message.text)
        self._fixed = AROUND + sum(len(t.text.encode()) - marker * len(t.variables) for t in parts)
        self._fixed_subject = len(message.subject.text) - marker * len(message.subject.variables)

    def of(self, row: Mapping[str, str]) -> int:
        """Bytes of the message with these values."""
        return self._fixed + sum(self._bytes(name, row.get(name) or "") for name in self._names)

    def _bytes(self, name: str, value: str) -> int:
        return self._in_html[name] * len(as_html(value).encode()) + self._in_text[name] * len(value.encode())

    def of_subject(self, row: Mapping[str, str]) -> int:
        """Characters of the subject with these values."""
        return self._fixed_subject + sum(n * len(row.get(name) or "") for name, n in self._in_subject.items())
