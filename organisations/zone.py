"""The clock on the wall: where the portal and everybody it writes to live."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")


def on_the_wall(shown: datetime) -> datetime:
    """The moment, in UTC, at which the clocks in Rome show this date and time (no zone in it).

    A time that the clocks skip (29 March 2026, 02:30) moves to the next one they show, 03:00; of one that they show
    twice (25 October 2026, 02:30) it is the first.
    """
    local = shown.replace(tzinfo=ROME, fold=0)
    while not _is_shown(local):
        local = local.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return local.astimezone(UTC)


def _is_shown(local: datetime) -> bool:
    """Whether the clocks ever show it: not where they skip it."""
    return local.astimezone(UTC).astimezone(ROME).replace(tzinfo=None) == local.replace(tzinfo=None)


def is_repeated(moment: datetime) -> bool:
    """Whether the wall shows this moment's time twice that night: the hour that October has twice."""
    local = moment.astimezone(ROME)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def wall_clock(moment: datetime) -> str:
    """Hours and minutes in Rome; with CEST or CET where they alone would not say which of two moments it is."""
    local = moment.astimezone(ROME)
    return f"{local:%H:%M %Z}" if is_repeated(moment) else f"{local:%H:%M}"
