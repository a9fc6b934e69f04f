"""Hours and appointments as people say them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events.meeting_point.models import Weekday
from events.meeting_point.timetables import Hours, SpecialDays, Standing, Timetable
from organisations.zone import ROME, wall_clock


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the week in words: which days, and when; nothing in `hours` is closed."""

    days: str
    hours: str


def week(timetable: Timetable) -> list[Line]:
    """Days that keep the same hours on one line, in the order of the week; closed days come last."""
    groups: dict[tuple[Hours, ...], list[int]] = {}
    for weekday in Weekday.values:
        groups.setdefault(timetable.weekly.get(weekday, ()), []).append(weekday)
    ordered = sorted(groups.items(), key=lambda group: (not group[0], group[1][0]))
    return [Line(_days(weekdays), stretches(hours)) for hours, weekdays in ordered]


def stretches(hours: Iterable[Hours]) -> str:
    """Stretches of one day, joined as people say them."""
    return _joined([str(one) for one in hours])


def standing(now_is: Standing, now: datetime) -> str:
    """Until when the point is open, or when it opens again; nothing where no opening is in sight."""
    if now_is.is_open and now_is.until:
        return _("until %(time)s") % {"time": wall_clock(now_is.until)}
    return opens_again(now_is.opens_at, now) if now_is.opens_at else ""


def opens_again(at: datetime, now: datetime) -> str:
    """Today, tomorrow, or on which day."""
    today, day = now.astimezone(ROME).date(), at.astimezone(ROME).date()
    values = {"time": wall_clock(at), "day": date_format(day, "l j F")}
    if day == today:
        return _("opens again today at %(time)s") % values
    if day == today + timedelta(days=1):
        return _("opens again tomorrow at %(time)s") % values
    if day.year != today.year:
        values["day"] = date_format(day, "l j F Y")
    return _("opens again on %(day)s at %(time)s") % values


def special_when(days: SpecialDays) -> str:
    """The day of an exception, or its first and last."""
    if days.is_one_day:
        return date_format(days.from_on, "l j F Y")
    return _("from %(first)s to %(last)s") % {"first": _day(days.from_on, days.until_on), "last": _day(days.until_on)}


def special_hours(days: SpecialDays) -> str:
    """What holds on the days of an exception."""
    return stretches(days.hours) or _("closed")


def _day(day: date, other: date | None = None) -> str:
    """With its year, but for the first of two days in the same year."""
    return date_format(day, "l j F" if other and other.year == day.year else "l j F Y")


def _days(weekdays: Sequence[int]) -> str:
    """Three or more in a row as from–to, others one by one."""
    names = [str(Weekday(weekday).label) for weekday in weekdays]
    runs: list[list[int]] = []
    for place, weekday in enumerate(weekdays):
        if runs and weekday == weekdays[runs[-1][-1]] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    said = []
    for run in runs:
        if len(run) > 2:
            said.append(_("from %(first)s to %(last)s") % {"first": names[run[0]], "last": names[run[-1]]})
        else:
            said += [names[place] for place in run]
    return _joined(said)


def _joined(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return _("%(others)s and %(last)s") % {"others": ", ".join(words[:-1]), "last": words[-1]}
