"""Who of a waiting list gets what: pure, for every order of groups."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.promotion import Entry, Reason, promote

NOW = datetime(2027, 2, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def entry(
    pk: int, people: int = 1, *, takes_any: bool = False, priority: int = 0, starts_at: datetime = LATER
) -> Entry:
    return Entry(pk, priority, NOW + timedelta(minutes=pk), people, takes_any, starts_at)


def told(free: int, *entries: Entry) -> list[tuple[int, int, Reason]]:
    return [(one.entry, one.given, one.reason) for one in promote(free, entries, NOW)]


def test_first_come_first_served():
    assert told(2, entry(2), entry(1), entry(3)) == [
        (1, 1, Reason.ALL_FIT), (2, 1, Reason.ALL_FIT), (3, 0, Reason.NO_PLACE),
    ]  # fmt: skip


def test_who_was_moved_to_the_front_comes_first():
    assert told(1, entry(1), entry(2, priority=-1))[0] == (2, 1, Reason.ALL_FIT)


def test_a_group_that_wants_all_lets_smaller_ones_pass_and_keeps_its_position():
    assert told(2, entry(1, 3), entry(2)) == [(1, 0, Reason.GROUP_TOO_LARGE), (2, 1, Reason.ALL_FIT)]


def test_a_group_that_takes_any_number_takes_what_there_is():
    assert told(2, entry(1, 3, takes_any=True), entry(2)) == [(1, 2, Reason.SOME_FIT), (2, 0, Reason.NO_PLACE)]


@pytest.mark.parametrize("late", [timedelta(), timedelta(microseconds=1), timedelta(days=2)])
def test_nobody_gets_a_place_once_it_has_begun(late):
    assert told(5, entry(1, starts_at=NOW - late)) == [(1, 0, Reason.STARTED)]


def test_until_the_last_instant_before_it_begins_places_are_given():
    assert told(5, entry(1, starts_at=NOW + timedelta(microseconds=1))) == [(1, 1, Reason.ALL_FIT)]


ENTRIES = st.lists(
    st.builds(
        Entry, pk=st.integers(1, 10**6), priority=st.integers(-3, 0), people=st.integers(1, 12), takes_any=st.booleans(),
        created_at=st.integers(0, 50).map(lambda n: NOW - timedelta(minutes=n)),
        starts_at=st.sampled_from([NOW - timedelta(hours=1), LATER]),
    ),
    unique_by=lambda one: one.pk, max_size=30,
)  # fmt: skip


@given(free=st.integers(0, 40), entries=ENTRIES)
def test_whatever_the_queue_no_place_is_given_twice_and_none_that_somebody_could_have_is_left(free, entries):
    decisions = promote(free, entries, NOW)
    by_pk = {one.pk: one for one in entries}
    assert sorted(one.entry for one in decisions) == sorted(by_pk)
    assert [one.position for one in decisions] == list(range(1, len(entries) + 1))
    left = free
    for one in decisions:
        waits = by_pk[one.entry]
        assert one.free == left
        assert 0 <= one.given <= min(one.asked, left)
        assert one.given in {0, one.asked} or waits.takes_any
        left -= one.given
    for one in decisions:
        waits = by_pk[one.entry]
        unserved = one.asked - one.given
        if unserved and waits.starts_at > NOW:
            assert left < (1 if waits.takes_any else one.asked)


@given(free=st.integers(0, 40), entries=ENTRIES)
def test_the_same_question_has_the_same_answer_in_whatever_order_it_is_asked(free, entries):
    assert promote(free, entries, NOW) == promote(free, list(reversed(entries)), NOW)
