"""When a rule is due: exact over both changes of the clocks, by the wall or by elapsed time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from notifications.models.reminders import ReminderRule
from notifications.quiet import is_quiet
from notifications.reminders.times import due_at, on_the_wall
from organisations.zone import ROME


def rome(*moment: int, fold: int = 0) -> datetime:
    return datetime(*moment, tzinfo=ROME, fold=fold)


def wall(days: int, hour: int, minute: int = 0, *, is_after: bool = False) -> ReminderRule:
    return ReminderRule(days=days, local_time=time(hour, minute), is_after=is_after)


def exact(*, is_after: bool = False, **amount: int) -> ReminderRule:
    return ReminderRule(duration=timedelta(**amount), is_after=is_after)


def hours_between(due: datetime, anchor: datetime) -> float:
    return (anchor.astimezone(UTC) - due.astimezone(UTC)).total_seconds() / 3600


def test_a_day_before_the_clocks_go_back_the_wall_and_the_hours_differ():
    start = rome(2026, 10, 25, 9, 30)
    assert due_at(start, wall(1, 9, 30)) == rome(2026, 10, 24, 9, 30).astimezone(UTC)
    assert hours_between(due_at(start, wall(1, 9, 30)), start) == 25
    assert due_at(start, exact(hours=24)) == rome(2026, 10, 24, 10, 30).astimezone(UTC)
    assert hours_between(due_at(start, exact(hours=24)), start) == 24


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 24.5), (date(2027, 3, 28), 24.5), (date(2026, 10, 25), 26.5), (date(2027, 10, 31), 26.5),
     (date(2026, 6, 10), 25.5)],
)  # fmt: skip
def test_nine_is_nine_on_the_wall_over_every_change_of_the_clocks(day, hours):
    start = datetime.combine(day, time(10, 30), ROME)
    due = due_at(start, wall(1, 9))
    assert due.astimezone(ROME).replace(tzinfo=None) == datetime.combine(day - timedelta(days=1), time(9))
    assert hours_between(due, start) == hours


@pytest.mark.parametrize(
    ("day", "shown"),
    [(date(2026, 3, 29), (9, 30)), (date(2027, 3, 28), (9, 30)), (date(2026, 10, 25), (11, 30)),
     (date(2027, 10, 31), (11, 30))],
)  # fmt: skip
def test_a_duration_is_exact_over_every_change_of_the_clocks(day, shown):
    start = datetime.combine(day, time(10, 30), ROME)
    due = due_at(start, exact(hours=24))
    assert hours_between(due, start) == 24
    assert (due.astimezone(ROME).hour, due.astimezone(ROME).minute) == shown


def test_after_the_end_both_ways_count_forward_over_the_change():
    end = rome(2026, 10, 24, 12, 30)
    assert due_at(end, wall(1, 9, is_after=True)) == rome(2026, 10, 25, 9).astimezone(UTC)
    assert due_at(end, exact(hours=24, is_after=True)) == rome(2026, 10, 25, 11, 30).astimezone(UTC)


@pytest.mark.parametrize(("day", "offset"), [(date(2026, 3, 29), 2), (date(2027, 3, 28), 2)])
def test_a_time_that_the_clocks_skip_moves_to_the_next_one_they_show(day, offset):
    due = on_the_wall(day, time(2, 30))
    assert due.astimezone(ROME).replace(tzinfo=None) == datetime.combine(day, time(3, 0))
    assert due.astimezone(ROME).utcoffset() == timedelta(hours=offset)
    assert due == datetime.combine(day, time(1, 0), UTC)


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 10, 31)])
def test_of_a_time_that_the_clocks_show_twice_it_is_the_first(day):
    assert on_the_wall(day, time(2, 30)) == datetime.combine(day, time(0, 30), UTC)
    assert on_the_wall(day, time(2, 30, fold=1)) == datetime.combine(day, time(0, 30), UTC)


def test_the_local_date_counts_and_not_the_date_in_utc():
    start = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # 00:30 of 2 July in Rome
    assert due_at(start, wall(1, 9)) == rome(2026, 7, 1, 9).astimezone(UTC)


def test_zero_days_is_the_same_day():
    assert due_at(rome(2026, 7, 1, 10, 30), wall(0, 8)) == rome(2026, 7, 1, 8).astimezone(UTC)


def test_an_anchor_in_the_doubled_hour_is_no_other_moment_than_itself():
    twice = rome(2026, 10, 25, 2, 30, fold=1)
    assert hours_between(due_at(twice, exact(hours=1)), twice) == 1
    assert due_at(twice, exact(hours=1)) == rome(2026, 10, 25, 2, 30).astimezone(UTC)


def test_a_rule_without_time_is_refused():
    with pytest.raises(ValueError, match="days and a local time"):
        due_at(rome(2026, 7, 1, 10, 30), ReminderRule(days=1))


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [((2027, 3, 11, 9, 0), False), ((2027, 3, 11, 8, 0), False), ((2027, 3, 11, 7, 59), True),
     ((2027, 3, 11, 20, 59), False), ((2027, 3, 11, 21, 0), True), ((2027, 3, 14, 12, 0), True)],
)  # fmt: skip
def test_night_and_sunday_are_quiet(moment, quiet):
    assert is_quiet(rome(*moment).astimezone(UTC)) is quiet
