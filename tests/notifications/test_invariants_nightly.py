"""Once a night everything that must hold is looked at, by whatever clock goes round, and what was found is kept."""

import threading
from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from notifications import clock, invariants, nightly
from notifications.models import Campaign, Delivery, NightlyCheck, Tally
from notifications.sending import pump
from tests.events.conftest import rome
from tests.notifications.test_pump import write

pytestmark = pytest.mark.django_db


def night(hour: int = 3, minute: int = 10, day: int = 9) -> time_machine.travel:
    return time_machine.travel(rome(2027, 3, day, hour, minute), tick=False)


@pytest.fixture
def campaign(event, organiser) -> Campaign:
    """Two planned, two written."""
    found = Campaign.objects.create(
        event=event, name="Inviti", subject_it="s", body_it="b", created_by=organiser, state="running",
        starts_at=timezone.now(), planned=2,
    )  # fmt: skip
    write(2, lane="bulk", campaign=found)
    return found


def test_in_the_small_hours_the_clock_looks_and_keeps_what_it_found(event):
    with night():
        clock.go_round()
        check = NightlyCheck.objects.get()
        assert (check.on, check.broken) == (date(2027, 3, 9), [])
        assert check.ended_at == timezone.now()
        assert check.is_of_tonight()


@pytest.mark.parametrize(("hour", "minute"), [(2, 59), (5, 0), (12, 0), (23, 30), (0, 0)])
def test_at_other_hours_nothing_is_looked_at(hour, minute):
    with night(hour, minute):
        clock.go_round()
    assert NightlyCheck.objects.count() == 0


@pytest.mark.parametrize(("hour", "minute"), [(3, 0), (4, 59)])
def test_the_whole_window_counts(hour, minute):
    with night(hour, minute):
        clock.go_round()
    assert NightlyCheck.objects.count() == 1


@pytest.mark.parametrize("day", [rome(2027, 3, 28, 3, 5), rome(2026, 10, 25, 3, 5)])
def test_the_nights_on_which_the_clocks_change_are_nights_too(day):
    with time_machine.travel(day, tick=False):
        clock.go_round()
    assert NightlyCheck.objects.get().on == day.date()


def test_once_a_date_whatever_number_of_beats():
    for minute in (0, 10, 20, 59):
        with night(minute=minute):
            clock.go_round()
    assert NightlyCheck.objects.count() == 1
    with night():
        assert nightly.run_if_due(timezone.now()) is None
    with night(day=10):
        clock.go_round()
    assert NightlyCheck.objects.count() == 2


def test_a_look_left_behind_by_a_dead_worker_is_begun_again_after_a_while():
    with night(3, 0):
        NightlyCheck.objects.create(on=timezone.localdate(), began_at=timezone.now())
    with night(3, 20):
        clock.go_round()
    assert NightlyCheck.objects.get().ended_at is None
    assert NightlyCheck.last() is None
    with night(3, 40):
        clock.go_round()
    assert NightlyCheck.objects.get().ended_at is not None


def test_what_does_not_hold_is_kept_in_words(event, register):
    registration = register("Anna", "Bruno")
    registration.attendees.update(state="cancelled", place_number=None, cancelled_at=timezone.now())
    with night():
        clock.go_round()
    sentence = f"registration {registration.reference}: its state and its people disagree"
    assert sentence in NightlyCheck.objects.get().broken


def test_a_check_that_breaks_off_stops_no_mail_and_is_told(monkeypatch, caplog):
    def explodes():
        raise RuntimeError("no such table")

    monkeypatch.setattr(nightly.of_messages, "broken", explodes)
    with night():
        write(1)
        assert clock.go_round()["accepted"] == 1
    assert NightlyCheck.objects.get().broken == ["the check itself broke off: RuntimeError"]
    assert "the nightly check broke off" in caplog.text


