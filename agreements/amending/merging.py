"""Three-way merge of an article's text, token by token. It never undoes silently what was accepted before.

Changes of the two sides are both taken where at least one unchanged word, or the border of a line, stands between
them: two proposals that touch make a sentence that nobody wrote. There, and where the joined Markdown would have
other paragraphs, items or emphasis than both sides asked for, a person decides. Why not `merge3`: decision 0035.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agreements.tokens import Edit, edits, is_apart, tokens
from organisations.markup import kinds_of


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch that both sides changed: how it was, how it is now, how it is proposed."""

    base: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Both sides' changes in one text."""

    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A person must decide. `pieces`: the text in order, merged where it could be, with the regions between."""

    pieces: tuple[str | Region, ...]

    @property
    def regions(self) -> tuple[Region, ...]:
        """The stretches to be decided."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Region))


class _Side:
    """One side's tokens and its changes of the base."""

    def __init__(self, base: Sequence[str], text: str) -> None:
        self.base, self.tokens = base, tokens(text)
        self.edits = edits(base, self.tokens)

    def between(self, start: int, end: int) -> str:
        """What this side makes of base[start:end]; no edit may cross these borders."""
        parts: list[str] = []
        at = start
        for edit in self.edits:
            if start <= edit.start and edit.end <= end:
                parts += [*self.base[at : edit.start], *self.tokens[edit.new_start : edit.new_end]]
                at = edit.end
        return "".join([*parts, *self.base[at:end]])


@dataclass(slots=True)
class _Stretch:
    """Base tokens within which edits touch one another, and whose edits they are."""

    start: int
    end: int
    sides: set[int]


def merge(base: str, ours: str, theirs: str) -> Merged | Conflict:
    """Take over into `ours` what `theirs` changed of `base`; the same result whichever side is called ours.

    Texts are `normal`; a change that both sides made alike counts once.
    """
    if theirs in (base, ours):
        return Merged(ours)
    if ours == base:
        return Merged(theirs)
    words = tokens(base)
    sides = (_Side(words, ours), _Side(words, theirs))
    pieces: list[str | Region] = []
    shared: list[str] = []  # the base with what both sides changed alike
    at = 0
    for stretch in _stretches(words, sides):
        between, before = "".join(words[at : stretch.start]), "".join(words[stretch.start : stretch.end])
        now, proposed = (side.between(stretch.start, stretch.end) for side in sides)
        is_shared = now == proposed
        pieces += [between, _settled(before, now, proposed, stretch.sides)]
        shared += [between, now if is_shared else before]
        at = stretch.end
    rest = "".join(words[at:])
    return _whole((*pieces, rest), "".join([*shared, rest]), base, ours, theirs)


def _settled(before: str, now: str, proposed: str, sides: set[int]) -> str | Region:
    if now == proposed:
        return now
    if len(sides) == 1:
        return now if 0 in sides else proposed
    return Region(before, now, proposed)


def _stretches(base: Sequence[str], sides: tuple[_Side, _Side]) -> list[_Stretch]:
    """All edits in order, those of which nothing keeps apart together."""
    marked: list[tuple[Edit, int]] = sorted((edit, number) for number, side in enumerate(sides) for edit in side.edits)
    found: list[_Stretch] = []
    for edit, number in marked:
        last = found[-1] if found else None
        if last and (edit.start < last.end or not is_apart(base, last.end, edit.start)):
            last.end = max(last.end, edit.end)
            last.sides.add(number)
        else:
            found.append(_Stretch(edit.start, edit.end, {number}))
    return found


def _whole(pieces: tuple[str | Region, ...], shared: str, base: str, ours: str, theirs: str) -> Merged | Conflict:
    """The text if nothing is left to decide and its Markdown is what both sides asked for."""
    if any(isinstance(piece, Region) for piece in pieces):
        return Conflict(tuple(piece for piece in pieces if piece))
    text = "".join(str(piece) for piece in pieces)
    common = kinds_of(shared)
    if _minus(kinds_of(text), common) == _plus(_minus(kinds_of(ours), common), _minus(kinds_of(theirs), common)):
        return Merged(text)
    return Conflict((Region(base, ours, theirs),))


def _minus(one: Counter[str], other: Counter[str]) -> dict[str, int]:
    return {kind: count for kind in one | other if (count := one[kind] - other[kind])}


def _plus(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {kind: count for kind in one | other if (count := one.get(kind, 0) + other.get(kind, 0))}
