"""An amendment as a redline: what was there, what is proposed, what was written in the end."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agreements.amending.merging import Conflict, Merged
from agreements.amending.models import Amendment, AmendmentDecision
from agreements.redline import marked

Kind = Amendment.Kind


@dataclass(frozen=True, slots=True)
class Shown:
    """Heading and text with marks; `place`: in words where the article goes, if that is what is asked."""

    heading: SafeString
    body: SafeString
    place: str = ""


def proposed(amendment: Amendment, positions: dict[int, int]) -> Shown:
    """What is asked for. `positions`: article's key -> its number in the amendment's version."""
    base = amendment.base
    heading, source = (base.heading, base.source) if base else ("", "")
    if amendment.kind == Kind.MOVE:
        return Shown(marked(heading, heading), marked(source, source), _place(amendment, positions))
    place = _place(amendment, positions) if amendment.kind == Kind.INSERT else ""
    return Shown(marked(heading, amendment.heading), marked(source, amendment.source), place)


def _place(amendment: Amendment, positions: dict[int, int]) -> str:
    if amendment.after_id is None:
        return _("at the beginning of the text")
    return _("after article %(number)s") % {"number": positions.get(amendment.after_id, "?")}


def written(decision: AmendmentDecision) -> Shown | None:
    """What the decision changed in the text in preparation; none if it changed nothing there."""
    if decision.version_id is None:
        return None
    return Shown(marked(decision.heading_before, decision.heading), marked(decision.source_before, decision.source))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text by hand: as it is, or with the three ways in which it stands."""

    text: str = ""
    base: str = ""
    now: str = ""
    proposed: str = ""
    is_conflict: bool = False


#: Stand around the two ways in the text by hand; as long as they do, the text is not finished.
OPENING, CLOSING = "⟦", "⟧"


def pieces(result: Merged | Conflict | None) -> list[Piece]:
    """A merge for the page."""
    if result is None:
        return []
    if isinstance(result, Merged):
        return [Piece(result.text)]
    return [
        Piece(part) if isinstance(part, str) else Piece("", part.base, part.ours, part.theirs, is_conflict=True)
        for part in result.pieces
    ]


def to_finish(result: Merged | Conflict | None) -> str:
    """The text by hand to begin with: both ways where they clash, each between its marks."""
    now, asked = _("NOW:"), _("PROPOSED:")
    return "".join(
        f"{OPENING}{now} {one.now}{CLOSING}{OPENING}{asked} {one.proposed}{CLOSING}" if one.is_conflict else one.text
        for one in pieces(result)
    )


def is_finished(text: str) -> bool:
    """Whether no mark is left in it."""
    return OPENING not in text and CLOSING not in text
