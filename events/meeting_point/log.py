"""The visit log in words and as a file: dates, purposes, outcomes, and who wrote them down. Nobody who came is named."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events.meeting_point.models import Outcome, Topic, Visit, VisitChange
from organisations.tables import csv_lines
from organisations.zone import ROME


@dataclass(frozen=True, slots=True)
class Said:
    """One change as people read it."""

    at: datetime
    by: str
    what: list[str]
    reason: str


def said(change: VisitChange) -> Said:
    """Each field with what it was and what it became."""
    return Said(
        change.at, str(change.by), [_change(name, *pair) for name, pair in change.changed.items()], change.reason
    )


def as_csv(visits: Iterable[Visit]) -> Iterator[bytes]:
    """One line a visit: its day and not its hour, so that a file says no more of anybody than it must."""
    head = [_("Day"), _("With an appointment"), _("Purpose"), _("Outcome"), _("Recorded by")]
    return csv_lines(head, map(_cells, visits))


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=31)).replace(day=1)


def around(first: date, today: date) -> tuple[date, date | None]:
    """The months before and after; none after this one."""
    after = next_month(first)
    return (first - timedelta(days=1)).replace(day=1), after if after <= today else None


# -- inside ------------------------------------------------------------------------------------------------------------


def _cells(visit: Visit) -> tuple[object, ...]:
    day = timezone.localtime(visit.arrived_at, ROME).date()
    return (
        day.isoformat(), _("no") if visit.is_walk_in else _("yes"), visit.get_purpose_display(), visit.get_outcome_display(),
        visit.recorded_by.name,
    )  # fmt: skip


def _change(name: str, before: object, after: object) -> str:
    if name == "struck":
        return _("struck out: it counts no more")
    labels = {"purpose": _("purpose of the visit"), "outcome": _("outcome"), "arrived_at": _("came at")}
    return _("%(what)s: %(before)s → %(after)s") % {
        "what": labels.get(name, name), "before": _value(name, str(before)), "after": _value(name, str(after)),
    }  # fmt: skip


def _value(name: str, value: str) -> str:
    if name == "arrived_at":
        moment = parse_datetime(value)
        return date_format(timezone.localtime(moment, ROME), "j F Y, H:i") if moment else value
    known = dict(Topic.choices if name == "purpose" else Outcome.choices)
    return str(known.get(value, value)) or _("not known yet")
