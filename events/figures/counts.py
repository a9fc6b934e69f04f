"""An event in numbers, as organisers see it: nothing is hidden. Days and quarters of an hour are those of the wall in Rome."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from events.figures import people as persons
from events.figures.people import Counted
from events.models import Event, Registration, SessionPlace, WaitingPerson
from organisations.languages import Words
from organisations.models import Organisation
from organisations.zone import ROME, is_repeated

QUARTER = timedelta(minutes=15)
#: So many days before an event its standing is compared with that of the earlier one.
DAYS_BEFORE = (56, 28, 14, 7, 1, 0)


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day. `standing`: people registered and not cancelled when it ended."""

    day: date
    registrations: int
    people: int
    given_back: int
    standing: int


@dataclass(frozen=True, slots=True)
class Row:
    """One group of people: their registrations that stand, who holds a place, who gave it back, who came."""

    name: str
    registrations: int
    people: int
    given_back: int
    came: int

    @property
    def absent(self) -> int:
        """Who held a place and did not come."""
        return self.people - self.came

    @property
    def absent_rate(self) -> int:
        """In percent of those who held a place."""
        return share(self.absent, self.people)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the agenda with places of its own: who chose it, and who of them came to the event."""

    name: str
    chosen: int
    came: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many people stood on the event's waiting list when a day ended."""

    day: date
    joined: int
    left: int
    number: int


def share(part: int, whole: int) -> int:
    """In percent, half a percent up; of nothing, none."""
    return (200 * part + whole) // (2 * whole) if whole else 0


def day_of(moment: datetime) -> date:
    """By the wall in Rome."""
    return moment.astimezone(ROME).date()


def over_time(people: Iterable[Counted]) -> list[Day]:
    """Every day on which somebody registered or gave a place back, the first one first."""
    people = list(people)
    begun: dict[int, date] = {}
    for one in people:
        begun.setdefault(one.registration, day_of(one.registered_at))
    registrations = Counter(begun.values())
    came = Counter(day_of(one.created_at) for one in people)
    gone = Counter(day_of(one.cancelled_at) for one in people if one.cancelled_at)
    rows, number = [], 0
    for day in sorted({*registrations, *came, *gone}):
        number += came[day] - gone[day]
        rows.append(Day(day, registrations[day], came[day], gone[day], number))
    return rows


def waiting_list(event: Event) -> list[Waiting]:
    """Every day on which somebody joined the event's waiting list or left it, with a place or without. One query."""
    people = WaitingPerson.objects.filter(entry__event=event, entry__session=None)
    spans = list(people.values_list("entry__created_at", "entry__ended_at"))
    joined = Counter(day_of(since) for since, _until in spans)
    left = Counter(day_of(until) for _since, until in spans if until)
    rows, number = [], 0
    for day in sorted({*joined, *left}):
        number += joined[day] - left[day]
        rows.append(Waiting(day, joined[day], left[day], number))
    return rows


def totals(people: Iterable[Counted], name: str = "") -> Row:
    """All of them as one row."""
    people = list(people)
    confirmed = [one for one in people if one.is_confirmed]
    return Row(
        name, len({one.registration for one in confirmed}), len(confirmed), sum(one.cancelled_at is not None for one in people),
        sum(one.came for one in confirmed),
    )  # fmt: skip


def grouped(people: Iterable[Counted], name_of: Callable[[Counted], str]) -> list[Row]:
    """By what `name_of` calls somebody's group, the largest first."""
    groups = defaultdict(list)
    for one in people:
        groups[name_of(one)].append(one)
    rows = [totals(members, name) for name, members in groups.items()]
    return sorted(rows, key=lambda row: (-row.people, -row.given_back, row.name))


def kind_of(one: Counted) -> str:
    """The kind of organisation in words; of private persons and the press what they are."""
    labels = dict(Organisation.Kind.choices)
    alone = {"person": _("private persons"), "press": _("press")}
    return str(labels.get(one.kind, "")) or alone.get(one.category, one.category)


def category_of(one: Counted) -> str:
    """Organisation, private person or press, in words."""
    return str(Registration.Category(one.category).label)


