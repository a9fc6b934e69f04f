"""The restricted Markdown as tokens, and what changed from one list of tokens to another.

Tokens joined are the text again. Words are compared, never characters: an article's reader thinks in words.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

#: Paragraph break, line end, marker of a list item, white space, word, anything else one by one.
_TOKENS = re.compile(r"\n(?:[^\S\n]*\n)+|\n|(?m:^)[^\S\n]*(?:[-*+]|\d{1,9}[.)])[^\S\n]+|[^\S\n]+|\w+|[^\w\s]")
_MARKER = re.compile(r"[^\S\n]*(?:[-*+]|\d{1,9}[.)])[^\S\n]+")
#: Stretches without an anchor are left to difflib, whose time grows with the square, up to this many pairs.
_EXACT = 250_000
#: Tokens in a row that may be an anchor; longer ones where every word comes again and again.
_LENGTHS = (1, 5, 11, 23)


class Edit(NamedTuple):
    """old[start:end] became new[new_start:new_end]."""

    start: int
    end: int
    new_start: int
    new_end: int


class Block(NamedTuple):
    """old[start:start + size] equals new[new_start:new_start + size]."""

    start: int
    new_start: int
    size: int


def tokens(text: str) -> list[str]:
    """The tokens of a text; joined they are the text."""
    return _TOKENS.findall(text)


def is_word(token: str) -> bool:
    """Whether somebody would read it aloud."""
    return token[0].isalnum() or token[0] == "_"


def is_structure(token: str) -> bool:
    """Whether it separates paragraphs, lines or items of a list."""
    return token[0] == "\n" or bool(_MARKER.fullmatch(token))


def edits(old: Sequence[str], new: Sequence[str]) -> list[Edit]:
    """What changed, in order. Edits between which only white space or punctuation stands are one edit."""
    found: list[Edit] = []
    i = j = 0
    for block in (*_blocks(old, 0, len(old), new, 0, len(new)), Block(len(old), len(new), 0)):
        if block.start > i or block.new_start > j:
            found.append(Edit(i, block.start, j, block.new_start))
        i, j = block.start + block.size, block.new_start + block.size
    return _joined(found, old)


def _joined(found: list[Edit], old: Sequence[str]) -> list[Edit]:
    joined: list[Edit] = []
    for edit in found:
        if joined and not is_apart(old, joined[-1].end, edit.start):
            last = joined[-1]
            edit = Edit(last.start, edit.end, last.new_start, edit.new_end)
            joined[-1] = edit
        else:
            joined.append(edit)
    return joined


def is_apart(old: Sequence[str], start: int, end: int) -> bool:
    """Whether an unchanged word or structure stands between two edits."""
    return any(is_word(token) or is_structure(token) for token in old[start:end])


def _blocks(
    old: Sequence[str], low: int, high: int, new: Sequence[str], new_low: int, new_high: int
) -> Iterator[Block]:
    """Equal runs in order: what both begin and end with, then around what each side has once, then by difflib."""
    start, new_start = low, new_low
    while low < high and new_low < new_high and old[low] == new[new_low]:
        low, new_low = low + 1, new_low + 1
    if low > start:
        yield Block(start, new_start, low - start)
    tail = 0
    while low < high - tail and new_low < new_high - tail and old[high - tail - 1] == new[new_high - tail - 1]:
        tail += 1
    if low < high - tail and new_low < new_high - tail:
        yield from _between(old, low, high - tail, new, new_low, new_high - tail)
    if tail:
        yield Block(high - tail, new_high - tail, tail)


def _between(
    old: Sequence[str], low: int, high: int, new: Sequence[str], new_low: int, new_high: int
) -> Iterator[Block]:
    few = (high - low) * (new_high - new_low) <= _EXACT
    lengths = (1,) if few else _LENGTHS
    anchors = next(filter(None, (_anchors(old, low, high, new, new_low, new_high, length) for length in lengths)), [])
    if not anchors:
        matcher = SequenceMatcher(None, old[low:high], new[new_low:new_high], autojunk=not few)
        yield from (Block(low + m.a, new_low + m.b, m.size) for m in matcher.get_matching_blocks() if m.size)
        return
    i, j = low, new_low
    for at, new_at in anchors:
        if at < i or new_at < j:
            continue  # within the run before
        yield from _blocks(old, i, at, new, j, new_at)
        size = 1
        while at + size < high and new_at + size < new_high and old[at + size] == new[new_at + size]:
            size += 1
        yield Block(at, new_at, size)
        i, j = at + size, new_at + size
    yield from _blocks(old, i, high, new, j, new_high)


def _anchors(
    old: Sequence[str], low: int, high: int, new: Sequence[str], new_low: int, new_high: int, length: int
) -> list[tuple[int, int]]:
    """Where tokens that stand so in a row once on each side begin, the longest series in the same order."""
    rows = [tuple(old[at : at + length]) for at in range(low, high - length + 1)]
    new_rows = [tuple(new[at : at + length]) for at in range(new_low, new_high - length + 1)]
    once = {row for row, count in Counter(new_rows).items() if count == 1}
    once &= {row for row, count in Counter(rows).items() if count == 1}
    where = {row: at for at, row in enumerate(new_rows, start=new_low) if row in once}
    pairs = [(at, where[row]) for at, row in enumerate(rows, start=low) if row in once]
    return [pairs[index] for index in longest_rising([new_at for _at, new_at in pairs])]


def longest_rising(values: Sequence[int]) -> list[int]:
    """The indexes of a longest rising series (patience sorting): what keeps its order, while the rest moved."""
    ends: list[int] = []
    tops: list[int] = []
    before: list[int] = []
    for index, value in enumerate(values):
        pile = bisect_left(ends, value)
        before.append(tops[pile - 1] if pile else -1)
        ends[pile : pile + 1] = [value]
        tops[pile : pile + 1] = [index]
    series: list[int] = []
    index = tops[-1] if tops else -1
    while index >= 0:
        series.append(index)
        index = before[index]
    return series[::-1]
