"""What is published of an event's people: an outsider who knows every rule and has integer programming finds nobody."""

from datetime import date, timedelta

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from events.figures import checking
from events.figures.telling import ALONE, CROSSED, KINDS, LISTS, Guest, TooFew, objections, told

MONDAY = date(2020, 1, 27)
TOWNS = ("Terni", "Narni", "Orvieto", "")


class Outsider:
    """Knows an edition's content, that every number is a count of people, and that those who come alone have no municipality.

    Unknowns: how many people of each kind, municipality, week, and whether they came: one whole number each for the pairs
    (kind, municipality), (kind, came) and for the weeks; what is told are sums of these.
    """

    def __init__(self, content):
        self.content = content
        self.names, self.rows, self.low, self.high = [], [], [], []
        towns = [row["municipality"] for row in content["municipalities"] or []] or list(TOWNS)
        weeks = [row["week"] for row in content["weeks"] or []]
        self.pairs = [(kind, town) for kind in KINDS for town in towns if kind not in ALONE or town == ""]
        self.names = [
            *(("pair", *pair) for pair in self.pairs),
            *(("came", kind, came) for kind in KINDS for came in ("came", "absent")),
            *(("week", week) for week in weeks),
        ]
        self.place = {name: number for number, name in enumerate(self.names)}
        self.know()

    def rule(self, names, low, high=None, minus=()):
        row = numpy.zeros(len(self.names))
        for name in names:
            row[self.place[name]] += 1
        for name in minus:
            row[self.place[name]] -= 1
        self.rows.append(row)
        self.low.append(low)
        self.high.append(low if high is None else high)

    def cell(self, table, row, column=()):
        """The unknowns whose sum stands in one place of the publication."""
        if table == "kinds":
            return [("pair", *pair) for pair in self.pairs if pair[0] in row]
        if table == "municipalities":
            return [("pair", *pair) for pair in self.pairs if pair[1] in row]
        if table == "weeks":
            return [("week", week) for week in row]
        if table == "kinds_by_attendance":
            return [("came", kind, came) for kind in row for came in column]
        return [("pair", kind, town) for kind, town in self.pairs if kind in row and town in column]

    def places(self):
        """Every place of the publication: its unknowns and its number, None where hidden."""
        for table, key in LISTS.items():
            for row in self.content[table] or []:
                yield self.cell(table, [row[key]]), row["registered"]
        for table in CROSSED:
            crossed = self.content[table] or {"rows": [], "numbers": []}
            for row, line in zip(crossed["rows"], crossed["numbers"], strict=True):
                for column, number in zip(crossed["columns"], line, strict=True):
                    yield self.cell(table, row, column), number

    def know(self):
        content = self.content
        everybody = [("pair", *pair) for pair in self.pairs]
        self.rule(everybody, content["registered"])
        if content["weeks"]:
            self.rule([name for name in self.names if name[0] == "week"], content["registered"])
        for kind in KINDS:  # who came and who did not are all of a kind
            both = [("came", kind, "came"), ("came", kind, "absent")]
            self.rule(both, 0, minus=[("pair", *pair) for pair in self.pairs if pair[0] == kind])
        if content["came"] is not None:
            self.rule([("came", kind, "came") for kind in KINDS], content["came"])
        for unknowns, number in self.places():
            self.rule(unknowns, 1 if number is None else number, numpy.inf if number is None else number)

    def ends(self, unknowns):
        """The least and the most that a sum of unknowns can be."""
        aim = numpy.zeros(len(self.names))
        for name in unknowns:
            aim[self.place[name]] += 1
        found = []
        for sign in (1, -1):
            answer = milp(sign * aim, constraints=LinearConstraint(numpy.array(self.rows), self.low, self.high),
                          integrality=numpy.ones(len(self.names)), bounds=Bounds(0, numpy.inf))  # fmt: skip
            assert answer.status == 0, answer.message
            found.append(round(sign * answer.fun))
        return tuple(found)

    def finds(self):
        """What can be said of each hidden number."""
        return [self.ends(unknowns) for unknowns, number in self.places() if number is None]


def guests_of(*groups):
    """Of groups (kind, municipality, week, how many came, how many did not)."""
    return [
        Guest(kind, "" if kind in ALONE else town, MONDAY + timedelta(weeks=week), place < came)
        for kind, town, week, came, absent in groups
        for place in range(came + absent)
    ]


GROUP = st.tuples(
    st.sampled_from(["municipality", "cso", "school", "person", "press"]), st.sampled_from(TOWNS), st.integers(0, 3),
    st.integers(0, 9), st.integers(0, 5),
)  # fmt: skip
PEOPLE = st.lists(GROUP, min_size=1, max_size=10).map(lambda groups: guests_of(*groups))


@settings(max_examples=120, deadline=None)
@given(PEOPLE, st.integers(3, 5))
def test_no_outsider_finds_a_hidden_number_in_all_tables_together(guests, smallest):
    if len(guests) < smallest:
        with pytest.raises(TooFew):
            told(guests, smallest=smallest)
        return
    content = told(guests, smallest=smallest)
    outsider = Outsider(content)
    assert all(number is None or number == 0 or number >= smallest for _unknowns, number in outsider.places())
    assert all(most - least >= smallest - 1 for least, most in outsider.finds())
    assert list(checking.faults(content)) == []


