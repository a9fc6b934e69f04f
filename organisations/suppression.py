"""Counts of people told so that nobody is found in them: small numbers are hidden, and others from which they follow.

Pure functions over the numbers of one table. What a reader knows: every number that is told, every sum of the table, that
a hidden number is not nought, and these rules. Whatever they subtract, for each hidden number at least `threshold` values
stay possible: no less than what the rule itself says of a small number ("between one and four"). Decision 0034.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence

from django.conf import settings

Cell = tuple[int, int]
Table = Sequence[Sequence[int]]
#: Of a table, which cells are hidden; where nothing of it can be told, None stands instead.
Pattern = frozenset[Cell]


def threshold() -> int:
    """Numbers below it, nought apart, are hidden (SMALLEST_NUMBER_TOLD)."""
    return int(settings.SMALLEST_NUMBER_TOLD)


def one_way(
    numbers: Mapping[str, int],
    *,
    smallest: int,
    hide: Collection[str] = (),
    least: Mapping[str, int] | None = None,
) -> dict[str, int | None]:
    """The same numbers of one list whose sum is known, None for those that are hidden.

    Small ones are hidden, with the smallest others until their sum gives none of them away. Where even all together
    would, noughts are hidden as well: nothing of the list is told. `hide`: keys that have to be hidden if they are not
    nought. `least`: what readers know a number to be at least, if hidden; else one.
    """
    known = least or {}
    hidden = {key for key, number in numbers.items() if 0 < number < smallest or (number and key in hide)}
    others = sorted((number, key) for key, number in numbers.items() if number and key not in hidden)
    while hidden and not _is_wide(numbers, hidden, known, smallest):
        if not others:
            return dict.fromkeys(numbers)
        hidden.add(others.pop(0)[1])
    return {key: None if key in hidden else number for key, number in numbers.items()}


def two_way(
    table: Table, *, smallest: int, hide: Collection[Cell] = (), least: Mapping[Cell, int] | None = None
) -> Pattern | None:
    """Which cells of a table whose row and column sums are known are hidden; None where the cells cannot be told at all.

    Small cells are hidden, and others with which they can change places without any sum changing: for every hidden cell
    the most and the least it can be lie far enough apart, which the flows through the hidden cells say exactly (the
    matrix of such a table is totally unimodular: what holds of fractions holds of whole numbers). `hide`, `least`: as
    above.
    """
    known = least or {}
    cells = [(row, column) for row, numbers in enumerate(table) for column, _number in enumerate(numbers)]
    value = {cell: table[cell[0]][cell[1]] for cell in cells}
    full = {cell for cell in cells if value[cell]}
    hidden = {cell for cell in full if value[cell] < smallest or cell in hide}
    while narrow := next((cell for cell in sorted(hidden) if width(table, hidden, cell, known) < smallest - 1), None):
        corners = _corners(value, full, hidden, narrow, smallest)
        if corners is None:
            break
        hidden |= corners
    for pattern in (hidden, full):
        if all(width(table, pattern, cell, known) >= smallest - 1 for cell in pattern):
            return frozenset(pattern)
    return None


def width(table: Table, hidden: Collection[Cell], cell: Cell, least: Mapping[Cell, int] | None = None) -> int:
    """How far the most and the least that a hidden cell can be lie apart, every sum and every other cell being known."""
    row, column = cell
    known = least or {}
    # what can be taken away of each other hidden cell
    room = {one: table[one[0]][one[1]] - known.get(one, 1) for one in hidden if one != cell}
    up = _flow(dict(room), ("column", column), ("row", row))
    down = _flow(room, ("row", row), ("column", column))
    return up + min(table[row][column] - known.get(cell, 1), down)


def completed(
    told: Sequence[Sequence[int | None]], rows: Sequence[int], columns: Sequence[int]
) -> list[list[int]] | None:
    """One table that these told cells and these sums allow, hidden ones being one or more; None where there is none."""
    table = [[1 if number is None else number for number in line] for line in told]
    hidden = [(row, column) for row, line in enumerate(told) for column, number in enumerate(line) if number is None]
    for row, sum_of_row in enumerate(rows):
        while (wanted := sum_of_row - sum(table[row])) > 0:
            open_columns = [
                c for c, sum_of_column in enumerate(columns) if sum(line[c] for line in table) < sum_of_column
            ]
            left = {cell: table[cell[0]][cell[1]] - 1 for cell in hidden}
            found = next((path for c in open_columns if (path := _path(left, ("row", row), ("column", c)))), None)
            if not found:
                return None
            last = found[-1][0][1]
            amount = min(wanted, columns[last] - sum(line[last] for line in table),
                         *(left[cell] for cell, grows in found if not grows))  # fmt: skip
            for (r, c), grows in found:
                table[r][c] += amount if grows else -amount
    sums = [sum(line) for line in table], [sum(column) for column in zip(*table, strict=True)]
    return table if sums == (list(rows), list(columns)) else None


# -- inside ------------------------------------------------------------------------------------------------------------

Node = tuple[str, int]


def _is_wide(numbers: Mapping[str, int], hidden: Collection[str], least: Mapping[str, int], smallest: int) -> bool:
    """Whether each of the hidden numbers can be `smallest` different ones: so much of their sum may move among them."""
    slack = sum(numbers[key] - least.get(key, 1) for key in hidden)
    return len(hidden) > 1 and slack >= smallest - 1


def _corners(
    value: Mapping[Cell, int], full: Collection[Cell], hidden: Collection[Cell], cell: Cell, smallest: int
) -> set[Cell] | None:
    """The cells to hide with this one: three others of a rectangle with it, as few people as possible among them."""
    row, column = cell
    best: tuple[tuple[bool, int, int], set[Cell]] | None = None
    for far in sorted(full):
        if far[0] == row or far[1] == column:
            continue
        beside, below = (row, far[1]), (far[0], column)
        if beside not in full or below not in full:
            continue
        new = {beside, below, far} - set(hidden)
        if not new:
            continue
        moves = min(value[beside], value[below]) + min(value[cell], value[far]) - 2
        cost = (moves < smallest - 1, sum(value[one] for one in new), -moves)
        if best is None or cost < best[0]:
            best = cost, new
    return best[1] if best else None


def _flow(left: dict[Cell, int], source: Node, sink: Node) -> int:
    """How much can be moved from one line of the table to another through hidden cells, with what is `left` of each.

    From a row to a column by making their cell larger, without end; from a column to a row by making it smaller, as far
    as something is left. Shortest paths first (Edmonds and Karp).
    """
    moved = 0
    while path := _path(left, source, sink):
        amount = min(left[cell] for cell, grows in path if not grows)
        for cell, grows in path:
            left[cell] += amount if grows else -amount
        moved += amount
    return moved


def _path(left: Mapping[Cell, int], source: Node, sink: Node) -> list[tuple[Cell, bool]]:
    """The cells on the shortest way, each with whether it grows. Empty where there is none."""
    came: dict[Node, tuple[Node, Cell, bool] | None] = {source: None}
    queue = deque([source])
    while queue and sink not in came:
        here = queue.popleft()
        for cell, there, grows in _steps(left, here):
            if there not in came:
                came[there] = here, cell, grows
                queue.append(there)
    path = []
    step = came.get(sink)
    while step:
        path.append((step[1], step[2]))
        step = came[step[0]]
    return path[::-1]


def _steps(left: Mapping[Cell, int], node: Node) -> Iterator[tuple[Cell, Node, bool]]:
    kind, number = node
    for cell, room in left.items():
        if kind == "row" and cell[0] == number:
            yield cell, ("column", cell[1]), True
        elif kind == "column" and cell[1] == number and room:
            yield cell, ("row", cell[0]), False
