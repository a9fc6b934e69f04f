"""How long the oldest message that could leave has been waiting, as /health/ tells it: what counts and what does not."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notifications.models import Campaign, Delivery, Throttle
from notifications.sending import station
from tests.events.conftest import rome
from tests.notifications.test_cockpit import put
from tests.notifications.test_pump import write

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture
def campaign(event, organiser) -> Campaign:
    """One that is going out, with a message that could have left an hour ago."""
    found = Campaign.objects.create(
        event=event, name="Inviti", subject_it="s", body_it="b", created_by=organiser, state=Campaign.State.RUNNING,
        starts_at=timezone.now(), planned=1,
    )  # fmt: skip
    write(1, lane="bulk", campaign=found, address="anna@ente01.example.org")
    Delivery.objects.update(not_before=timezone.now() - timedelta(hours=1))
    return found


def oldest(client) -> float | None:
    return client.get("/health/").json()["oldest_due_seconds"]


def test_health_tells_the_age_of_the_oldest_message_that_could_leave(client, campaign):
    assert 3590 < oldest(client) < 3700
    write(1, key="single")
    Delivery.objects.filter(lane="transactional").update(not_before=timezone.now() - timedelta(hours=2))
    assert 7190 < oldest(client) < 7300


def test_what_is_not_due_or_on_its_way_does_not_count(client):
    write(3)
    later, held, done = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=later.pk).update(not_before=timezone.now() + timedelta(hours=1))
    Delivery.objects.filter(pk=held.pk).update(state=State.LEASED, owner="w", lease_until=timezone.now())
    Delivery.objects.filter(pk=done.pk).update(state=State.FAILED)
    assert oldest(client) is None


@pytest.mark.parametrize("state", ["paused", "scheduled", "checked", "cancelled"])
def test_a_campaign_that_is_to_wait_does_not_count(client, campaign, state):
    Campaign.objects.update(state=state)
    assert oldest(client) is None


def test_a_campaign_that_keeps_the_quiet_hours_counts_only_by_day(client, campaign):
    Campaign.objects.update(also_at_quiet_times=False)
    with time_machine.travel(rome(2027, 3, 9, 23), tick=False):
        assert oldest(client) is None
    with time_machine.travel(rome(2027, 3, 9, 11), tick=False):
        assert oldest(client) > 0


def test_the_first_few_of_a_campaign_count_and_the_rest_waits_for_them(client, campaign):
    Campaign.objects.update(state="canary", canary_size=1)
    assert oldest(client) > 0
    put(State.ACCEPTED, 1, lane="bulk", campaign=campaign)
    Campaign.objects.update(planned=2)
    assert oldest(client) is None


@pytest.mark.parametrize("group", ["", "other"])
def test_a_house_that_rests_or_had_its_share_does_not_count(client, campaign, group):
    Throttle.objects.create(lane="bulk", domain_group=group, paused_until=timezone.now() + timedelta(minutes=1))
    assert oldest(client) is None
    Throttle.objects.update(paused_until=None, daily_cap=10, sent_that_day=10, day=timezone.localdate())
    assert oldest(client) is None
    Throttle.objects.update(day=timezone.localdate() - timedelta(days=1))
    assert oldest(client) > 0


def test_another_houses_pause_changes_nothing(client, campaign):
    Throttle.objects.create(lane="bulk", domain_group="google", paused_until=timezone.now() + timedelta(minutes=1))
    assert oldest(client) > 0


def test_health_says_whether_mail_is_held(client, organiser, settings, smtp):
    assert client.get("/health/").json()["held"] is False
    station.hold(reason="prova", by=organiser)
    assert client.get("/health/").json()["held"] is True
    station.release(by=organiser)
    settings.SITE_URL = "https://staging.example.org"
    assert client.get("/health/").json()["held"] is True


def test_a_wrong_mail_address_breaks_no_health_page(client, settings):
    settings.MAIL_URL = "pigeon://nowhere"
    assert client.get("/health/").status_code == 200
    assert not station.standing().is_local
    settings.MAIL_URL = "mailbox://"
    assert station.standing().is_local
    settings.MAIL_URL_BULK = "smtp://localhost:25"
    assert not station.standing().is_local


@pytest.mark.parametrize("count", [1, 30])
def test_health_costs_the_same_whatever_waits(client, campaign, count, django_assert_max_num_queries):
    write(count, key="more")
    with django_assert_max_num_queries(10):
        assert oldest(client) > 0


def test_health_bears_any_number_of_campaigns_under_way(client, campaign, django_assert_max_num_queries):
    for number in range(100):
        write(1, lane="bulk", campaign=another(campaign, number), key=f"many{number}")
    Delivery.objects.filter(campaign__name="99").update(not_before=timezone.now() - timedelta(hours=2))
    with django_assert_max_num_queries(14):
        assert 7190 < oldest(client) < 7300


def test_a_campaign_without_waiting_messages_is_not_looked_at(client, campaign, django_assert_max_num_queries):
    for number in range(100):
        another(campaign, number)
    with django_assert_max_num_queries(10):
        assert oldest(client) > 0


def another(campaign: Campaign, number: int) -> Campaign:
    return Campaign.objects.create(
        event=campaign.event, name=str(number), subject_it="s", body_it="b", created_by=campaign.created_by,
        state=Campaign.State.RUNNING, starts_at=timezone.now(), planned=1,
    )  # fmt: skip
