"""When a body's act takes effect: pure arithmetic on calendar days of the town, no clock, no hours.

Decree 267/2000 (TUEL): posted on the notice board for fifteen days in a row (art. 124 c. 1); effective with the tenth day
after its posting (art. 134 c. 3), or at once where the body voted so (c. 4). Days have no time of day, so a change of the
clocks moves nothing; the day of posting itself is not counted. What the body's secretary certified goes before arithmetic.
"""

from datetime import date, datetime, timedelta

from organisations.zone import ROME

#: Days on the notice board, the first one included (art. 124 c. 1).
POSTED_FOR = 15
#: Days after the day of posting (art. 134 c. 3).
EFFECTIVE_AFTER = 10


def day_in_rome(moment: datetime) -> date:
    """The calendar day that the town's wall shows at a moment."""
    return moment.astimezone(ROME).date()


def last_day_posted(posted_on: date) -> date:
    """The last of the days on the notice board."""
    return posted_on + timedelta(days=POSTED_FOR - 1)


def effective_after_posting(posted_on: date) -> date:
    """The first day on which an act posted on a day is effective."""
    return posted_on + timedelta(days=EFFECTIVE_AFTER)


def effective_on(*, effect: str, adopted_on: date, posted_on: date | None, certified_on: date | None) -> date | None:
    """The first day of effect; None as long as nobody can know it: to be posted, and not posted yet.

    `effect`: `after_posting`, or one that takes effect on the day of the act (`at_once`, `on_its_date`).
    """
    if certified_on:
        return certified_on
    if effect != "after_posting":
        return adopted_on
    return effective_after_posting(posted_on) if posted_on else None
