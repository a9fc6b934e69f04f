"""Many reports at once, and the brake of a campaign."""

import threading

import pytest
from django.db import connections
from django.utils import timezone

from notifications import clock
from notifications.models import Campaign, Delivery, DeliveryEvent, Suppression
from notifications.providers import events
from notifications.sending import pump
from tests.notifications.reports.posting import (
    FULL,
    POLICY,
    UNKNOWN,
    accepted,
    bounce,
    postmark,
    sendgrid,
    sendgrid_event,
)
from tests.notifications.test_pump import states, write

pytestmark = pytest.mark.django_db
State, Effect = Delivery.State, DeliveryEvent.Effect


# -- many at once -----------------------------------------------------------------------------------------------------


def test_a_storm_of_five_thousand_is_taken_in_once(django_assert_max_num_queries):
    rows = write(5000, lane="bulk")
    Delivery.objects.update(state=State.ACCEPTED, accepted_at=timezone.now())
    told = [sendgrid_event(row) for row in rows]
    for start in range(0, 5000, 1000):
        for _time in range(2):
            assert sendgrid(told[start : start + 1000]).status_code == 200
    assert DeliveryEvent.objects.count() == 5000
    with django_assert_max_num_queries(200):
        assert events.take_in(seconds=60) == 5000
    assert set(states()) == {State.DELIVERED}
    assert events.take_in() == 0


def test_a_storm_does_not_hold_up_the_mail(row):
    postmark("Delivery", row)
    assert events.take_in(seconds=0) == 0
    assert events.take_in() == 1


@pytest.mark.parametrize("count", [1, 30])
def test_a_report_costs_the_same_whatever_its_length(django_assert_max_num_queries, count):
    rows = accepted(count)
    told = [sendgrid_event(row) for row in rows]
    with django_assert_max_num_queries(4):
        sendgrid(told)
    with django_assert_max_num_queries(18):
        assert events.take_in() == count


@pytest.mark.django_db(transaction=True)
def test_the_same_report_at_once_from_all_sides_is_one():
    (row,) = accepted(1)
    moment, start, statuses = timezone.now(), threading.Barrier(4), []

    def run() -> None:
        start.wait(timeout=30)
        try:
            statuses.append(postmark("Delivery", row, at=moment).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert statuses == [200] * 4
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clocks_take_turns():
    rows = accepted(600)
    sendgrid([sendgrid_event(row) for row in rows])
    start, done = threading.Barrier(2), []

    def run() -> None:
        start.wait(timeout=30)
        try:
            done.append(events.take_in())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    events.take_in()
    assert sum(done) <= 600
    assert set(states()) == {State.DELIVERED}
    assert not DeliveryEvent.objects.waiting().exists()


# -- the brake of a campaign ------------------------------------------------------------------------------------------


@pytest.fixture
def first_few(event, organiser) -> Campaign:
    """A campaign of 40 whose first 20 are out."""
    now = timezone.now()
    campaign = Campaign.objects.create(
        event=event, name="Inviti", subject_it="x", body_it="x", created_by=organiser, sent_by=organiser, sent_at=now,
        starts_at=now, state=Campaign.State.CANARY, planned=40, canary_size=20,
    )  # fmt: skip
    write(40, lane="bulk", campaign=campaign)
    assert pump.pump().accepted == 20
    return campaign


def bounced(campaign: Campaign, count: int, words: str) -> None:
    for number, row in enumerate(campaign.deliveries.filter(state=State.ACCEPTED)[:count]):
        bounce(row, words, number=number + 1)
    clock.go_round()
    campaign.refresh_from_db()


def test_three_of_the_first_twenty_coming_back_pause_the_campaign(first_few):
    bounced(first_few, 3, UNKNOWN)
    assert first_few.state == Campaign.State.PAUSED
    assert "3" in first_few.pause_reason
    assert Delivery.objects.filter(state=State.READY).count() == 20


def test_one_of_them_does_not(first_few):
    bounced(first_few, 1, UNKNOWN)
    assert first_few.state == Campaign.State.CANARY


def test_full_mailboxes_do_not(first_few):
    bounced(first_few, 3, FULL)
    assert first_few.state == Campaign.State.CANARY


def test_one_refusal_by_policy_does(first_few):
    bounced(first_few, 1, POLICY)
    assert first_few.state == Campaign.State.PAUSED
    assert "5.7" in first_few.pause_reason
    assert not Suppression.objects.exists()
