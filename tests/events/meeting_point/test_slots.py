"""Which times are offered: hours less exceptions less what is taken, within lead time and horizon, on every day of the year."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from events.meeting_point import services, slots
from events.meeting_point.models import Appointment, MeetingPoint
from events.meeting_point.slots import Window
from events.meeting_point.timetables import Hours
from organisations.zone import wall_clock
from tests.events.conftest import rome
from tests.events.meeting_point.conftest import AFTERNOON, MONDAY, timetable_of, tuesday

pytestmark = pytest.mark.django_db


def offered(point, now=MONDAY, **more) -> list[datetime]:
    """Every free time for people."""
    point = MeetingPoint.objects.get(pk=point.pk)
    days = slots.days(point, timetable_of(point), Window.for_people(point, now), **more)
    return [slot.starts_at for day in days for slot in day.free]


def on(point, day: date, now=MONDAY) -> list[str]:
    return [wall_clock(at) for at in offered(point, now) if at.astimezone(tuesday(9).tzinfo).date() == day]


def test_the_hours_are_cut_into_slots_and_a_rest_is_none(point):
    MeetingPoint.objects.update(slot_minutes=45, lead_hours=0)
    assert on(point, date(2026, 12, 1)) == ["09:00", "09:45", "10:30", "11:15", "12:00"]
    assert on(point, date(2026, 12, 2)) == ["15:00", "15:45", "16:30", "17:15"]
    assert on(point, date(2026, 12, 4)) == []


def test_nothing_is_offered_within_the_lead_time_or_in_the_past(point):
    assert offered(point)[0] == tuesday(10)  # it is Monday at ten
    MeetingPoint.objects.update(lead_hours=48)
    assert offered(point)[0] == rome(2026, 12, 2, 15)
    MeetingPoint.objects.update(lead_hours=0)
    assert offered(point, now=tuesday(12, 1))[0] == tuesday(12, 30)
    assert offered(point, now=tuesday(12, 30))[0] == tuesday(12, 30)


def test_what_was_offered_a_moment_ago_can_still_be_taken_but_never_what_has_begun(point, book):
    a_moment_later = MONDAY + timedelta(minutes=15)
    assert tuesday(10) not in offered(point, now=a_moment_later)
    assert book("Gaia", tuesday(10), now=a_moment_later).pk
    with pytest.raises(services.NotOffered):
        book("Luca", tuesday(10, 30), now=MONDAY + timedelta(minutes=46))
    MeetingPoint.objects.update(lead_hours=0)
    with pytest.raises(services.NotOffered):
        book("Luca", tuesday(11), now=tuesday(11, 1))


def test_nothing_is_offered_beyond_the_horizon(point):
    MeetingPoint.objects.update(horizon_days=8)
    assert offered(point)[-1] == rome(2026, 12, 8, 12, 30)
    MeetingPoint.objects.update(horizon_days=1, lead_hours=336)
    assert offered(point) == []


def test_exceptions_take_times_away_and_add_some(point, close):
    close(date(2026, 12, 1))
    close(date(2026, 12, 5), None, Hours(time(10), time(11)))
    assert on(point, date(2026, 12, 1)) == []
    assert on(point, date(2026, 12, 5)) == ["10:00", "10:30"]


def test_a_taken_time_is_offered_as_long_as_a_place_is_left(point, book):
    first = book("Gaia", tuesday(10))
    assert tuesday(10) not in offered(point)
    assert offered(point, but=first)[0] == tuesday(10)
    MeetingPoint.objects.update(places=2)
    assert tuesday(10) in offered(point)
    book("Luca", tuesday(10))
    assert tuesday(10) not in offered(point)
    services.cancel(appointment=first, now=MONDAY)
    assert tuesday(10) in offered(point)


def test_appointments_of_another_length_take_every_slot_they_meet(point, book):
    MeetingPoint.objects.update(slot_minutes=60)
    book("Gaia", tuesday(10))
    MeetingPoint.objects.update(slot_minutes=15, lead_hours=0)
    free = on(point, date(2026, 12, 1))
    assert "09:45" in free
    assert "11:00" in free
    assert not {"10:00", "10:15", "10:30", "10:45"} & set(free)


def test_after_fewer_places_nobody_is_added_to_a_time_that_is_full_by_the_new_number(point, book):
    MeetingPoint.objects.update(places=2)
    first, _second = book("Gaia"), book("Luca")
    services.cancel(appointment=first, now=MONDAY)
    MeetingPoint.objects.update(places=1)  # Luca holds place two
    assert tuesday(10) not in offered(point)


def test_another_points_appointments_take_nothing_away(point, book, organiser):
    other = MeetingPoint.objects.create(name_it="Altro", address="Narni")
    services.set_weekly(point=other, weekly={1: [Hours(time(9), time(13))]}, by=organiser)
    book("Gaia", tuesday(10), point=other)
    assert tuesday(10) in offered(point)


@pytest.mark.parametrize("count", [1, 12])
def test_a_month_costs_the_same_whatever_is_booked(point, book, count, django_assert_num_queries):
    MeetingPoint.objects.update(places=20)
    for number in range(count):
        book(f"Persona{number}")
    point = MeetingPoint.objects.with_hours(date(2026, 11, 30)).get()
    timetable = timetable_of(point)
    with django_assert_num_queries(1):
        slots.days(point, timetable, Window.for_people(point, MONDAY))


# -- the changes of the clock ------------------------------------------------------------------------------------------


@pytest.fixture
def nights(point, organiser) -> MeetingPoint:
    """Open on Sundays from one to four in the night, an hour each."""
    services.set_weekly(point=point, weekly={6: [Hours(time(1), time(4))]}, by=organiser)
    MeetingPoint.objects.update(slot_minutes=60, lead_hours=0, horizon_days=8)
    return point


def test_the_hour_that_march_leaves_out_is_not_offered(nights):
    found = offered(nights, now=rome(2026, 3, 28, 12))[:3]
    assert [wall_clock(at) for at in found[:2]] == ["01:00", "03:00"]
    assert found[1] - found[0] == timedelta(hours=1)
    assert found[2].date() == date(2026, 4, 4)  # a week later, in UTC


def test_the_hour_that_october_has_twice_is_offered_twice_and_told_apart(nights):
    found = offered(nights, now=rome(2026, 10, 24, 12))[:4]
    assert [wall_clock(at) for at in found] == ["01:00", "02:00 CEST", "02:00 CET", "03:00"]
    assert len({slots.code(at) for at in found}) == 4
    assert all(later - earlier == timedelta(hours=1) for earlier, later in pairwise(found))


def test_both_passes_of_octobers_hour_are_booked_apart(nights, book):
    now = rome(2026, 10, 24, 12)
    first, second = (rome(2026, 10, 25, 2).replace(fold=fold) for fold in (0, 1))
    one, other = book("Gaia", first, now=now), book("Luca", second, now=now)
    assert other.starts_at - one.starts_at == timedelta(hours=1)
    with pytest.raises(services.SlotTaken):
        book("Anna", second, now=now)


@pytest.mark.parametrize(("day", "number"), [((2026, 3, 29), 46), ((2026, 10, 25), 50), ((2026, 6, 7), 48)])
def test_a_day_open_throughout_has_as_many_slots_as_half_hours_pass(point, organiser, day, number):
    services.set_weekly(
        point=point, weekly={weekday: [Hours(time(0), time(23, 59))] for weekday in range(7)}, by=organiser
    )
    cut = list(slots.cut(timetable_of(point), date(*day), 30))
    assert len(cut) == number - 1  # the last one would end at midnight, a minute too late
    assert all(ends - begins == timedelta(minutes=30) for begins, ends in cut)


# -- how a time stands in addresses ------------------------------------------------------------------------------------


def test_a_code_is_read_back_as_the_same_moment():
    for at in (tuesday(10), rome(2026, 7, 1, 9), rome(2026, 10, 25, 2).replace(fold=1)):
        assert slots.parse(slots.code(at)) == at.astimezone(UTC)
    assert slots.code(tuesday(10)) == "20261201T0900Z"


@pytest.mark.parametrize(
    "text",
    ["", "x", "20261201T0900", "20261301T0900Z", "20261201T2500Z", "20261201T0900Z ", "19991201T0900Z", "²0261201T0900Z",
     "20261201T0900z", "\x00", "20260230T0900Z", "2026-12-01T09:00Z", "٢٠٢٦١٢٠١T0900Z"],
)  # fmt: skip
def test_anything_else_is_no_time(text):
    assert slots.parse(text) is None


def test_a_time_off_the_grid_or_outside_is_no_slot(point):
    timetable, window = timetable_of(point), Window.for_people(point, MONDAY)
    for at in (tuesday(10, 1), tuesday(13), tuesday(12, 45), rome(2026, 12, 4, 10), rome(2026, 12, 2, 10)):
        assert slots.slot_at(point, timetable, window, at) is None
    assert slots.slot_at(point, timetable, window, tuesday(12, 30)).free == 1
    assert Appointment.objects.count() == 0
    assert AFTERNOON not in timetable.hours_on(date(2026, 12, 1))
