"""Italy's public holidays (law 260/1949 as it stands, with 4 October again from 2026 by law 151/2025)."""

from collections.abc import Iterator
from datetime import date, timedelta

from organisations.languages import Words

_FIXED = {
    (1, 1): Words("Capodanno", "New Year’s Day"),
    (1, 6): Words("Epifania", "Epiphany"),
    (4, 25): Words("Festa della Liberazione", "Liberation Day"),
    (5, 1): Words("Festa del lavoro", "Labour Day"),
    (6, 2): Words("Festa della Repubblica", "Republic Day"),
    (8, 15): Words("Ferragosto", "Assumption Day"),
    (10, 4): Words("San Francesco d’Assisi", "Saint Francis of Assisi"),
    (11, 1): Words("Ognissanti", "All Saints’ Day"),
    (12, 8): Words("Immacolata Concezione", "Immaculate Conception"),
    (12, 25): Words("Natale", "Christmas Day"),
    (12, 26): Words("Santo Stefano", "Saint Stephen’s Day"),
}
_FRANCIS, _FRANCIS_SINCE = (10, 4), 2026
_EASTER_MONDAY = Words("Lunedì dell’Angelo", "Easter Monday")


def between(first: date, last: date) -> Iterator[tuple[date, Words]]:
    """The holidays from one day to another, both included, in their order. Easter Sunday is a Sunday and left out."""
    for year in range(first.year, last.year + 1):
        found = {
            date(year, month, day): name
            for (month, day), name in _FIXED.items()
            if (month, day) != _FRANCIS or year >= _FRANCIS_SINCE
        }
        found[easter(year) + timedelta(days=1)] = _EASTER_MONDAY
        yield from ((day, found[day]) for day in sorted(found) if first <= day <= last)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Butcher's algorithm, Nature, 1876)."""
    golden, century, rest = year % 19, year // 100, year % 100
    leaps, left = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * left + 2 * (rest // 4) - moon - rest % 4) % 7
    month, day = divmod(moon + weekday - 7 * ((golden + 11 * moon + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)
