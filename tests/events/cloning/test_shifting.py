"""Dates of a copy: what was at eleven stays at eleven, over both changes of the clock; deadlines keep their time of day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.cloning.shifting import Shift, proposed
from organisations.zone import ROME, on_the_wall
from tests.events.conftest import rome


def shown(moment: datetime) -> str:
    return f"{moment.astimezone(ROME):%Y-%m-%d %H:%M}"


def test_what_was_at_eleven_stays_at_eleven_over_the_spring_change_of_the_clock():
    shift = Shift(rome(2027, 3, 12, 10, 30), rome(2027, 4, 9, 10, 30))
    assert shown(shift.moved(rome(2027, 3, 12, 11))) == "2027-04-09 11:00"
    assert shift.moved(rome(2027, 3, 12, 11)) - rome(2027, 3, 12, 11) == timedelta(days=28, hours=-1)


def test_and_over_the_autumn_one():
    shift = Shift(rome(2027, 10, 8, 10, 30), rome(2027, 11, 5, 10, 30))
    assert shown(shift.moved(rome(2027, 10, 9, 0, 15))) == "2027-11-06 00:15"
    assert shift.moved(rome(2027, 10, 8, 11)) - rome(2027, 10, 8, 11) == timedelta(days=28, hours=1)


def test_another_time_of_day_moves_the_agenda_and_leaves_deadlines_of_other_days_at_their_hour():
    shift = Shift(rome(2027, 2, 19, 10, 30), rome(2028, 2, 18, 15))
    assert shown(shift.moved(rome(2027, 2, 19, 12))) == "2028-02-18 16:30"
    assert shown(shift.deadline(rome(2027, 2, 18, 18))) == "2028-02-17 18:00"
    assert shown(shift.deadline(rome(2027, 2, 19, 9))) == "2028-02-18 13:30"


def test_an_hour_that_the_clocks_skip_moves_to_the_next_they_show():
    shift = Shift(rome(2027, 3, 21, 2, 10), rome(2027, 3, 28, 2, 10))
    assert shown(shift.moved(rome(2027, 3, 21, 2, 10))) == "2027-03-28 03:00"
    assert shown(shift.moved(rome(2027, 3, 21, 3, 10))) == "2027-03-28 03:10"


def test_of_an_hour_that_they_show_twice_it_is_the_first():
    shift = Shift(rome(2027, 10, 24, 2, 30), rome(2027, 10, 31, 2, 30))
    assert shift.moved(rome(2027, 10, 24, 2, 30)) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_an_item_lasts_as_long_as_it_did_and_an_event_closes_at_its_hour():
    """Over the night of the change: two hours stay two hours; what closed at six in the morning does so still."""
    shift = Shift(rome(2027, 3, 20, 22), rome(2027, 3, 27, 22))
    starts_at, ends_at = shift.lasting(rome(2027, 3, 21, 1), rome(2027, 3, 21, 3))
    assert (shown(starts_at), ends_at - starts_at) == ("2027-03-28 01:00", timedelta(hours=2))
    _starts_at, closes_at = shift.around(rome(2027, 3, 20, 22), rome(2027, 3, 21, 6))
    assert shown(closes_at) == "2027-03-28 06:00"


def test_an_event_within_the_hour_that_is_skipped_still_ends_after_it_begins():
    shift = Shift(rome(2027, 3, 21, 2, 10), rome(2027, 3, 28, 2, 10))
    starts_at, ends_at = shift.around(rome(2027, 3, 21, 2, 10), rome(2027, 3, 21, 2, 50))
    assert ends_at - starts_at == timedelta(minutes=40)


MOMENTS = st.integers(0, 4 * 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(old=MOMENTS, new=MOMENTS, after=st.integers(0, 14 * 24 * 60), length=st.integers(1, 3000))
def test_nothing_ends_before_it_begins_and_the_start_is_where_it_was_put(old, new, after, length):
    shift = Shift(old, new)
    starts_at, ends_at = old + timedelta(minutes=after), old + timedelta(minutes=after + length)
    assert shown(shift.moved(old)) == shown(new)
    for stretch in (shift.lasting(starts_at, ends_at), shift.around(starts_at, ends_at)):
        assert stretch[0] < stretch[1]
        assert stretch[0].tzinfo is UTC


@given(moment=MOMENTS)
def test_a_time_that_the_clocks_show_comes_back_as_it_is(moment):
    local = moment.astimezone(ROME)
    assert on_the_wall(local.replace(tzinfo=None)) == local.replace(fold=0).astimezone(UTC)


@pytest.mark.parametrize(
    ("starts_at", "now", "expected"),
    [
        (rome(2020, 2, 21, 10, 30), rome(2026, 11, 27), "2027-02-12 10:30"),
        (rome(2027, 2, 21, 10, 30), rome(2026, 11, 27), "2028-02-20 10:30"),
        (rome(2026, 11, 27, 10, 30), rome(2026, 11, 27, 10, 30), "2027-11-26 10:30"),
        (rome(2026, 7, 3, 9), rome(2026, 11, 27), "2027-07-02 09:00"),
    ],
)
def test_a_start_is_proposed_on_the_same_weekday_and_at_the_same_time_to_come(starts_at, now, expected):
    found = proposed(starts_at, now)
    assert shown(found) == expected
    assert found.astimezone(ROME).weekday() == starts_at.weekday()