def hiding_only_what_is_small(content, guests, smallest=5):
    """What a careless hand would publish: every table whole, small numbers struck out."""

    def strike(number):
        return None if 0 < number < smallest else number

    towns = sorted({guest.municipality for guest in guests})
    kinds = [kind for kind in KINDS if any(guest.kind == kind for guest in guests)]
    count = lambda **by: sum(all(getattr(one, name) == value for name, value in by.items()) for one in guests)  # noqa: E731
    return content | {
        "kinds": [{"kind": kind, "registered": strike(count(kind=kind))} for kind in KINDS],
        "municipalities": [{"municipality": town, "registered": strike(count(municipality=town))} for town in towns],
        "kinds_by_municipality": {
            "rows": [[kind] for kind in kinds], "columns": [[town] for town in towns],
            "numbers": [[strike(count(kind=kind, municipality=town)) for town in towns] for kind in kinds],
        },
    }  # fmt: skip


SOME = guests_of(
    ("municipality", "Terni", 0, 12, 6), ("municipality", "Narni", 1, 2, 0), ("cso", "Terni", 1, 9, 2),
    ("cso", "Narni", 2, 11, 7), ("school", "Terni", 2, 3, 0), ("school", "Narni", 2, 7, 5), ("person", "", 3, 1, 1),
    ("press", "", 3, 2, 0), ("cso", "", 3, 6, 0),
)  # fmt: skip


def test_the_same_outsider_finds_them_where_only_small_numbers_are_hidden():
    """The negative control: the attack of the test above works."""
    careless = hiding_only_what_is_small(told(SOME, smallest=5), SOME)
    assert any(least == most for least, most in Outsider(careless).finds())
    assert list(checking.faults(careless)) != []


def test_what_is_told_of_some_people():
    content = told(SOME, smallest=5)
    kinds = {row["kind"]: row["registered"] for row in content["kinds"]}
    assert kinds == {
        "municipality": 20, "cso": 35, "school": None, "person": None, "press": None, "association": 0, "firm": 0,
        "public_body": 0, "other": 0,
    }  # fmt: skip
    assert (content["registered"], content["came"]) == (74, 53)
    assert content["kinds_by_municipality"]["rows"] == [["municipality"], ["cso"], ["school", "person", "press"]]


def test_an_event_of_few_people_is_not_told_at_all():
    with pytest.raises(TooFew):
        told(guests_of(("cso", "Terni", 0, 4, 0)), smallest=5)


def test_an_event_of_one_kind_each_tells_its_two_totals_alone():
    content = told(guests_of(*((kind, "Terni", 0, 1, 0) for kind in KINDS)), smallest=5)
    assert (content["registered"], content["came"]) == (len(KINDS), len(KINDS))
    assert content["kinds"] is content["municipalities"] is content["kinds_by_municipality"] is None
    assert content["weeks"] == [{"week": "2020-01-27", "registered": len(KINDS)}]


def test_few_who_came_are_not_told_and_nothing_of_who_did():
    content = told(guests_of(("cso", "Terni", 0, 2, 20)), smallest=5)
    assert content["came"] is content["kinds_by_attendance"] is None


# -- one edition after another ---------------------------------------------------------------------------------------------


def test_the_same_figures_may_be_published_again():
    assert objections(told(SOME, smallest=5), told(SOME, smallest=5)) == []


def test_one_person_more_would_be_found_by_subtraction_and_is_refused():
    more = [*SOME, *guests_of(("cso", "Terni", 1, 1, 0))]
    assert ("kinds", "cso") in objections(told(SOME, smallest=5), told(more, smallest=5))


def test_many_more_may_be_told_where_the_same_is_hidden():
    some = guests_of(("cso", "Terni", 0, 12, 6), ("municipality", "Narni", 1, 20, 9), ("school", "Orvieto", 1, 3, 0),
                     ("firm", "Narni", 1, 7, 0))  # fmt: skip
    more = [*some, *guests_of(("cso", "Terni", 0, 15, 0))]
    assert any(row["registered"] is None for row in told(some, smallest=5)["kinds"])
    assert objections(told(some, smallest=5), told(more, smallest=5)) == []


def test_a_later_edition_that_hides_something_else_is_refused():
    """One hides schools with the press, the other schools with firms: together they give the schools away."""
    first = told(
        guests_of(("school", "Terni", 0, 3, 0), ("press", "", 0, 6, 0), ("cso", "Terni", 0, 30, 9)), smallest=5
    )
    second = told(
        guests_of(("school", "Terni", 0, 3, 0), ("press", "", 0, 46, 0), ("cso", "Terni", 0, 30, 9)), smallest=5
    )
    assert ("kinds", "press") in objections(first, second)


@settings(max_examples=60, deadline=None)
@given(PEOPLE, PEOPLE)
def test_two_editions_that_may_follow_each_other_differ_nowhere_by_a_few(guests, more):
    if len(guests) < 5:
        return
    first, second = told(guests, smallest=5), told([*guests, *more], smallest=5)
    if objections(first, second):
        return
    before, after = Outsider(first), Outsider(second)
    for (_unknowns, was), (_same, now) in zip(before.places(), after.places(), strict=True):
        assert (was is None) == (now is None)
        assert was is None or was == now or abs(was - now) >= 5
