"""How many, where to, how long, and at which hour."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.models.addresses import HOUSE_NAMES, domain_group_of
from notifications.quiet import EVENING, MORNING, is_quiet

#: A sending that takes longer is not told from one that never ends.
DAYS_AT_MOST = 366


def domain_of(address: str) -> str:
    """What stands after the @, in small letters."""
    return address.rpartition("@")[2].strip().lower()


def house_of(domain: str) -> str:
    """The mail house behind a domain, as far as the name tells; else the domain."""
    return HOUSE_NAMES.get(domain_group_of(domain), domain)


def by_house(domains: Counter[str]) -> list[tuple[str, int]]:
    """Recipients by mail house, the largest first."""
    houses: Counter[str] = Counter()
    for domain, count in domains.items():
        houses[house_of(domain)] += count
    return sorted(houses.items(), key=lambda item: (-item[1], item[0]))


def in_words(seconds: float) -> str:
    """A duration as one says it: “about 4 minutes”."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 60:
        return ngettext("about %(number)s minute", "about %(number)s minutes", minutes) % {"number": minutes}
    hours, rest = divmod(round(minutes, -1), 60)
    said = ngettext("about %(number)s hour", "about %(number)s hours", hours) % {"number": hours}
    return _("%(hours)s and %(minutes)s minutes") % {"hours": said, "minutes": rest} if rest else said


def runs_into_quiet(starts_at: datetime, seconds: float) -> bool:
    """Whether a sending that begins at a good hour is still under way at a bad one."""
    hours = range(int(min(seconds, 86_400 * 7) // 3600) + 1)
    moments = [starts_at + timedelta(hours=hour) for hour in hours] + [starts_at + timedelta(seconds=seconds)]
    return any(is_quiet(moment) for moment in moments)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a sending may go: messages a second, at most so many a day (some have left today), and when it rests."""

    speed: float
    daily_cap: int | None = None
    sent_today: int = 0
    rests: bool = False


def lasting(count: int, begins: datetime, pace: Pace) -> float:
    """Seconds until the last of so many messages has left; a year at most."""
    moment, left, room = timezone.localtime(begins), float(count), _room(pace, pace.sent_today)
    for _day in range(DAYS_AT_MOST):
        midnight = datetime.combine(moment.date() + timedelta(days=1), time(), moment.tzinfo)
        if pace.rests:
            moment = max(moment, datetime.combine(moment.date(), MORNING, moment.tzinfo))
        closes = datetime.combine(moment.date(), EVENING, moment.tzinfo) if pace.rests else midnight
        open_for = 0.0 if pace.rests and moment.isoweekday() == 7 else max(0.0, (closes - moment).total_seconds())
        today = min(left, room, open_for * pace.speed)
        left -= today
        if left <= 0:
            return (moment - begins).total_seconds() + today / pace.speed
        moment, room = midnight, _room(pace, 0)
    return float((moment - begins).total_seconds())


def _room(pace: Pace, sent: int) -> float:
    return float("inf") if pace.daily_cap is None else float(max(0, pace.daily_cap - sent))
