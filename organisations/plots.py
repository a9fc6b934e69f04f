"""Plots drawn on the server: SVG without a script, legible in black and white, always beside a table of the same numbers.

Lengths are percentages and the letters are not scaled, so that a bar shrinks on a telephone and its words do not. Colours
stand in the stylesheet; the attributes say the same for paper, which reads none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

#: Pixels from one bar to the next, and of the bar itself.
STEP, BAR = 52, 22
#: Pixels of a plot over time: where the ground is, and how high it may rise above it.
GROUND, HEIGHT = 196, 150

INK, DARK, PALE, FULL = "#17324d", "#00495c", "#e8edef", "#9fd8cf"


@dataclass(frozen=True, slots=True)
class Words:
    """What a plot is called and says, for those who do not see it. `name`: its id in the page."""

    name: str
    title: str
    says: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of a plot over time. `at`: from 0, its left end, to 1; `sign`: a letter that the page explains."""

    at: float
    sign: str


def bars(rows: Sequence[tuple[str, int]], *, whole: int | None = None, words: Words | None = None) -> SafeString:
    """Horizontal bars of (label, number), in the order given; `whole` is the length of a full bar (else the largest).

    Without `words` it is hidden from screen readers: the table beside it says the same.
    """
    longest = max([whole or 0, *(number for _label, number in rows)], default=0) or 1
    drawn = format_html_join(
        "",
        '<text x="0" y="{}" class="plot-label" fill="{}">{}</text>'
        '<rect x="0" y="{}" width="100%" height="{}" class="plot-ground" fill="{}"/>'
        '<rect x="0" y="{}" width="{}%" height="{}" class="plot-bar" fill="{}" stroke="{}"/>'
        '<text x="8" y="{}" class="plot-number" fill="{}" dominant-baseline="central">{}</text>',
        (
            (
                place * STEP + 16, INK, label,
                place * STEP + STEP - BAR - 8, BAR, PALE,
                place * STEP + STEP - BAR - 8, f"{100 * number / longest:.2f}", BAR, FULL, DARK,
                place * STEP + STEP - 8 - BAR // 2, DARK, number,
            )
            for place, (label, number) in enumerate(rows)
        ),
    )  # fmt: skip
    return _picture(drawn, len(rows) * STEP, words)


def steps(
    points: Sequence[tuple[float, int]],
    *,
    words: Words,
    ends: tuple[str, str],
    ceiling: int | None = None,
    marks: Iterable[Mark] = (),
) -> SafeString:
    """A number over time: from each (moment from 0 to 1, number) on it stays until the next one; the last until 1.

    `ends`: what stands under the left and the right end; `ceiling`: a number with a line across the whole plot.
    """
    highest = max([ceiling or 0, *(number for _at, number in points)], default=0) or 1
    until = [at for at, _number in points[1:]] + [1.0]
    drawn = format_html_join(
        "",
        '<rect x="{}%" y="{}" width="{}%" height="{}" class="plot-step" fill="{}"/>',
        (
            (f"{100 * at:.2f}", f"{GROUND - HEIGHT * number / highest:.1f}", f"{100 * (end - at):.2f}",
             f"{HEIGHT * number / highest:.1f}", FULL)
            for (at, number), end in zip(points, until, strict=True) if number and end > at
        ),
    )  # fmt: skip
    lines = format_html_join(
        "",
        '<line x1="{}%" x2="{}%" y1="{}" y2="{}" class="plot-mark" stroke="{}" stroke-dasharray="3 3"/>'
        '<text x="{}%" y="{}" class="plot-number" fill="{}" text-anchor="{}">{}</text>',
        (
            (f"{100 * mark.at:.2f}", f"{100 * mark.at:.2f}", 14 * place + 16, GROUND, DARK,
             f"{100 * mark.at:.2f}", 14 * place + 12, DARK, "end" if mark.at > 0.9 else "start", mark.sign)
            for place, mark in enumerate(marks)
        ),
    )  # fmt: skip
    return _picture(
        format_html("{}{}{}{}", drawn, _line_of(ceiling, highest), lines, _ground(ends)), GROUND + 26, words
    )


def _line_of(ceiling: int | None, highest: int) -> SafeString:
    if not ceiling:
        return SafeString()
    y = GROUND - HEIGHT * ceiling / highest
    return format_html(
        '<line x1="0" x2="100%" y1="{}" y2="{}" class="plot-ceiling" stroke="{}" stroke-dasharray="8 4"/>'
        '<text x="4" y="{}" class="plot-number" fill="{}">{}</text>',
        f"{y:.1f}", f"{y:.1f}", DARK, f"{y + 16:.1f}", DARK, ceiling,
    )  # fmt: skip


def _ground(ends: tuple[str, str]) -> SafeString:
    return format_html(
        '<line x1="0" x2="100%" y1="{}" y2="{}" class="plot-axis" stroke="{}"/>'
        '<text x="0" y="{}" class="plot-label" fill="{}">{}</text>'
        '<text x="100%" y="{}" class="plot-label" fill="{}" text-anchor="end">{}</text>',
        GROUND, GROUND, INK, GROUND + 20, INK, ends[0], GROUND + 20, INK, ends[1],
    )  # fmt: skip


def _picture(drawn: SafeString, height: int, words: Words | None) -> SafeString:
    if words is None:
        return format_html(
            '<svg class="plot" xmlns="http://www.w3.org/2000/svg" width="100%" height="{}" aria-hidden="true" '
            'focusable="false">{}</svg>',
            height, drawn,
        )  # fmt: skip
    return format_html(
        '<svg class="plot" xmlns="http://www.w3.org/2000/svg" width="100%" height="{}" role="img" focusable="false" '
        'aria-labelledby="{}-title {}-desc"><title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>',
        height, words.name, words.name, words.name, words.title, words.name, words.says, drawn,
    )  # fmt: skip
