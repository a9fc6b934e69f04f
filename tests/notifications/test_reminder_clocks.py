"""Two clocks at once fire an occurrence once; the naive way doubles, so the test means something."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from notifications import outbox
from notifications.models import Delivery
from notifications.models.reminders import ReminderOccurrence, ReminderRule
from notifications.reminders import planning
from notifications.reminders import services as reminder_services
from notifications.reminders.audiences import recipients

pytestmark = pytest.mark.django_db(transaction=True)
CLOCKS = 4


def all_at_once(work) -> list[int]:
    results, start = [], threading.Barrier(CLOCKS)

    def run() -> None:
        start.wait(timeout=30)
        try:
            results.append(work())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(CLOCKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.fixture
def due(event, register, organiser):
    """When the reminder to three people is due."""
    register("Anna", "Bruno", "Clara")
    return reminder_services.add_default_rule(event=event, by=organiser).occurrences.get().due_at


def test_two_clocks_at_once_remind_once(due):
    assert sorted(all_at_once(lambda: planning.plan_due(due))) == [0, 0, 0, 3]
    assert Delivery.objects.filter(kind="reminder").count() == 3
    fired = ReminderOccurrence.objects.get()
    assert (fired.state, fired.sent) == ("fired", 3)


def test_negative_control_the_naive_way_reminds_twice(due):
    everybody_has_looked = threading.Barrier(CLOCKS)

    def naive() -> int:
        rule = ReminderRule.objects.with_dates().get()
        occurrence = rule.occurrences.get()
        found = occurrence.state == "planned"
        everybody_has_looked.wait(timeout=30)
        if not found:
            return 0
        key = f"naive:{threading.get_ident()}"
        messages = [
            outbox.Message("reminder", key, person.address, person.name, person.language)
            for person in recipients(rule, due, due)
        ]
        ReminderOccurrence.objects.filter(pk=occurrence.pk).update(state="fired", fired_at=due)
        return outbox.enqueue(messages)

    assert sum(all_at_once(naive)) > 3
    assert Delivery.objects.filter(kind="reminder").count() > 3


def test_two_clocks_at_once_plan_a_moved_date_once(due, event):
    type(event).objects.update(starts_at=event.starts_at + timedelta(days=7), ends_at=event.ends_at + timedelta(days=7))
    assert all_at_once(lambda: planning.plan_due(due)) == [0] * CLOCKS
    assert list(ReminderOccurrence.objects.values_list("state", flat=True)) == ["superseded", "planned"]


def test_two_clocks_at_once_let_it_expire_once(due):
    assert all_at_once(lambda: planning.plan_due(due + timedelta(hours=12))) == [0] * CLOCKS
    assert ReminderOccurrence.objects.get().state == "expired"
