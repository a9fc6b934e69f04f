"""The day before at nine, once, never to late-comers; a clock that ran twice or was down makes no difference."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from events import services as events
from events.models import Event
from notifications import reminders
from notifications.models import Delivery

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")


@pytest.fixture
def tomorrow(event, register):
    """An event on Friday 12 March 2027 at 10:30, one registration from the week before."""
    starts_at = datetime(2027, 3, 12, 10, 30, tzinfo=ROME)
    Event.objects.update(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    event.refresh_from_db()
    with time_machine.travel(datetime(2027, 3, 5, 12, 0, tzinfo=ROME), tick=False):
        register("Anna", event=event)
    return event


def sent() -> list[str]:
    return sorted(Delivery.objects.filter(kind="reminder").values_list("address", flat=True))


def plan_at(*moment: int) -> int:
    with time_machine.travel(datetime(*moment, tzinfo=ROME), tick=False):
        return reminders.plan_due()


def test_before_nine_nobody_is_reminded(tomorrow):
    plan_at(2027, 3, 11, 8, 59)
    assert sent() == []


def test_at_nine_everybody_is_reminded_with_the_calendar(tomorrow):
    plan_at(2027, 3, 11, 9, 0)
    assert sent() == ["anna@ente01.example.org"]
    assert Delivery.objects.get(kind="reminder").calendar_method == "REQUEST"


def test_a_reminder_keeps_the_calendars_sequence(tomorrow):
    plan_at(2027, 3, 11, 9, 0)
    assert Delivery.objects.get(kind="reminder").calendar_sequence == 0


def test_a_clock_that_ran_twice_reminds_once(tomorrow):
    assert plan_at(2027, 3, 11, 9, 0) == 1
    assert plan_at(2027, 3, 11, 9, 0) == 0
    assert plan_at(2027, 3, 11, 15, 0) == 0
    assert len(sent()) == 1


def test_a_clock_that_was_down_at_nine_reminds_later(tomorrow):
    plan_at(2027, 3, 12, 7, 30)
    assert len(sent()) == 1


def test_after_the_start_nobody_is_reminded(tomorrow):
    plan_at(2027, 3, 12, 10, 31)
    assert sent() == []


def test_who_registers_after_nine_is_not_reminded(tomorrow, register):
    with time_machine.travel(datetime(2027, 3, 11, 9, 1, tzinfo=ROME), tick=False):
        register("Tardi", event=tomorrow)
    plan_at(2027, 3, 11, 9, 5)
    assert sent() == ["anna@ente01.example.org"]


def test_who_cancelled_is_not_reminded(tomorrow):
    with time_machine.travel(datetime(2027, 3, 10, 9, 0, tzinfo=ROME), tick=False):
        events.cancel_registration(registration=tomorrow.registrations.get())
    plan_at(2027, 3, 11, 9, 0)
    assert sent() == []


def test_a_cancelled_event_reminds_nobody(tomorrow, organiser):
    events.cancel(event=tomorrow, reason="neve", by=organiser)
    plan_at(2027, 3, 11, 9, 0)
    assert sent() == []


def test_people_without_an_address_are_reminded_through_their_contact_once(tomorrow, register):
    with time_machine.travel(datetime(2027, 3, 6, 12, 0, tzinfo=ROME), tick=False):
        register("X", event=tomorrow, guests=[events.Guest("Uno"), events.Guest("Due")])
    plan_at(2027, 3, 11, 9, 0)
    assert sent() == ["anna@ente01.example.org", "carla@ente01.example.org"]


def test_a_moved_event_reminds_again_for_its_new_date(tomorrow, organiser):
    plan_at(2027, 3, 11, 9, 0)
    with time_machine.travel(datetime(2027, 3, 11, 10, 0, tzinfo=ROME), tick=False):
        events.change(event=tomorrow, by=organiser, starts_at=datetime(2027, 3, 20, 10, 30, tzinfo=ROME),
                      ends_at=datetime(2027, 3, 20, 12, 0, tzinfo=ROME))  # fmt: skip
    plan_at(2027, 3, 19, 9, 0)
    assert len(sent()) == 2


@pytest.mark.parametrize(
    "day", [datetime(2027, 3, 28, 10, 30, tzinfo=ROME), datetime(2027, 10, 31, 10, 30, tzinfo=ROME)]
)
def test_nine_is_nine_on_the_wall_over_both_changes_of_the_clocks(tomorrow, day):
    due = reminders.due_at(Event(starts_at=day))
    assert (due.hour, due.minute, due.date()) == (9, 0, day.date() - timedelta(days=1))
    hours = (day.astimezone(UTC) - due.astimezone(UTC)).total_seconds() / 3600
    assert hours == {3: 24.5, 10: 26.5}[day.month]
