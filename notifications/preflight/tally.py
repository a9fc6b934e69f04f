"""One pass over all recipients' values, in little memory: what lacks, how large, where to."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

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
        self._wanted = {language: list(_wanted(message)) for language, message in messages.items()}
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
        for name, may_be_empty, is_trusted, is_written in self._wanted[message.language]:
            value = clean(row.get(name) or "")
            if not value:
                if not may_be_empty:
                    self.missing.setdefault(name, Cases()).add(who)
                elif is_written:
                    self.gaps.setdefault(name, Cases()).add(who)
            elif is_trusted and (wrong := fault(value)):
                self.bad_addresses.setdefault(wrong, Cases()).add(who)
        if _ADDRESS_LIKE.search(f"{row.get('organisation') or ''} {row.get('name') or ''}"):
            self.intruding.add(who)


def _wanted(message: Compiled) -> Iterator[tuple[str, bool, bool, bool]]:
    """The variables that a recipient must have: name, may be empty, is an address, stands in the organiser's words."""
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

    def __init__(self, message: Compiled) -> None:
        in_html, in_text = Counter(message.html.variables), Counter(message.text.variables)
        self._in_subject = list(Counter(message.subject.variables).items())
        self._times = [(name, in_html[name], in_text[name]) for name in {*in_html, *in_text}]
        marker = len(message.html.markers[0][0])
        parts = (message.html, message.text)
        self._fixed = AROUND + sum(len(t.text.encode()) - marker * len(t.variables) for t in parts)
        self._fixed_subject = len(message.subject.text) - marker * len(message.subject.variables)

    def of(self, row: Mapping[str, str]) -> int:
        """Bytes of the message with these values."""
        total = self._fixed
        for name, in_html, in_text in self._times:
            as_it_is, escaped = _octets(row.get(name) or "")
            total += in_html * escaped + in_text * as_it_is
        return total

    def of_subject(self, row: Mapping[str, str]) -> int:
        """Characters of the subject with these values."""
        return self._fixed_subject + sum(n * len(row.get(name) or "") for name, n in self._in_subject)


@lru_cache(maxsize=1024)  # most values are alike for everybody
def _octets(value: str) -> tuple[int, int]:
    """Bytes of a value in the text and, escaped, in HTML."""
    return len(value.encode()), len(as_html(value).encode())
