"""Whether what was published still keeps its own rule, from the published numbers alone: asked every night."""

from collections.abc import Iterator
from itertools import combinations

from events.figures import telling
from events.figures.models import FiguresEdition
from events.figures.telling import ALONE, CROSSED, LISTS, UNKNOWN, Content
from organisations.suppression import completed, width


def broken() -> Iterator[str]:
    """One sentence for each rule that an edition breaks by itself, or together with another one of its event."""
    editions = list(FiguresEdition.objects.select_related("event").order_by("event", "edition"))
    for edition in editions:
        for fault in faults(edition.content):
            yield f"figures {edition.event.slug}/{edition.edition}: {fault}"
    for one, other in combinations(editions, 2):
        if one.event_id == other.event_id and telling.objections(one.content, other.content):
            yield f"figures {one.event.slug}: editions {one.edition} and {other.edition} give each other away"


def faults(content: Content) -> Iterator[str]:
    """What could be worked out of one edition. Nothing but its own numbers is read."""
    smallest = content["smallest"]
    if any(number is not None and 0 < number < smallest for place, number in _told(content)):
        yield f"a number below {smallest} is told"
    for table in LISTS:
        if content[table] is not None and not _list_holds(content, table):
            yield f"a hidden number of {table} can be worked out"
    for table in CROSSED:
        if content[table] is not None and not _table_holds(content, table):
            yield f"a hidden number of {table} can be worked out"


# -- inside ------------------------------------------------------------------------------------------------------------


def _told(content: Content) -> Iterator[tuple[str, int | None]]:
    yield "registered", content["registered"]
    yield "came", content["came"]
    for table in LISTS:
        yield from ((table, row["registered"]) for row in content[table] or [])
    for table in CROSSED:
        yield from ((table, number) for _row, _column, number in telling.cells_of(content[table] or telling.NOTHING))


def _list_holds(content: Content, table: str) -> bool:
    """Whether so much of the hidden sum can move that each hidden number can be many."""
    numbers = {row[LISTS[table]]: row["registered"] for row in content[table]}
    hidden = [key for key, number in numbers.items() if number is None]
    if not hidden:
        return telling.hidden_sum(content, table) == 0
    least = len(hidden)
    if table == "municipalities" and UNKNOWN in hidden:
        alone = [row["registered"] for row in content["kinds"] or [] if row["kind"] in ALONE]
        least += max(1, sum(number or 0 for number in alone) + alone.count(None)) - 1
    slack = telling.hidden_sum(content, table) - least
    return len(hidden) > 1 and bool(slack >= content["smallest"] - 1)


def _table_holds(content: Content, table: str) -> bool:
    """Whether each hidden cell can be many numbers in the tables that the told ones allow."""
    crossed = content[table]
    rows, columns, told = crossed["rows"], crossed["columns"], crossed["numbers"]
    found = completed(told, telling.sums_of_rows(content, table), telling.sums_of_columns(content, table))
    if found is None:
        return False
    least = telling.corner(rows, columns)
    hidden = {(r, c) for r, line in enumerate(told) for c, number in enumerate(line) if number is None}
    return all(width(found, hidden, cell, least) >= content["smallest"] - 1 for cell in hidden)
