"""When mail that is not urgent rests: from nine in the evening to eight in the morning, and on Sundays, as Terni sees it."""

from datetime import datetime, time, timedelta

from organisations.zone import ROME

EVENING, MORNING, SUNDAY = time(21), time(8), 7


def is_quiet(moment: datetime) -> bool:
    """Whether people rest at this moment."""
    local = moment.astimezone(ROME)
    return local.isoweekday() == SUNDAY or not MORNING <= local.time() < EVENING


def quiet_until(moment: datetime) -> datetime:
    """When the quiet time is over; the moment itself if it is not quiet."""
    while is_quiet(moment):
        local = moment.astimezone(ROME)
        day = local.date() + timedelta(days=1) if local.time() >= MORNING else local.date()
        moment = datetime.combine(day, MORNING, ROME)
    return moment
