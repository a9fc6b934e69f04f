"""The clock on the wall: where the portal and everybody it writes to live."""

from datetime import datetime
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")


def is_repeated(moment: datetime) -> bool:
    """Whether the wall shows this moment's time twice that night: the hour that October has twice."""
    local = moment.astimezone(ROME)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def wall_clock(moment: datetime) -> str:
    """Hours and minutes in Rome; with CEST or CET where they alone would not say which of two moments it is."""
    local = moment.astimezone(ROME)
    return f"{local:%H:%M %Z}" if is_repeated(moment) else f"{local:%H:%M}"
