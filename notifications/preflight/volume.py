"""How many, where to, how long, and at which hour."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

#: Hours of rest: from 21 to 8, and Sundays.
FIRST_HOUR, LAST_HOUR = 8, 21
#: A sending that takes longer is not told from one that never ends.
DAYS_AT_MOST = 366

HOUSES: Mapping[str, tuple[str, ...]] = {
    "Gmail": ("gmail.com", "googlemail.com"),
    "Microsoft": ("outlook.com", "outlook.it", "hotmail.com", "hotmail.it", "live.com", "live.it", "msn.com"),
    "Yahoo": ("yahoo.com", "yahoo.it", "ymail.com"),
    "Libero": ("libero.it", "inwind.it", "iol.it", "blu.it", "giallo.it"),
    "Virgilio": ("virgilio.it", "alice.it", "tim.it", "tin.it"),
    "Aruba": ("aruba.it", "technet.it"),
}
_HOUSE_OF = {domain: house for house, domains in HOUSES.items() for domain in domains}
#: Certified mailboxes: the operators' common domains, and the habit of naming a subdomain.
_CERTIFIED = ("legalmail.it", "arubapec.it", "pec.it", "postacert.it", "postecert.it", "postacertificata.gov.it")


def domain_of(address: str) -> str:
    """What stands after the @, in small letters."""
    return address.rpartition("@")[2].strip().lower()


def house_of(domain: str) -> str:
    """The mail house behind a domain, as far as the name tells; else the domain."""
    return _HOUSE_OF.get(domain, domain)


def is_certified(domain: str) -> bool:
    """Whether this looks like certified mail (PEC), which often refuses ordinary mail."""
    labels = domain.split(".")
    return "pec" in labels[:-1] or any(domain == known or domain.endswith(f".{known}") for known in _CERTIFIED)


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


def is_quiet(moment: datetime) -> bool:
    """Whether people rest: from 21 to 8, or on a Sunday, where the portal is."""
    local = timezone.localtime(moment)
    return local.isoweekday() == 7 or not FIRST_HOUR <= local.hour < LAST_HOUR


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
            moment = max(moment, datetime.combine(moment.date(), time(FIRST_HOUR), moment.tzinfo))
        closes = datetime.combine(moment.date(), time(LAST_HOUR), moment.tzinfo) if pace.rests else midnight
        open_for = 0.0 if pace.rests and moment.isoweekday() == 7 else max(0.0, (closes - moment).total_seconds())
        today = min(left, room, open_for * pace.speed)
        left -= today
        if left <= 0:
            return (moment - begins).total_seconds() + today / pace.speed
        moment, room = midnight, _room(pace, 0)
    return float((moment - begins).total_seconds())


def _room(pace: Pace, sent: int) -> float:
    return float("inf") if pace.daily_cap is None else float(max(0, pace.daily_cap - sent))