def test_what_was_only_caught_in_the_middle_of_a_change_is_not_told(monkeypatch):
    looks = iter([["gone at the second look", "stays"], ["stays"]])
    monkeypatch.setattr(nightly, "broken", lambda: next(looks))
    with night():
        clock.go_round()
    assert NightlyCheck.objects.get().broken == ["stays"]


def test_the_loop_without_any_broker_looks_too(capsys):
    with night():
        call_command("pump")
    assert NightlyCheck.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_clocks_at_once_make_one_look(monkeypatch):
    looks, gate = [], threading.Barrier(6)
    monkeypatch.setattr(nightly, "_twice", lambda: looks.append(1) or [])
    now = rome(2027, 3, 9, 3, 30)

    def ask():
        gate.wait()
        try:
            nightly.run_if_due(now)
        finally:
            connections.close_all()

    clocks = [threading.Thread(target=ask) for _number in range(6)]
    for each in clocks:
        each.start()
    for each in clocks:
        each.join()
    assert looks == [1]
    assert NightlyCheck.objects.count() == 1


# -- the sentences about messages --------------------------------------------------------------------------------------------


def test_nothing_is_said_while_mail_flows(campaign, smtp):
    write(3)
    pump.pump()
    assert list(invariants.broken()) == []


def test_planned_and_the_rows_of_a_campaign_must_agree(campaign):
    Campaign.objects.update(planned=3)
    found = list(invariants.broken())
    assert f"campaign {campaign.pk}: 3 planned, 2 messages" in found
    assert f"campaign {campaign.pk}: 3 planned, 2 by the tally" in found


def test_planned_and_the_tally_of_a_campaign_must_agree(campaign):
    Tally.objects.create(campaign=campaign.pk, lane="bulk", state="accepted", count=5)
    found = list(invariants.broken())
    assert f"campaign {campaign.pk}: 2 planned, 7 by the tally" in found
    assert f"campaign {campaign.pk}, bulk, accepted: the tally says 5, there are 0" in found
    assert not [sentence for sentence in found if "2 messages" in sentence]


def test_the_tally_must_be_the_rows_by_lane_and_state():
    write(3)
    Tally.objects.filter(lane="transactional").delete()
    assert list(invariants.broken()) == [
        "messages without a campaign, transactional, ready: the tally says 0, there are 3"
    ]


def test_a_tally_of_what_is_not_there_is_told():
    Tally.objects.create(campaign=0, lane="pec", state="failed", count=2)
    assert list(invariants.broken()) == ["messages without a campaign, pec, failed: the tally says 2, there are 0"]


def test_a_tally_that_cancels_itself_out_is_in_order():
    Tally.objects.create(campaign=0, lane="bulk", state="failed", count=2)
    Tally.objects.create(campaign=0, lane="bulk", state="failed", count=-2)
    assert list(invariants.broken()) == []


@pytest.mark.parametrize("count", [1, 30])
def test_the_sentences_cost_the_same_whatever_there_is(event, organiser, count, django_assert_num_queries):
    for number in range(count):
        Campaign.objects.create(
            event=event, name=f"c{number}", subject_it="s", body_it="b", created_by=organiser, planned=1
        )
    assert len(list(invariants.broken())) == 2 * count
    with django_assert_num_queries(2):
        list(invariants.broken())


def test_a_row_changed_behind_the_triggers_is_found():
    write(1)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE notifications_delivery SET state = 'failed'")
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        else:
            cursor.execute("UPDATE notifications_tally SET state = 'failed'")
    assert len(list(invariants.broken())) == 2
    assert Delivery.objects.count() == 1


def test_an_old_night_is_not_tonight(event):
    with night():
        clock.go_round()
        check = NightlyCheck.last()
    with night(hour=12):
        assert check.is_of_tonight()
    with time_machine.travel(rome(2027, 3, 9, 12) + timedelta(days=1), tick=False):
        assert not check.is_of_tonight()
