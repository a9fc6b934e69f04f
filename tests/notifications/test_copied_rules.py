"""Rules of a copy never fire by themselves: not when it is published, not when they fall due, not for what is past."""

from datetime import time, timedelta

import pytest
import time_machine

from events import services as events
from events.cloning.services import clone_event
from events.models import Event, LogEntry
from notifications.models import Delivery
from notifications.models.reminders import ReminderOccurrence, ReminderRule
from notifications.reminders import planning
from notifications.reminders import services as reminders
from tests.events.conftest import rome

pytestmark = pytest.mark.django_db
NEXT = rome(2028, 4, 7, 10, 30)


@pytest.fixture
def source(event, organiser) -> Event:
    """An event of last year with a rule that went out, one of other words, and one that was switched off."""
    with time_machine.travel(rome(2027, 1, 20, 12), tick=False):
        events.change(
            event=event, by=organiser, starts_at=rome(2027, 2, 19, 10, 30), ends_at=rome(2027, 2, 19, 13),
            registration_closes_at=rome(2027, 2, 18, 18),
        )  # fmt: skip
        event.refresh_from_db()
        reminders.add_default_rule(event=event, by=organiser)
        reminders.add_rule(
            target=event, by=organiser, anchor="registration_deadline", method="duration", duration=timedelta(hours=36),
            audience="invited", subject_it="Ultimi posti", body_it="Venite", subject_en="Last places", body_en="Come",
            grace=timedelta(hours=3), also_at_quiet_times=True,
        )  # fmt: skip
        rule = reminders.add_rule(target=event, by=organiser, days=0, local_time=time(18), is_after=True, anchor="end")
        reminders.switch_off(rule=rule, by=organiser)
    with time_machine.travel(rome(2027, 2, 18, 9, 5), tick=False):
        planning.plan_due()
    assert ReminderOccurrence.objects.filter(state="fired").exists()
    return event


@pytest.fixture
def copy(source, organiser) -> Event:
    with time_machine.travel(rome(2027, 6, 1, 12), tick=False):
        return clone_event(event=source, by=organiser, starts_at=NEXT, slug="edizione-2028")


def test_every_rule_comes_along_with_times_people_and_words_switched_off(source, copy, organiser):
    fields = ("anchor", "is_after", "method", "days", "local_time", "duration", "audience", "subject_it", "subject_en",
              "body_it", "body_en", "grace", "also_at_quiet_times")  # fmt: skip
    rules = lambda event: list(event.reminder_rules.order_by("pk").values_list(*fields))  # noqa: E731
    assert rules(copy) == rules(source)
    assert {(one.is_active, one.created_by) for one in copy.reminder_rules.all()} == {(False, organiser)}
    assert not ReminderOccurrence.objects.filter(rule__event=copy).exists()
    assert LogEntry.objects.filter(event_uid=copy.uid, action="reminder.copied").get().values == {"count": 3}
    assert [one.due_at() for one in copy.reminder_rules.with_dates().order_by("pk")][:2] == [
        rome(2028, 4, 6, 9), rome(2028, 4, 5, 6),
    ]  # fmt: skip


def test_the_rules_of_the_source_stay_as_they_are(source, copy):
    assert list(source.reminder_rules.order_by("pk").values_list("is_active", flat=True)) == [True, True, False]


def _whole_year(copy: Event, organiser, register) -> None:
    """The copy is published, people register, and a clock goes round on every day until it is over."""
    with time_machine.travel(rome(2028, 3, 1, 12), tick=False):
        events.publish(event=copy, by=organiser)
        register("Anna", "Bruno", event=copy)
    for day in range(45):
        with time_machine.travel(rome(2028, 3, 1, 10) + timedelta(days=day), tick=False):
            planning.plan_due()


def _reminders() -> int:
    return Delivery.objects.filter(kind__in=["reminder", "invitation_reminder"], payload__event__isnull=False).count()


def test_nothing_goes_out_by_itself_however_often_the_clock_goes_round(source, copy, organiser, register):
    before = _reminders()
    _whole_year(copy, organiser, register)
    assert _reminders() == before
    assert not ReminderOccurrence.objects.filter(rule__event=copy).exists()
    assert copy.reminder_rules.count() == 3  # publishing adds no rule of its own either


def test_negative_control_the_same_year_with_the_rule_switched_on_does_write(source, copy, organiser, register):
    before = _reminders()
    with time_machine.travel(rome(2027, 6, 2, 12), tick=False):
        reminders.switch_on(rule=copy.reminder_rules.order_by("pk").first(), by=organiser)
    _whole_year(copy, organiser, register)
    assert _reminders() == before + 2


def test_a_rule_switched_on_too_late_does_not_make_up_for_what_it_missed(source, copy, organiser, register):
    before = _reminders()
    with time_machine.travel(rome(2028, 3, 1, 12), tick=False):
        events.publish(event=copy, by=organiser)
        register("Anna", event=copy)
    with time_machine.travel(rome(2028, 4, 6, 20), tick=False):  # its time was nine in the morning
        reminders.switch_on(rule=copy.reminder_rules.order_by("pk").first(), by=organiser)
        planning.plan_due()
    assert _reminders() == before
    assert ReminderOccurrence.objects.get(rule__event=copy).get_state_display() == "troppo tardi, non inviato"


def test_a_copy_of_an_event_without_rules_is_reminded_of_as_every_public_event_is(event, organiser):
    """The default belongs to publishing, not to the copy: no organiser had decided otherwise."""
    copy = clone_event(event=event, by=organiser, starts_at=NEXT, slug="x")
    with time_machine.travel(rome(2028, 3, 1, 12), tick=False):
        events.publish(event=copy, by=organiser)
    assert [one.is_active for one in ReminderRule.objects.filter(event=copy)] == [True]
