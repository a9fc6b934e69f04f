"""How many registrations each source brought: two queries, whatever their number."""

from dataclasses import dataclass

from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from events.models import Attendee, Event, Registration
from organisations.plots import bars


@dataclass(frozen=True, slots=True)
class Count:
    """One line of the table."""

    code: str
    label: str
    kind: str
    #: All that came, those given back afterwards too.
    registrations: int
    #: Those that stand.
    confirmed: int
    #: The people of those.
    people: int


@dataclass(frozen=True, slots=True)
class Counts:
    """The table and its plot, which is empty as long as nobody came."""

    rows: list[Count]
    plot: SafeString


def of_event(event: Event) -> Counts:
    """The most fruitful first; the last lines are of addresses that were removed, and of registrations that say nothing."""
    numbers = _numbers(event)
    rows = [
        Count(source.code, source.label, source.get_kind_display(), *numbers.pop(source.code, NOTHING))
        for source in event.sources.order_by("pk")
    ]
    rows.sort(key=lambda row: -row.registrations)  # stable: equal ones as they were declared
    silent = numbers.pop("", None)
    rows += [Count(code, _("an address that was removed"), "", *found) for code, found in sorted(numbers.items())]
    if silent:
        rows.append(Count("", _("no tagged address"), "", *silent))
    came = [(row.label, row.registrations) for row in rows]
    return Counts(rows, bars(came) if any(number for _label, number in came) else SafeString())


NOTHING = (0, 0, 0)


def _numbers(event: Event) -> dict[str, tuple[int, int, int]]:
    stands = Q(state=Registration.State.CONFIRMED)
    found = event.registrations.order_by().values_list("source")
    rows = found.annotate(
        registrations=models.Count("pk", distinct=True),
        confirmed=models.Count("pk", filter=stands, distinct=True),
        people=models.Count("attendees", filter=Q(attendees__state=Attendee.State.CONFIRMED), distinct=True),
    )
    return {source: (registrations, confirmed, people) for source, registrations, confirmed, people in rows}
