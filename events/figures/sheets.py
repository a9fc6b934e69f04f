"""What stands on the organisers' page and in the printed report: tables with the plots beside them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from events.figures import counts, people
from events.figures.counts import Row
from events.figures.people import Counted
from events.models import Event
from organisations.plots import Mark, Words, bars, steps
from organisations.zone import ROME

NO_PLOT = SafeString()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of numbers with its plot. `notes`: what stands below the plot; `numbers`: columns after the first."""

    name: str
    title: str
    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[object]]]
    plot: SafeString = NO_PLOT
    notes: Sequence[str] = ()


#: Tables of rooms above: they say what became of the letters. Each asks a fixed number of questions.
CONTRIBUTORS: list[Callable[[Event], Iterable[Table]]] = []


def of_event(event: Event, now: datetime) -> dict[str, Any]:
    """Everything. A fixed number of queries, two more where the event is a copy of an earlier one."""
    counted = people.of_event(event)
    tables = [
        *_over_time(event, counted, now), *_waiting(event, now),
        _groups("by-kind", _("By kind of organisation"), _("Kind"), counts.grouped(counted, counts.kind_of)),
        _groups("by-place", _("By municipality"), _("Municipality"), counts.grouped(counted, counts.municipality_of)),
        _groups("by-category", _("By category"), _("Category"), counts.grouped(counted, counts.category_of)),
        _groups("by-source", _("By source"), _("Source"), counts.grouped(counted, counts.source_of(event))),
        *_arrivals(counted), *_items(event), *(table for contribute in CONTRIBUTORS for table in contribute(event)),
        *_funnel(event), *_earlier(event, counted),
    ]  # fmt: skip
    return {"whole": counts.totals(counted), "tables": [table for table in tables if table.rows]}


def _over_time(event: Event, counted: Iterable[Counted], now: datetime) -> list[Table]:
    days = counts.over_time(counted)
    if not days:
        return []
    rows = [
        (date_format(one.day, "j F Y"), [one.registrations, one.people, one.given_back, one.standing]) for one in days
    ]
    title = _("Registrations over time")
    says = _("%(number)s people are registered on %(day)s; there are %(places)s places.") % {
        "number": days[-1].standing, "day": rows[-1][0], "places": event.capacity}  # fmt: skip
    plot, notes = _steps_of(
        event, [(one.day, one.standing) for one in days], now, Words("over-time-plot", title, says), event.capacity
    )
    notes = [*notes, _("Broken line: the %(places)s places.") % {"places": event.capacity}]
    head = [_("Day"), _("New registrations"), _("New people"), _("Given back"), _("People at the end of the day")]
    return [Table("over-time", title, head, rows, plot, notes)]


def _waiting(event: Event, now: datetime) -> list[Table]:
    days = counts.waiting_list(event)
    if not days:
        return []
    rows = [(date_format(one.day, "j F Y"), [one.joined, one.left, one.number]) for one in days]
    title = _("Waiting list over time")
    most = max(one.number for one in days)
    says = _("At most %(number)s people waited at the end of a day.") % {"number": most}
    plot, notes = _steps_of(event, [(one.day, one.number) for one in days], now, Words("waiting-plot", title, says))
    head = [_("Day"), _("Joined"), _("Left it, with a place or without"), _("Waiting at the end of the day")]
    return [Table("waiting", title, head, rows, plot, notes)]


def _steps_of(
    event: Event, days: Sequence[tuple[date, int]], now: datetime, words: Words, ceiling: int | None = None
) -> tuple[SafeString, list[str]]:
    """The plot from the first day to the event or to today, and what its letters mean."""
    moments = [
        (event.registration_opens_at, _("registration opens")),
        (event.registration_closes_at, _("registration closes")),
        (event.starts_at, _("the event begins")),
    ]
    begin = _midnight(min(days[0][0], *(counts.day_of(at) for at, _words in moments[:1] if at), days[0][0]))
    end = max(_midnight(days[-1][0] + timedelta(days=1)), min(now, event.ends_at))
    length = (end - begin).total_seconds()

    def place(at: datetime) -> float:
        return (at - begin).total_seconds() / length

    shown = [(at, said) for at, said in moments if at and begin <= at <= end]
    marks = [Mark(place(at), chr(ord("A") + number)) for number, (at, _words) in enumerate(shown)]
    notes = [
        f"{mark.sign}: {said}, {date_format(at.astimezone(ROME), 'j F Y, H:i')}"
        for mark, (at, said) in zip(marks, shown, strict=True)
    ]
    points = [(place(_midnight(day)), number) for day, number in days]
    ends = (date_format(counts.day_of(begin), "j M Y"), date_format(counts.day_of(end - timedelta(seconds=1)), "j M Y"))
    return steps(points, words=words, ends=ends, ceiling=ceiling, marks=marks), notes


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ROME)


