"""Nobody is found in a table by subtraction: an outsider with integer programming (HiGHS, not ours) tries it."""

from itertools import chain, product

import numpy
import pytest
from django.core.checks import run_checks
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from organisations import suppression
from organisations.suppression import one_way, two_way


def range_of(number: int, sums: list[tuple[dict[int, int], int]], least: list[int]) -> list[tuple[int, int]]:
    """The least and the most that each of so many unknown whole numbers can be, given what sums of them are."""
    matrix = numpy.array([[row.get(place, 0) for place in range(number)] for row, _sum in sums])
    values = numpy.array([value for _row, value in sums])
    found = []
    for place in range(number):
        ends = []
        for sign in (1, -1):
            aim = numpy.zeros(number)
            aim[place] = sign
            answer = milp(aim, constraints=LinearConstraint(matrix, values, values), integrality=numpy.ones(number),
                          bounds=Bounds(numpy.array(least), numpy.inf))  # fmt: skip
            assert answer.status == 0, answer.message
            ends.append(round(sign * answer.fun))
        found.append((ends[0], ends[1]))
    return found


def attack_list(told: list[int | None], total: int) -> list[tuple[int, int]]:
    """What an outsider finds out of each hidden number of a list whose sum is known."""
    hidden = [place for place, number in enumerate(told) if number is None]
    rest = total - sum(number for number in told if number is not None)
    least = 0 if len(hidden) == len(told) else 1  # where nothing is told, noughts are hidden as well
    return (
        range_of(len(hidden), [(dict.fromkeys(range(len(hidden)), 1), rest)], [least] * len(hidden)) if hidden else []
    )


def attack_table(table, hidden) -> list[tuple[int, int]]:
    """The same of a table whose row and column sums are known."""
    cells = sorted(hidden)
    sums = []
    for axis, lines in ((0, range(len(table))), (1, range(len(table[0])))):
        for line in lines:
            mine = {place: 1 for place, cell in enumerate(cells) if cell[axis] == line}
            if mine:
                sums.append((mine, sum(table[r][c] for r, c in cells if (r, c)[axis] == line)))
    return range_of(len(cells), sums, [1] * len(cells)) if cells else []


NUMBERS = st.lists(st.integers(0, 14), min_size=2, max_size=7)
TABLES = st.tuples(st.integers(2, 4), st.integers(2, 4)).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, 13), min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
    )
)


def as_list(numbers, smallest=5, **known):
    return list(one_way({str(place): n for place, n in enumerate(numbers)}, smallest=smallest, **known).values())


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([], []),
        ([0, 0], [0, 0]),
        ([5, 9, 0], [5, 9, 0]),
        ([3, 9, 6], [None, 9, None]),
        ([1, 1, 20], [None, None, None]),  # two that make 2 are both 1
        ([1, 1, 1, 1, 1], [None] * 5),  # five that make 5 as well
        ([4, 4], [None, None]),
        ([3, 30], [None, None]),
        ([3, 30, 0], [None, None, 0]),
    ],
)
def test_a_list_hides_what_is_small_and_whatever_would_give_it_away(numbers, told):
    assert as_list(numbers) == told


def test_what_readers_know_of_a_number_already_hides_nothing_behind_it():
    numbers = {"a": 2, "b": 9, "c": 30}
    assert one_way(numbers, smallest=5) == {"a": None, "b": None, "c": 30}
    assert one_way(numbers, smallest=5, least={"b": 8}) == {"a": None, "b": None, "c": None}
    assert one_way(numbers, smallest=5, hide=["c"]) == {"a": None, "b": 9, "c": None}


@settings(max_examples=150, deadline=None)
@given(NUMBERS, st.integers(3, 6))
def test_no_hidden_number_of_a_list_is_ever_found(numbers, smallest):
    if 0 < sum(numbers) < smallest:
        return  # whoever tells the sum of a list sees to it that it is not small
    told = as_list(numbers, smallest)
    assert all(number is None or number == 0 or number >= smallest for number in told)
    assert all(most - least >= smallest - 1 for least, most in attack_list(told, sum(numbers)))


@settings(max_examples=150, deadline=None)
@given(TABLES, st.integers(3, 5))
def test_no_hidden_cell_of_a_table_is_ever_found(table, smallest):
    hidden = two_way(table, smallest=smallest)
    if hidden is None:
        return
    cells = product(range(len(table)), range(len(table[0])))
    assert all((r, c) in hidden or table[r][c] == 0 or table[r][c] >= smallest for r, c in cells)
    assert all(most - least >= smallest - 1 for least, most in attack_table(table, hidden))


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_what_our_flows_say_of_a_cell_is_what_the_outsider_finds(table):
    hidden = frozenset((r, c) for r, line in enumerate(table) for c, n in enumerate(line) if n)
    found = attack_table(table, hidden)
    assert [most - least for least, most in found] == [
        suppression.width(table, hidden, cell) for cell in sorted(hidden)
    ]


def test_the_outsider_finds_what_is_hidden_only_because_it_is_small():
    """The negative control: the attack works, so that its failing above says something."""
    assert attack_list([None, 9, 6], 18) == [(3, 3)]
    assert attack_list([None, None, 20], 22) == [(1, 1), (1, 1)]
    table = [[3, 10, 20], [12, 2, 30], [9, 8, 7]]
    small = frozenset(((0, 0), (1, 1)))
    assert attack_table(table, small) == [(3, 3), (2, 2)]
    hidden = two_way(table, smallest=5)
    assert hidden > small
    assert all(most - least >= 4 for least, most in attack_table(table, hidden))


def test_a_table_in_which_nothing_can_change_places_is_not_told():
    assert two_way([[2, 9]], smallest=5) is None
    assert two_way([[1, 0], [0, 30]], smallest=5) is None
    assert two_way([[9, 0], [0, 30]], smallest=5) == frozenset()


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_a_told_table_is_completed_by_some_numbers_that_give_its_sums(table):
    hidden = two_way(table, smallest=5) or frozenset()
    told = [[None if (r, c) in hidden else n for c, n in enumerate(line)] for r, line in enumerate(table)]
    rows, columns = [sum(line) for line in table], [sum(line) for line in zip(*table, strict=True)]
    found = suppression.completed(told, rows, columns)
    assert found is not None
    assert [sum(line) for line in found] == rows
    assert [sum(line) for line in zip(*found, strict=True)] == columns
    for (r, c), number in zip(product(range(len(rows)), range(len(columns))), chain(*told), strict=True):
        assert found[r][c] == number if number is not None else found[r][c] >= 1


def test_sums_that_no_numbers_give_are_seen():
    assert suppression.completed([[None, 5], [None, 5]], [7, 7], [9, 10]) is None
    assert suppression.completed([[1, 5], [5, 5]], [7, 10], [6, 10]) is None


@pytest.mark.parametrize(("number", "is_refused"), [(2, True), (0, True), (3, False), (5, False)])
def test_a_threshold_below_three_is_refused_when_the_portal_starts(settings, number, is_refused):
    settings.SMALLEST_NUMBER_TOLD = number
    assert any(one.id == "portal.E011" for one in run_checks()) is is_refused
