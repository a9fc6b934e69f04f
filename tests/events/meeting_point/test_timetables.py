"""Open or closed, by the clock on the wall in Rome: over weeks, exceptions and both changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation

from events.meeting_point import holidays, words
from events.meeting_point.timetables import Hours, SpecialDays, Timetable, moment, overlap
from organisations.languages import Words
from tests.events.conftest import rome
from tests.events.meeting_point.conftest import AFTERNOON, MORNING, tuesday

WEEK = Timetable({1: (MORNING,), 2: (AFTERNOON,), 3: (MORNING,)})
ALWAYS = {weekday: (Hours(time(0), time(23, 59)),) for weekday in range(7)}
MARCH, OCTOBER = date(2026, 3, 29), date(2026, 10, 25)


def special(first: date, last: date | None = None, *hours: Hours) -> SpecialDays:
    return SpecialDays(first, last or first, hours, Words("ponte", "long weekend"))


# -- open now --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        (tuesday(8, 59), False), (tuesday(9), True), (tuesday(12, 59), True), (tuesday(13), False),
        (rome(2026, 12, 2, 9), False), (rome(2026, 12, 2, 15), True), (rome(2026, 12, 5, 10), False),
    ],
)  # fmt: skip
def test_it_is_open_from_the_first_minute_to_before_the_last(now, is_open):
    assert WEEK.standing(now).is_open is is_open


def test_open_goes_by_rome_wherever_the_clock_is_read():
    assert WEEK.standing(datetime(2026, 12, 1, 8, 0, tzinfo=UTC)).is_open
    assert not WEEK.standing(datetime(2026, 12, 1, 12, 0, tzinfo=UTC)).is_open
    assert WEEK.standing(datetime(2026, 7, 7, 7, 0, tzinfo=UTC)).is_open  # summer time: nine in Rome


def test_it_says_until_when_and_when_again():
    standing = WEEK.standing(tuesday(10))
    assert (standing.until, standing.opens_at) == (tuesday(13), rome(2026, 12, 2, 15))
    assert WEEK.standing(tuesday(7)).opens_at == tuesday(9)
    assert WEEK.standing(rome(2026, 12, 3, 13)).opens_at == rome(2026, 12, 8, 9)


def test_stretches_that_touch_are_one_and_a_break_is_a_break():
    touching = Timetable({1: (Hours(time(9), time(13)), Hours(time(13), time(15)))})
    assert touching.standing(tuesday(12)).until == tuesday(15)
    assert touching.standing(tuesday(13)).is_open
    apart = Timetable({1: (MORNING, AFTERNOON)})
    assert apart.standing(tuesday(12)).until == tuesday(13)
    assert apart.standing(tuesday(14)).opens_at == tuesday(15)


def test_an_exception_takes_the_place_of_the_weeks_hours():
    closed = Timetable(WEEK.weekly, (special(date(2026, 12, 1), date(2026, 12, 2)),))
    assert not closed.standing(tuesday(10)).is_open
    assert closed.standing(tuesday(10)).special.reason.it == "ponte"
    assert closed.standing(tuesday(10)).opens_at == rome(2026, 12, 3, 9)
    other = Timetable(WEEK.weekly, (special(date(2026, 12, 1), None, AFTERNOON),))
    assert [other.standing(tuesday(hour)).is_open for hour in (10, 16)] == [False, True]
    saturday = Timetable(WEEK.weekly, (special(date(2026, 12, 5), None, MORNING),))
    assert saturday.standing(rome(2026, 12, 5, 10)).is_open


def test_a_point_without_hours_is_closed_and_promises_nothing():
    for empty in (Timetable(), Timetable({1: ()}), Timetable({}, (special(date(2026, 12, 1)),))):
        assert empty.standing(tuesday(10)).is_open is False
        assert empty.standing(tuesday(10)).opens_at is None


# -- the changes of the clock ----------------------------------------------------------------------------------------


def test_a_time_that_march_leaves_out_is_the_moment_the_clock_is_put_forward():
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    for minute in (0, 1, 30, 59):
        assert moment(MARCH, time(2, minute)) == jump
    assert moment(MARCH, time(1, 59)) == jump - timedelta(minutes=1)
    assert moment(MARCH, time(3, 0)) == jump
    assert moment(MARCH, time(2, 30, 15)) == jump


def test_hours_within_the_hour_that_march_leaves_out_are_no_stretch():
    night = Timetable({6: (Hours(time(2, 10), time(2, 50)),)})
    assert night.stretches_on(MARCH) == []
    assert len(night.stretches_on(OCTOBER)) == 1


def test_stretches_over_a_change_of_the_clock_are_as_long_as_the_time_that_passes():
    night = Timetable({6: (Hours(time(1), time(4)),)})
    lengths = {}
    for day in (MARCH, OCTOBER, date(2026, 6, 7)):
        (stretch,) = night.stretches_on(day)
        lengths[day] = stretch.ends_at - stretch.starts_at
    assert lengths == {MARCH: timedelta(hours=2), OCTOBER: timedelta(hours=4), date(2026, 6, 7): timedelta(hours=3)}


def test_a_time_that_october_has_twice_means_the_first():
    night = Timetable({6: (Hours(time(1), time(2, 30)),)})
    first, second = (rome(2026, 10, 25, 2, 15).replace(fold=fold) for fold in (0, 1))
    assert night.standing(first).is_open
    assert not night.standing(second).is_open
    assert night.standing(first).until == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_second_pass_of_octobers_hour_is_open_where_the_hours_go_on():
    night = Timetable({6: (Hours(time(1), time(4)),)})
    second = rome(2026, 10, 25, 2, 59).replace(fold=1)
    assert night.standing(second).is_open


@pytest.mark.parametrize("day", [MARCH, OCTOBER])
def test_a_point_open_all_day_is_open_at_every_minute_of_a_day_that_changes_the_clock(day):
    start = moment(day, time(0))
    minutes = int((moment(day, time(23, 59)) - start).total_seconds() // 60)
    table = Timetable(ALWAYS)
    assert minutes == (22 if day == MARCH else 24) * 60 + 59
    assert all(table.standing(start + timedelta(minutes=minute)).is_open for minute in range(0, minutes, 7))


# -- in words --------------------------------------------------------------------------------------------------------


def lines(weekly, language="en"):
    with translation.override(language):
        return [(line.days, line.hours) for line in words.week(Timetable(weekly))]


def test_days_with_the_same_hours_stand_on_one_line_and_closed_ones_last():
    assert lines(WEEK.weekly) == [
        ("Tuesday and Thursday", "09:00–13:00"), ("Wednesday", "15:00–18:00"), ("Monday and from Friday to Sunday", ""),
    ]  # fmt: skip
    assert lines(WEEK.weekly, "it")[0] == ("martedì e giovedì", "09:00–13:00")
    assert lines(WEEK.weekly, "it")[2] == ("lunedì e da venerdì a domenica", "")


def test_three_days_in_a_row_are_said_from_the_first_to_the_last():
    assert lines(dict.fromkeys(range(5), (MORNING, AFTERNOON)))[0] == (
        "from Monday to Friday", "09:00–13:00 and 15:00–18:00",
    )  # fmt: skip
    assert lines(dict.fromkeys((0, 1, 3), (MORNING,)))[0][0] == "Monday, Tuesday and Thursday"
    assert lines(dict.fromkeys(range(7), (MORNING,))) == [("from Monday to Sunday", "09:00–13:00")]


@pytest.mark.parametrize(
    ("now", "italian", "english"),
    [
        (tuesday(10), "fino alle 13:00", "until 13:00"),
        (tuesday(7), "riapre oggi alle 09:00", "opens again today at 09:00"),
        (tuesday(14), "riapre domani alle 15:00", "opens again tomorrow at 15:00"),
        (rome(2026, 12, 3, 14), "riapre martedì 8 dicembre alle 09:00", "opens again on Tuesday 8 December at 09:00"),
        (rome(2026, 12, 31, 14), "riapre martedì 5 gennaio 2027 alle 09:00", "opens again on Tuesday 5 January 2027 at 09:00"),
    ],
)  # fmt: skip
def test_the_next_change_is_said_as_people_say_it(now, italian, english):
    for language, said in (("it", italian), ("en", english)):
        with translation.override(language):
            assert words.standing(WEEK.standing(now), now) == said


def test_an_exception_is_said_with_its_days_and_hours():
    with translation.override("it"):
        one = special(date(2026, 12, 8))
        assert (words.special_when(one), words.special_hours(one)) == ("martedì 8 dicembre 2026", "chiuso")
        range_ = special(date(2026, 12, 24), date(2027, 1, 6), MORNING)
        assert words.special_when(range_) == "da giovedì 24 dicembre 2026 a mercoledì 6 gennaio 2027"
        august = special(date(2026, 8, 10), date(2026, 8, 21))
        assert words.special_when(august) == "da lunedì 10 agosto a venerdì 21 agosto 2026"


# -- small pieces ----------------------------------------------------------------------------------------------------


def test_stretches_overlap_only_where_both_hold():
    assert overlap([Hours(time(9), time(13)), Hours(time(12, 59), time(15))])
    assert overlap([Hours(time(12), time(15)), Hours(time(9), time(13))])
    assert not overlap([Hours(time(13), time(15)), Hours(time(9), time(13))])


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (1818, "03-22"),
        (1943, "04-25"),
        (2024, "03-31"),
        (2026, "04-05"),
        (2027, "03-28"),
        (2035, "03-25"),
        (2038, "04-25"),
    ],
)
def test_easter_falls_where_the_tables_say(year, day):
    assert holidays.easter(year) == date.fromisoformat(f"{year}-{day}")


def test_the_public_holidays_of_two_winters():
    found = dict(holidays.between(date(2026, 12, 1), date(2027, 3, 31)))
    assert list(found) == [
        date(2026, 12, 8), date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1), date(2027, 1, 6), date(2027, 3, 29),
    ]  # fmt: skip
    assert found[date(2027, 3, 29)].it == "Lunedì dell’Angelo"
    assert date(2025, 10, 4) not in dict(holidays.between(date(2025, 1, 1), date(2025, 12, 31)))
    assert date(2026, 10, 4) in dict(holidays.between(date(2026, 1, 1), date(2026, 12, 31)))
