"""Hours are changed by services alone: what overlaps is refused, and nobody is left before a closed door."""

from datetime import date, time

import pytest
from django.db import IntegrityError, transaction

from events.meeting_point import services
from events.meeting_point.models import Appointment, ExceptionalHours, MeetingPoint, OpeningException, OpeningHours
from events.meeting_point.timetables import Hours
from organisations.languages import Words
from tests.events.conftest import rome
from tests.events.meeting_point.conftest import AFTERNOON, MONDAY, MORNING, timetable_of, tuesday

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 12, 1)


@pytest.fixture
def appointment(point) -> Appointment:
    """Somebody comes on Tuesday at half past ten."""
    return Appointment.objects.create(
        meeting_point=point, starts_at=tuesday(10, 30), ends_at=tuesday(11), place_number=1, first_name="Gaia",
        email="gaia@giovani.example.org", token_hash="x",
    )  # fmt: skip


def test_the_weeks_hours_are_replaced_as_a_whole(point, organiser):
    services.set_weekly(point=point, weekly={4: [AFTERNOON, MORNING]}, by=organiser)
    assert timetable_of(point).weekly == {4: (MORNING, AFTERNOON)}


def test_overlapping_hours_are_refused_and_nothing_changes(point, organiser, close):
    overlapping = [MORNING, Hours(time(12), time(14))]
    with pytest.raises(services.HoursOverlap):
        services.set_weekly(point=point, weekly={1: overlapping}, by=organiser)
    with pytest.raises(services.HoursOverlap):
        close(TUESDAY, None, *overlapping)
    assert timetable_of(point).weekly == {1: (MORNING,), 2: (AFTERNOON,), 3: (MORNING,)}
    assert not OpeningException.objects.exists()


def test_an_exception_is_added_corrected_and_removed(point, close, organiser):
    written = close(TUESDAY, date(2026, 12, 3), AFTERNOON)
    assert timetable_of(point).hours_on(date(2026, 12, 3)) == (AFTERNOON,)
    close(TUESDAY, exception=written, reason="sciopero")
    assert timetable_of(point).hours_on(TUESDAY) == ()
    assert timetable_of(point).hours_on(date(2026, 12, 3)) == (MORNING,)
    assert OpeningException.objects.get().reason_it == "sciopero"
    for _twice in range(2):
        services.remove_exception(exception=written, by=organiser)
    assert timetable_of(point).hours_on(TUESDAY) == (MORNING,)


@pytest.mark.parametrize(
    ("first", "last"),
    [("12-01", "12-01"), ("11-30", "12-01"), ("12-03", "12-09"), ("11-20", "12-20"), ("12-02", "12-02")],
)
def test_two_exceptions_never_hold_on_one_day(close, first, last):
    earlier = close(TUESDAY, date(2026, 12, 3))
    with pytest.raises(services.DaysTaken) as refused:
        close(date.fromisoformat(f"2026-{first}"), date.fromisoformat(f"2026-{last}"))
    assert refused.value.exception == earlier
    close(date(2026, 11, 30))
    close(date(2026, 12, 4))


def test_another_points_exception_is_in_nobodys_way(close, organiser):
    close(TUESDAY)
    other = MeetingPoint.objects.create(name_it="Altro", address="Narni")
    services.save_exception(
        point=other, from_on=TUESDAY, until_on=TUESDAY, hours=(), reason=Words("x", ""), by=organiser
    )
    assert OpeningException.objects.count() == 2


def test_hours_that_would_shut_somebody_out_are_refused_and_name_them(point, close, appointment, organiser):
    with pytest.raises(services.StandsInTheWay) as refused:
        close(TUESDAY)
    assert refused.value.appointments == [appointment]
    with pytest.raises(services.StandsInTheWay):
        services.set_weekly(point=point, weekly={2: [AFTERNOON]}, by=organiser, now=MONDAY)
    with pytest.raises(services.StandsInTheWay):
        close(TUESDAY, None, Hours(time(9), time(10, 45)))
    assert timetable_of(point).hours_on(TUESDAY) == (MORNING,)
    close(TUESDAY, None, Hours(time(10, 30), time(11)))


def test_what_is_over_called_off_or_lay_outside_before_is_in_nobodys_way(point, close, appointment, organiser):
    Appointment.objects.update(state="cancelled", place_number=None, cancelled_at=MONDAY)
    written = close(TUESDAY)
    services.remove_exception(exception=written, by=organiser, now=MONDAY)
    Appointment.objects.update(state="booked", place_number=1, cancelled_at=None)
    Appointment.objects.update(starts_at=rome(2026, 11, 24, 10), ends_at=rome(2026, 11, 24, 11))
    written = close(TUESDAY)
    services.remove_exception(exception=written, by=organiser, now=MONDAY)
    Appointment.objects.update(starts_at=tuesday(20), ends_at=tuesday(21))  # the desk stayed on for somebody
    close(TUESDAY)


def test_an_exceptions_own_hours_may_not_go_where_somebody_counts_on_them(point, close, organiser):
    saturday = date(2026, 12, 5)
    written = close(saturday, None, MORNING)
    Appointment.objects.create(
        meeting_point=point, starts_at=rome(2026, 12, 5, 9), ends_at=rome(2026, 12, 5, 10), place_number=1,
        first_name="Gaia", email="gaia@giovani.example.org", token_hash="x",
    )  # fmt: skip
    with pytest.raises(services.StandsInTheWay):
        services.remove_exception(exception=written, by=organiser, now=MONDAY)
    assert OpeningException.objects.exists()


def test_holidays_close_the_days_on_which_the_point_would_be_open_once(point, organiser, close):
    own = close(date(2026, 12, 8), reason="inventario")
    added = services.add_holidays(point=point, by=organiser, now=MONDAY)
    days = [one.from_on for one in added]
    assert all(day.weekday() in {1, 2, 3} for day in days)
    assert date(2027, 1, 6) in days  # a Wednesday
    assert date(2026, 12, 8) not in days
    assert OpeningException.objects.get(pk=own.pk).reason_it == "inventario"
    assert services.add_holidays(point=point, by=organiser, now=MONDAY) == []


def test_a_holiday_on_which_somebody_comes_is_left_open(point, organiser):
    Appointment.objects.create(
        meeting_point=point, starts_at=rome(2026, 12, 8, 9), ends_at=rome(2026, 12, 8, 10), place_number=1,
        first_name="Gaia", email="gaia@giovani.example.org", token_hash="x",
    )  # fmt: skip
    added = services.add_holidays(point=point, by=organiser, now=MONDAY)
    assert date(2026, 12, 8) not in [one.from_on for one in added]
    assert date(2027, 1, 6) in [one.from_on for one in added]


@pytest.mark.parametrize(
    ("field", "value"),
    [("slot_minutes", 4), ("slot_minutes", 481), ("places", 0), ("places", 21), ("lead_hours", 337), ("horizon_days", 0),
     ("horizon_days", 366)],
)  # fmt: skip
def test_the_database_refuses_settings_out_of_reach(point, field, value):
    with pytest.raises(IntegrityError), transaction.atomic():
        MeetingPoint.objects.update(**{field: value})


def test_the_database_refuses_hours_that_run_backwards(point, close):
    written = close(TUESDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningHours.objects.create(meeting_point=point, weekday=5, opens_at=time(10), closes_at=time(10))
    with pytest.raises(IntegrityError), transaction.atomic():
        ExceptionalHours.objects.create(exception=written, opens_at=time(10), closes_at=time(9))
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningException.objects.update(until_on=date(2026, 11, 1))
