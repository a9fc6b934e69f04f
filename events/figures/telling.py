"""From people to figures that name nobody: which tables there are, what of them is told, and whether an edition may follow others.

The tables are sums of one population, those who held a place. They hang together like a tree, by numbers that are known
to everybody, so that each can be looked at alone: kinds that are hidden make one line of the tables of two ways, and so
do municipalities; these lines' sums are known, and no table of two ways says anything of a single one among them. The one
exception is minded here: private persons and the press have no municipality (decision 0034).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from events.models import Registration
from organisations.models import Organisation
from organisations.suppression import one_way, two_way

Content = dict[str, Any]
#: Kinds of those who come for no organisation: of these nobody knows a municipality.
ALONE = (Registration.Category.PERSON.value, Registration.Category.PRESS.value)
KINDS = (*Organisation.Kind.values, *ALONE)
#: The municipality that nobody knows.
UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Guest:
    """One person who held a place. `week`: the Monday of the week in which they registered, by the wall in Rome."""

    kind: str
    municipality: str
    week: date
    came: bool


class TooFew(Exception):
    """So few people held a place that nothing can be told of them."""


def told(guests: Iterable[Guest], *, smallest: int) -> Content:
    """What is published of these people, as JSON. Raises TooFew."""
    guests = list(guests)
    if len(guests) < smallest:
        raise TooFew
    kinds = _kinds(guests, smallest)
    municipalities = _municipalities(guests, kinds, smallest)
    came = sum(guest.came for guest in guests)
    weeks = _weeks(guests, smallest)
    return {
        "smallest": smallest,
        "registered": len(guests),
        "came": None if 0 < came < smallest else came,
        "kinds": _listed("kind", kinds),
        "municipalities": _listed("municipality", municipalities),
        "weeks": _listed("week", weeks),
        "kinds_by_municipality": _crossed(guests, kinds, municipalities, smallest),
        "kinds_by_attendance": None if 0 < came < smallest else _attendance(guests, kinds, smallest),
    }


def numbers(content: Content) -> dict[tuple[str, ...], int | None]:
    """Every number of an edition by its place in it, None for hidden ones; and the sums that readers find themselves."""
    found: dict[tuple[str, ...], int | None] = {
        ("registered",): content["registered"],
        ("came",): content["came"],
    }
    if content["came"] is not None:
        found["absent",] = content["registered"] - content["came"]
    for table, key in LISTS.items():
        rows = content[table]
        found |= {(table, row[key]): row["registered"] for row in rows or []}
        found[table, "", "sum of the hidden"] = hidden_sum(content, table)
    for table in CROSSED:
        crossed = content[table]
        if crossed is None:
            continue
        for row, column, number in cells_of(crossed):
            found[table, "·".join(row), "·".join(column)] = number
        lines = (*crossed["numbers"], *zip(*crossed["numbers"], strict=True))
        for place, (line, whole) in enumerate(
            zip(lines, (*sums_of_rows(content, table), *sums_of_columns(content, table)), strict=True)
        ):
            found[table, str(place), "sum of the hidden"] = whole - sum(number or 0 for number in line)
    return found


#: Name of a list in the content -> the key of its lines.
LISTS = {"kinds": "kind", "municipalities": "municipality", "weeks": "week"}
#: A table of two ways of which nothing is told.
NOTHING: Content = {"rows": [], "columns": [], "numbers": []}
#: Tables of two ways.
CROSSED = ("kinds_by_municipality", "kinds_by_attendance")


def hidden_sum(content: Content, table: str) -> int:
    """How many people the hidden lines of a list are together: everybody can subtract."""
    shown = sum(row["registered"] or 0 for row in content[table] or [])
    return int(content["registered"]) - shown


def sums_of_rows(content: Content, table: str) -> list[int]:
    """What everybody knows each row of a table of two ways to be together."""
    return [_sum_of_group(content, "kinds", group) for group in content[table]["rows"]]


def sums_of_columns(content: Content, table: str) -> list[int]:
    """The same of each column."""
    if table == "kinds_by_attendance":
        return [content["came"], content["registered"] - content["came"]]
    told = {row["kind"]: row["registered"] or 0 for row in content["kinds"]}
    alone = sum(told[kind] for kind in ALONE)
    return [
        _sum_of_group(content, "municipalities", group) - (alone if UNKNOWN in group else 0)
        for group in content[table]["columns"]
    ]


def cells_of(crossed: Mapping[str, Any]) -> Iterator[tuple[list[str], list[str], int | None]]:
    """Row, column and number of each cell of a table of two ways; rows and columns are groups of keys."""
    for row, line in zip(crossed["rows"], crossed["numbers"], strict=True):
        for column, number in zip(crossed["columns"], line, strict=True):
            yield row, column, number


def objections(earlier: Content, later: Content) -> list[tuple[str, ...]]:
    """Where a later edition would give something of an earlier one away, or of what happened in between; empty: nowhere.

    Both hide the same, and no number that both tell has changed by a few people. Withdrawn editions count: somebody has
    kept them.
    """
    before, after = numbers(earlier), numbers(later)
    smallest = max(earlier["smallest"], later["smallest"])
    places = [place for place in {**before, **after} if place not in before or place not in after]
    for place in before.keys() & after.keys():
        was, now = before[place], after[place]
        if (was is None) != (now is None) or (was is not None and now is not None and 0 < abs(now - was) < smallest):
            places.append(place)
    return sorted(places)


def corner(rows: Sequence[Sequence[str]], columns: Sequence[Sequence[str]]) -> dict[tuple[int, int], int]:
    """The cell in which hidden private persons and the press stand, if any, and how many they are there at least."""
    return {
        (row, column): len(set(ALONE) & set(group))
        for row, group in enumerate(rows)
        for column, names in enumerate(columns)
        if UNKNOWN in names and set(ALONE) & set(group)
    }


# -- inside ------------------------------------------------------------------------------------------------------------


def _listed(key: str, numbers: Mapping[str, int | None] | None) -> list[dict[str, Any]] | None:
    """As JSON keeps it in order on every database. None where nothing of the list is told."""
    if numbers is None:
        return None
    return [{key: value, "registered": number} for value, number in numbers.items()]


def _sum_of_group(content: Content, table: str, group: Sequence[str]) -> int:
    """Of one line that is told, or of all that are hidden."""
    key = LISTS[table]
    numbers = {row[key]: row["registered"] for row in content[table]}
    number = numbers.get(group[0])  # of one that is missing the nightly check finds that nothing fits
    return hidden_sum(content, table) if number is None else int(number)


def _or_nothing(numbers: dict[str, int | None]) -> dict[str, int | None] | None:
    """A list of which nothing is told does not even say what stands in it."""
    return None if numbers and all(number is None for number in numbers.values()) else numbers


def _kinds(guests: Sequence[Guest], smallest: int) -> dict[str, int | None] | None:
    counted = Counter(guest.kind for guest in guests)
    return _or_nothing(one_way({kind: counted[kind] for kind in KINDS}, smallest=smallest))


def _municipalities(
    guests: Sequence[Guest], kinds: Mapping[str, int | None] | None, smallest: int
) -> dict[str, int | None] | None:
    """By name, those of whom nobody knows it last.

    These are hidden where private persons or the press are, who are all among them, and where what remains without
    these would be small.
    """
    counted = Counter(guest.municipality for guest in guests)
    alone = [kinds[kind] if kinds else 0 for kind in ALONE]
    known = sum(number or 0 for number in alone)
    rest = counted[UNKNOWN] - known
    hide = [UNKNOWN] if None in alone or kinds is None or 0 < rest < smallest else []
    least = {UNKNOWN: max(1, known + alone.count(None))}
    named = {name: counted[name] for name in sorted(counted, key=lambda name: (name == UNKNOWN, name))}
    return _or_nothing(one_way(named, smallest=smallest, hide=hide, least=least))


def _weeks(guests: Sequence[Guest], smallest: int) -> dict[str, int | None] | None:
    """From the first week in which somebody registered to the last, empty ones between them, too."""
    counted = Counter(guest.week for guest in guests)
    days = range(min(counted).toordinal(), max(counted).toordinal() + 1, 7)
    weeks = {date.fromordinal(day).isoformat(): counted[date.fromordinal(day)] for day in days}
    return _or_nothing(one_way(weeks, smallest=smallest))


def _lines(numbers: Mapping[str, int | None], leave_out: Iterable[str] = ()) -> list[list[str]]:
    """The lines of a table of two ways: each key that is told, and all hidden ones as one."""
    shown = [[key] for key, number in numbers.items() if number and key not in leave_out]
    hidden = [key for key, number in numbers.items() if number is None]
    return [*shown, hidden] if hidden else shown


def _crossed(
    guests: Sequence[Guest],
    kinds: Mapping[str, int | None] | None,
    municipalities: Mapping[str, int | None] | None,
    smallest: int,
) -> Content | None:
    """Kind by municipality; private persons and the press, of whom everybody knows the column, are left out if told."""
    if kinds is None or municipalities is None:
        return None
    rows, columns = _lines(kinds, leave_out=ALONE), _lines(municipalities)
    table = _table(rows, columns, Counter((guest.kind, guest.municipality) for guest in guests))
    columns = [group for place, group in enumerate(columns) if any(line[place] for line in table)]
    table = _table(rows, columns, Counter((guest.kind, guest.municipality) for guest in guests))
    if len(rows) < 2 or len(columns) < 2:
        return None
    least = corner(rows, columns)
    return _as_told(rows, columns, table, two_way(table, smallest=smallest, hide=least, least=least))


def _attendance(guests: Sequence[Guest], kinds: Mapping[str, int | None] | None, smallest: int) -> Content | None:
    """Kind by whether they came."""
    if kinds is None:
        return None
    rows, columns = _lines(kinds), [["came"], ["absent"]]
    counted = Counter((guest.kind, "came" if guest.came else "absent") for guest in guests)
    table = _table(rows, columns, counted)
    return _as_told(rows, columns, table, two_way(table, smallest=smallest))


def _table(
    rows: Sequence[Sequence[str]], columns: Sequence[Sequence[str]], counted: Counter[tuple[str, str]]
) -> list[list[int]]:
    return [[sum(counted[row, column] for row in group for column in line) for line in columns] for group in rows]


def _as_told(
    rows: Sequence[Sequence[str]], columns: Sequence[Sequence[str]], table: Sequence[Sequence[int]],
    hidden: frozenset[tuple[int, int]] | None,
) -> Content | None:  # fmt: skip
    if hidden is None:
        return None
    numbers = [[None if (r, c) in hidden else number for c, number in enumerate(line)] for r, line in enumerate(table)]
    return {"rows": rows, "columns": columns, "numbers": numbers}
