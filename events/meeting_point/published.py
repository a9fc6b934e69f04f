"""The hours for programs: schema.org for search engines, JSON in both languages for everybody else."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from events.meeting_point.models import MeetingPoint
from events.meeting_point.timetables import Hours, SpecialDays, Timetable
from organisations.languages import Words
from organisations.zone import ROME

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def described(point: MeetingPoint, timetable: Timetable) -> dict[str, Any]:
    """The point in schema.org's words, in the active language: `openingHoursSpecification` and the special one."""
    page = f"{settings.SITE_URL}{reverse('meeting_point')}"
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Place",
        "@id": f"{page}#point-{point.pk}",
        "url": page,
        "name": point.name,
        "description": point.about,
        "address": point.address,
        "telephone": point.phone,
        "isAccessibleForFree": True,
        "openingHoursSpecification": _weekly(timetable),
        "specialOpeningHoursSpecification": [
            one for days in timetable.exceptions for one in _special(days.hours, days.from_on, days.until_on)
        ],
    }
    if point.takes_appointments and timetable:
        target = f"{settings.SITE_URL}{reverse('appointments:slots', args=[point.pk])}"
        found["potentialAction"] = {"@type": "ReserveAction", "target": target}
    return {name: value for name, value in found.items() if value not in ("", [])}


def _weekly(timetable: Timetable) -> list[dict[str, Any]]:
    """One entry for all days that share a stretch."""
    days: dict[Hours, list[int]] = {}
    for weekday in sorted(timetable.weekly):
        for hours in timetable.weekly[weekday]:
            days.setdefault(hours, []).append(weekday)
    return [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": [f"https://schema.org/{_DAYS[weekday]}" for weekday in weekdays],
            **_times(hours),
        }
        for hours, weekdays in sorted(days.items(), key=lambda entry: (entry[1], entry[0]))
    ]


def _special(hours: tuple[Hours, ...], first: date, last: date) -> list[dict[str, Any]]:
    """A closed day opens and closes at midnight, as search engines read it."""
    stretches: list[dict[str, str]] = [_times(one) for one in hours] or [{"opens": "00:00", "closes": "00:00"}]
    valid = {"validFrom": first.isoformat(), "validThrough": last.isoformat()}
    return [{"@type": "OpeningHoursSpecification", **times, **valid} for times in stretches]


def _times(hours: Hours) -> dict[str, str]:
    return {"opens": f"{hours.opens_at:%H:%M}", "closes": f"{hours.closes_at:%H:%M}"}


def as_data(points: list[tuple[MeetingPoint, Timetable]], now: datetime) -> dict[str, Any]:
    """All points with hours, exceptions and whether they are open at `now`. Times are those on the wall in Rome."""
    return {
        "timezone": "Europe/Rome",
        "at": _moment(now),
        "meeting_points": [_point(point, timetable, now) for point, timetable in points],
    }


def _point(point: MeetingPoint, timetable: Timetable, now: datetime) -> dict[str, Any]:
    standing = timetable.standing(now)
    return {
        "name": _both(Words.of(point, "name")),
        "address": point.address,
        "telephone": point.phone,
        "email": point.email,
        "is_open": standing.is_open,
        "open_until": _moment(standing.until),
        "opens_at": None if standing.is_open else _moment(standing.opens_at),
        "weekly": [
            {"day": _DAYS[weekday].lower(), **_times(hours)}
            for weekday in sorted(timetable.weekly)
            for hours in timetable.weekly[weekday]
        ],
        "exceptions": [_exception(days) for days in timetable.exceptions],
    }


def _exception(days: SpecialDays) -> dict[str, Any]:
    return {
        "from": days.from_on.isoformat(),
        "until": days.until_on.isoformat(),
        "is_closed": days.is_closed,
        "hours": [_times(hours) for hours in days.hours],
        "reason": _both(days.reason),
    }


def _both(words: Words) -> dict[str, str]:
    return {"it": words.it, "en": words.en}


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(ROME).isoformat(timespec="seconds") if moment else None
