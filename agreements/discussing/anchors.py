"""Where a quoted passage stands in another version of its article. Pure: text in, places out.

A quotation is kept with some forty characters before and after it. It is looked for by its exact words; where these
stand more than once, what stood beside them decides; where they were rewritten, an alignment of both texts does. In
doubt it is not found: a remark that hangs at the wrong sentence is worse than one that says its passage is gone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape

from django.utils.html import strip_tags

from organisations.markup import to_html

#: Characters kept of what stands before and after.
CONTEXT = 40
#: How much of a rewritten passage, by characters of its words, must have stayed for it to count as the same.
LIKE_ENOUGH = 0.6
_TOKENS = re.compile(r"\w+|[^\w\s]", re.UNICODE)


class NotInText(Exception):
    """The words do not stand in the article."""


class Ambiguous(Exception):
    """The words stand there more than once, and nothing says which are meant."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A passage and what stands beside it; shorter than CONTEXT only at the ends of the text."""

    quote: str
    prefix: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands; `is_exact`: in the same words."""

    start: int
    end: int
    is_exact: bool


def plain(source: str) -> str:
    """An article's text as it is read: without marks of Markdown, all white space as one blank."""
    return folded(unescape(strip_tags(to_html(source))))


def folded(text: str) -> str:
    """Every run of white space as one blank."""
    return " ".join(text.split())


def anchor(text: str, passage: str, before: str = "") -> Anchor:
    """The passage of `text` (plain) that somebody chose, widened to whole words.

    `before`: what stands just before it, where a browser knows. Raises NotInText, Ambiguous.
    """
    passage, before = folded(passage), folded(before)
    spans = {_whole_words(text, *span) for span in _spans(text, passage)} if passage else set()
    if not spans:
        raise NotInText
    if len(spans) > 1 and before:
        spans = {span for span in spans if text[: span[0]].rstrip().endswith(before)}
    if len(spans) != 1:
        raise Ambiguous
    start, end = spans.pop()
    chosen = Anchor(text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT])
    if _by_context(chosen, text, text) is None:
        raise Ambiguous
    return chosen


def find(chosen: Anchor, old: str, new: str) -> Place | None:
    """Where the passage chosen in `old` stands in `new` (both plain); None when it cannot be said for certain."""
    there, here = _words(old, chosen.quote), _words(new, chosen.quote)
    if len(there) == len(here) == 1:
        return Place(*here[0], is_exact=True)
    if here:
        span = _by_context(chosen, old, new)
        return Place(*span, is_exact=True) if span else None
    return _aligned(old, new, *there[0]) if len(there) == 1 else None


# -- inside -----------------------------------------------------------------------------------------------------------


def _spans(text: str, passage: str) -> list[tuple[int, int]]:
    """Every place, also overlapping ones."""
    return [(found.start(), found.start() + len(passage)) for found in re.finditer(f"(?={re.escape(passage)})", text)]


def _words(text: str, passage: str) -> list[tuple[int, int]]:
    """Those places that do not begin or end within a word."""
    return [span for span in _spans(text, passage) if _whole_words(text, *span) == span]


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and _is_within(text, start):
        start -= 1
    while end < len(text) and _is_within(text, end):
        end += 1
    return start, end


def _is_within(text: str, at: int) -> bool:
    return bool(re.fullmatch(r"\w\w", text[at - 1 : at + 1]))


def _by_context(chosen: Anchor, old: str, new: str) -> tuple[int, int] | None:
    """The one place of the quotation with what stood beside it, on a side that no other place of it had."""
    known = _words(old, chosen.quote)
    sides = [matches for matches in (_before, _after) if sum(matches(chosen, old, *span) for span in known) == 1]
    if len(known) == 1:
        sides = [_before, _after]
    kept = [span for span in _words(new, chosen.quote) if any(matches(chosen, new, *span) for matches in sides)]
    if not sides and len(known) > 1:  # each side alone stands elsewhere too: only both together tell
        kept = [s for s in _words(new, chosen.quote) if _before(chosen, new, *s) and _after(chosen, new, *s)]
        if sum(_before(chosen, old, *s) and _after(chosen, old, *s) for s in known) > 1:
            return None
    return kept[0] if len(kept) == 1 else None


def _before(chosen: Anchor, text: str, start: int, _end: int) -> bool:
    """Whether the same stands before; a short prefix stood at the beginning of the text."""
    return text[max(0, start - CONTEXT) : start] == chosen.prefix


def _after(chosen: Anchor, text: str, _start: int, end: int) -> bool:
    return text[end : end + CONTEXT] == chosen.suffix


def _aligned(old: str, new: str, start: int, end: int) -> Place | None:
    """The stretch of `new` that became of old[start:end], if enough of its words stayed and little came between."""
    before, after = list(_TOKENS.finditer(old)), list(_TOKENS.finditer(new))
    inside = {number for number, token in enumerate(before) if start <= token.start() and token.end() <= end}
    kept = [after[there] for here, there in _pairs(before, after) if here in inside]
    if not kept:
        return None
    weight = sum(len(before[number].group()) for number in inside)
    stretch = kept[0].start(), kept[-1].end()
    if sum(len(token.group()) for token in kept) < LIKE_ENOUGH * weight or stretch[1] - stretch[0] > 2 * (end - start):
        return None
    return Place(*stretch, is_exact=False)


def _pairs(before: Sequence[re.Match[str]], after: Sequence[re.Match[str]]) -> list[tuple[int, int]]:
    matcher = SequenceMatcher(None, [t.group() for t in before], [t.group() for t in after], autojunk=False)
    return [(a + step, b + step) for a, b, size in matcher.get_matching_blocks() for step in range(size)]
