"""What the meeting point did, month by month: counts for reports, in which nobody can be found.

How many came is a number and stands as it is. What they came for and what it led to says something about people: a small
number is not told, nor another one from which it could be worked out by subtraction from the total.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import dropwhile

from django.db.models import Count, Model, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from events.meeting_point.models import Appointment, MeetingPoint, Outcome, Topic, Visit
from organisations.plots import bars
from organisations.suppression import one_way, threshold
from organisations.tables import csv_lines
from organisations.zone import ROME

#: How many months are shown.
MONTHS = 12


@dataclass(slots=True)
class Month:
    """One month of one point."""

    first: date
    with_appointment: int = 0
    walk_ins: int = 0
    missed: int = 0
    cancelled: int = 0
    purposes: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)

    @property
    def visits(self) -> int:
        """Everybody who came."""
        return self.with_appointment + self.walk_ins

    @property
    def label(self) -> str:
        """Its name, as people say it."""
        return date_format(self.first, "F Y")

    @property
    def code(self) -> str:
        """As it stands in addresses."""
        return f"{self.first:%Y-%m}"

    @property
    def about(self) -> list[tuple[str, str]]:
        """What people came for: label and number, as it may be told."""
        return _told(self.purposes, Topic.choices)

    @property
    def led_to(self) -> list[tuple[str, str]]:
        """What it led to, with the visits of which nobody has said so yet."""
        return _told(self.outcomes, [*Outcome.choices, ("", _("not recorded yet"))])


def months(point: MeetingPoint, now: datetime) -> list[Month]:
    """The last twelve, this one included, the latest first. Five queries, whatever there is."""
    firsts = list(_firsts(timezone.localdate(now)))
    found = {first: Month(first) for first in firsts}
    visits = Visit.objects.filter(meeting_point=point).counted()
    for walk_ins in (True, False):
        rows = visits.filter(appointment__isnull=walk_ins)
        for first, _point, number in _by_month(rows, "arrived_at", "meeting_point"):
            if month := found.get(first):
                setattr(month, "walk_ins" if walk_ins else "with_appointment", number)
    for name, column in (("purposes", "purpose"), ("outcomes", "outcome")):
        for first, value, number in _by_month(visits, "arrived_at", column):
            if month := found.get(first):
                getattr(month, name)[value] = number
    gone = Appointment.objects.filter(meeting_point=point, state__in=["missed", "cancelled"])
    for first, state, number in _by_month(gone, "starts_at", "state"):
        if month := found.get(first):
            setattr(month, str(state), number)
    return [found[first] for first in firsts]


def plot(found: Iterable[Month]) -> SafeString:
    """Visits by month, from the first in which somebody came; nothing as long as nobody did."""
    earliest_first = list(found)[::-1]
    rows = [(month.label, month.visits) for month in dropwhile(lambda month: not month.visits, earliest_first)]
    return bars(rows) if rows else SafeString()


def as_csv(found: Iterable[Month]) -> Iterator[bytes]:
    """The same for spreadsheets, the earliest month first."""
    rows = list(found)[::-1]
    blank = Month(date.min)
    head = [_("Month"), _("Visits"), _("with an appointment"), _("without"), _("no-shows"), _("cancellations")]
    head += [f"{_('Purpose')}: {label}" for label, _number in blank.about]
    head += [f"{_('Outcome')}: {label}" for label, _number in blank.led_to]
    return csv_lines(head, (_cells(month) for month in rows))


def protected(numbers: Mapping[str, int]) -> dict[str, int | None]:
    """The same numbers, None for those that are not told. Of a total that is small nothing is told."""
    if 0 < sum(numbers.values()) < threshold():
        return dict.fromkeys(numbers)
    return one_way(numbers, smallest=threshold())


# -- inside ------------------------------------------------------------------------------------------------------------


def _told(numbers: Mapping[str, int], labels: Iterable[tuple[str, object]]) -> list[tuple[str, str]]:
    named = {key: (str(label), numbers.get(key, 0)) for key, label in labels}
    told = protected({key: number for key, (_label, number) in named.items()})
    hidden = _("not told")
    return [(label, hidden if told[key] is None else str(told[key])) for key, (label, _number) in named.items()]


def _cells(month: Month) -> list[object]:
    counts = [month.code, month.visits, month.with_appointment, month.walk_ins, month.missed, month.cancelled]
    return [*counts, *(number for _label, number in month.about), *(number for _label, number in month.led_to)]


def _by_month(rows: QuerySet[Model], at: str, by: str) -> Iterator[tuple[date, object, int]]:
    """First day of the month in Rome, value, number."""
    grouped = rows.annotate(month=TruncMonth(at, tzinfo=ROME)).order_by().values_list("month", by)
    for month, value, number in grouped.annotate(number=Count("pk")):
        yield month.astimezone(ROME).date(), value, number


def _firsts(today: date) -> Iterator[date]:
    """The first days of the last months, the latest first."""
    count = today.year * 12 + today.month - 1
    for ago in range(MONTHS):
        year, month = divmod(count - ago, 12)
        yield date(year, month + 1, 1)
