"""The change table of a version: article, proposer, what was asked, outcome, reason; for the annex of a resolution."""

from dataclasses import dataclass

from agreements.amending import redlines
from agreements.amending.models import Amendment
from agreements.amending.redlines import Shown
from agreements.models import TextVersion


@dataclass(frozen=True, slots=True)
class Row:
    """One amendment of the table. `number`: of the article in the version that lay before the parties."""

    amendment: Amendment
    number: int | None
    heading: str
    shown: Shown
    written: Shown | None


def rows_of(version: TextVersion, amendments: "list[Amendment] | None" = None) -> list[Row]:
    """All amendments to a version, by article and number. Two queries whatever their number."""
    positions = dict(version.revisions.values_list("article", "position"))
    if amendments is None:
        amendments = list(version.amendments.in_full().order_by("number"))
    rows = [_row(amendment, positions) for amendment in amendments]
    return sorted(rows, key=lambda row: (_order(row.amendment, positions), row.amendment.number))


def _order(amendment: Amendment, positions: dict[int, int]) -> float:
    """By the article; a new one behind the one that it follows."""
    if amendment.article_id:
        return positions[amendment.article_id]
    return positions[amendment.after_id] + 0.5 if amendment.after_id else 0.5


def _row(amendment: Amendment, positions: dict[int, int]) -> Row:
    decision = getattr(amendment, "decision", None)
    written = redlines.written(decision) if decision and decision.outcome == "accepted_changed" else None
    number = positions[amendment.article_id] if amendment.article_id else None
    heading = amendment.base.heading if amendment.base else amendment.heading
    return Row(amendment, number, heading, redlines.proposed(amendment, positions), written)
