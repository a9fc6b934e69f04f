"""Plots drawn on the server: SVG without a script, legible in black and white, always beside a table of the same numbers.

Lengths are percentages and the letters are not scaled, so that a bar shrinks on a telephone and its words do not.
"""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

#: Pixels from one bar to the next, and of the bar itself.
STEP, BAR = 52, 22


def bars(rows: Sequence[tuple[str, int]], *, whole: int | None = None) -> SafeString:
    """Horizontal bars of (label, number), in the order given; `whole` is the length of a full bar (else the largest).

    Hidden from screen readers: the table beside it says the same.
    """
    longest = max([whole or 0, *(number for _label, number in rows)], default=0) or 1
    drawn = format_html_join(
        "",
        '<text x="0" y="{}" class="plot-label">{}</text><rect x="0" y="{}" width="100%" height="{}" class="plot-ground"/>'
        '<rect x="0" y="{}" width="{}%" height="{}" class="plot-bar"/>'
        '<text x="8" y="{}" class="plot-number" dominant-baseline="central">{}</text>',
        (
            (
                place * STEP + 16, label, place * STEP + STEP - BAR - 8, BAR, place * STEP + STEP - BAR - 8,
                f"{100 * number / longest:.2f}", BAR, place * STEP + STEP - 8 - BAR // 2, number,
            )
            for place, (label, number) in enumerate(rows)
        ),
    )  # fmt: skip
    return format_html(
        '<svg class="plot" width="100%" height="{}" aria-hidden="true" focusable="false">{}</svg>',
        len(rows) * STEP,
        drawn,
    )