def _groups(name: str, title: str, what: str, rows: Sequence[Row]) -> Table:
    """Who registered and came, by one property."""
    head = [what, _("Registrations"), _("People"), _("Given back"), _("People who came"), _("Absent")]
    told = [
        (row.name, [row.registrations, row.people, row.given_back, row.came, f"{row.absent} ({row.absent_rate}%)"])
        for row in rows
    ]
    return Table(name, title, head, told, _bars(name, title, [(row.name, row.people) for row in rows]))


def _arrivals(counted: Iterable[Counted]) -> list[Table]:
    rows = counts.arrivals(counted)
    title = _("Arrivals by quarter of an hour")
    head = [_("From"), _("People")]
    return [
        Table("arrivals", title, head, [(label, [number]) for label, number in rows], _bars("arrivals", title, rows))
    ]


def _items(event: Event) -> list[Table]:
    rows = counts.items(event)
    title = _("By agenda item")
    told = [(row.name, [row.chosen, row.came]) for row in rows]
    plot = _bars("items", title, [(row.name, row.chosen) for row in rows])
    return [Table("items", title, [_("Agenda item"), _("Chosen by"), _("of these came")], told, plot)]


def _funnel(event: Event) -> list[Table]:
    """Organisations from the invitation to the door; what mails became of their letters is the campaigns' report."""
    found = counts.funnel(event)
    labels = [_("invited"), _("opened the personal link"), _("registered"), _("came")]
    whole = found["all"][0][1] if found["all"] else []
    steps_of_all = list(zip(labels, whole, strict=True)) if whole else []
    title = _("From the invitation to the door")
    rows = [(label, [number, f"{counts.share(number, whole[0])}%"]) for label, number in steps_of_all]
    head = [_("Organisations"), _("Number"), _("of those invited")]
    tables = [Table("funnel", title, head, rows, _bars("funnel", title, steps_of_all))]
    for name, words, what in (
        ("kinds", _("Invitations by kind of organisation"), _("Kind")),
        ("municipalities", _("Invitations by municipality"), _("Municipality")),
    ):
        tables.append(Table(f"funnel-{name}", words, [what, *labels], [(group, line) for group, line in found[name]]))
    return tables


def _earlier(event: Event, counted: Sequence[Counted]) -> list[Table]:
    """Beside the event of which this one is a copy. Two queries."""
    earlier = event.cloned_from
    if earlier is None:
        return []
    before = people.of_event(earlier)
    now, then = counts.totals(counted), counts.totals(before)
    rows: list[tuple[str, Sequence[object]]] = [
        (_("Places"), [earlier.capacity, event.capacity]),
        (_("Registrations"), [then.registrations, now.registrations]),
        (_("People"), [then.people, now.people]),
        (_("Given back"), [then.given_back, now.given_back]),
        (_("People who came"), [then.came, now.came]),
        (_("Absent"), [f"{then.absent_rate}%", f"{now.absent_rate}%"]),
    ]
    for days in counts.DAYS_BEFORE:
        words = _("People, %(days)s days before") % {"days": days} if days else _("People, on the day")
        pair = [counts.standing_before(earlier, before, days), counts.standing_before(event, counted, days)]
        rows.append((words, pair))
    head = ["", f"{earlier.title}, {date_format(earlier.starts_at.astimezone(ROME), 'Y')}",
            f"{event.title}, {date_format(event.starts_at.astimezone(ROME), 'Y')}"]  # fmt: skip
    return [Table("earlier", _("Beside the earlier edition"), head, rows)]


def _bars(name: str, title: str, rows: Sequence[tuple[str, int]]) -> SafeString:
    """Nothing as long as all numbers are nought."""
    if not any(number for _label, number in rows):
        return SafeString()
    label, number = max(rows, key=lambda row: row[1])
    says = _("Bars; the longest is “%(label)s” with %(number)s.") % {"label": label, "number": number}
    return bars(rows, words=Words(f"{name}-plot", title, says))