def municipality_of(one: Counted) -> str:
    """As the directory has it."""
    return one.municipality.strip() or _("not in the directory")


def source_of(event: Event) -> Callable[[Counted], str]:
    """Where the address stood through which somebody came, in words. One query."""
    labels = dict(event.sources.values_list("code", "label"))

    def name(one: Counted) -> str:
        return labels.get(one.source, _("an address that was removed")) if one.source else _("no tagged address")

    return name


def arrivals(people: Iterable[Counted]) -> list[tuple[str, int]]:
    """Who came in each quarter of an hour, from the first arrival to the last. By the clocks in Rome, whatever they do."""
    seconds = int(QUARTER.total_seconds())
    found = Counter(
        int(one.arrived_at.timestamp()) // seconds for one in people if one.arrived_at is not None and one.is_confirmed
    )
    if not found:
        return []
    several = max(found) - min(found) > 4 * 24
    quarters = sorted(found) if several else range(min(found), max(found) + 1)
    return [(_clock(quarter * seconds, with_day=several), found[quarter]) for quarter in quarters]


def items(event: Event) -> list[Item]:
    """Items with places of their own, as they follow each other. One query."""
    seats = SessionPlace.objects.held().filter(session__event=event).annotate(here=persons.came("attendee"))
    rows = seats.order_by("session__starts_at", "session").values_list(
        "session__title_it", "session__title_en", "session"
    )
    counted = rows.annotate(chosen=Count("pk"), came=Count("pk", filter=Q(here=True)))
    return [Item(str(Words(it, en)), chosen, came) for it, en, _pk, chosen, came in counted]


# -- from the invitation to the door -----------------------------------------------------------------------------------

STEPS = ("invited", "opened", "registered", "came")
Funnel = tuple[str, list[int]]


def funnel(event: Event) -> dict[str, list[Funnel]]:
    """Organisations invited, of these opened their link, registered, came: for all, by kind, by municipality. One query."""
    registered = Registration.objects.filter(
        event=event, organisation=OuterRef("organisation"), state=Registration.State.CONFIRMED
    )
    arrived = event.attendees.confirmed().annotate(came=persons.came()).filter(came=True)
    rows = event.invitations.annotate(
        kind=F("organisation__kind"), place=F("organisation__municipality"), has_registered=Exists(registered),
        has_come=Exists(arrived.filter(registration__organisation=OuterRef("organisation"))),
    ).values_list("kind", "place", "opened_at", "has_registered", "has_come")  # fmt: skip
    labels = dict(Organisation.Kind.choices)
    # who registered without the link has not opened it, and yet stands further on
    found = [(kind, place, [1, opened is not None or is_in, is_in, is_in and has_come])
             for kind, place, opened, is_in, has_come in rows]  # fmt: skip
    return {
        "all": _steps([("", flags) for _kind, _place, flags in found]),
        "kinds": _steps([(str(labels.get(kind, kind)), flags) for kind, _place, flags in found]),
        "municipalities": _steps([(place.strip() or _("not known"), flags) for _kind, place, flags in found]),
    }


def _steps(rows: Iterable[tuple[str, Sequence[int]]]) -> list[Funnel]:
    table: dict[str, list[int]] = {}
    for name, flags in rows:
        line = table.setdefault(name, [0] * len(STEPS))
        for place, flag in enumerate(flags):
            line[place] += flag
    return sorted(table.items(), key=lambda one: (-one[1][0], one[0]))


# -- beside an earlier edition -----------------------------------------------------------------------------------------


def standing_before(event: Event, people: Iterable[Counted], days: int) -> int:
    """How many people were registered and had not cancelled so many days before the event, at the end of that day."""
    until = day_of(event.starts_at) - timedelta(days=days)
    return sum(
        day_of(one.created_at) <= until and (one.cancelled_at is None or day_of(one.cancelled_at) > until)
        for one in people
    )


def _clock(timestamp: int, *, with_day: bool) -> str:
    local = datetime.fromtimestamp(timestamp, ROME)
    zone = f" {local:%Z}" if is_repeated(local) else ""
    return f"{local:%d/%m %H:%M}{zone}" if with_day else f"{local:%H:%M}{zone}"
