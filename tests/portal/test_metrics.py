"""Prometheus reads what it may, when it shows its token; nobody else learns that the address is there."""

from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from notifications import clock
from notifications.models import Delivery, NightlyCheck, Sweep, Tally, Throttle
from notifications.sending import station
from tests.notifications.test_pump import write

pytestmark = pytest.mark.django_db
TOKEN = "a-token-for-tests-only"


@pytest.fixture
def prometheus(client, settings):
    """Reads the page as Prometheus does: {(name, labels): value}."""
    settings.METRICS_TOKEN = TOKEN

    def read() -> dict[tuple, float]:
        response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert response.status_code == 200
        assert response["Content-Type"].startswith("text/plain; version=0.0.4")
        families = text_string_to_metric_families(response.content.decode())
        return {(s.name, *sorted(s.labels.values())): s.value for family in families for s in family.samples}

    return read


def test_without_a_token_set_there_is_no_such_address(client, settings, client_of, organiser):
    assert settings.METRICS_TOKEN == ""
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        assert client.get("/metrics", headers=headers).status_code == 404
        assert client_of(organiser).get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer ", "Bearer wrong", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x",
                                   f"bearer {TOKEN}", "Bearer città"])  # fmt: skip
def test_a_wrong_token_is_refused(client, settings, shown):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers={"Authorization": shown} if shown else {})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert b"socialneet" not in response.content


def test_only_reading_is_allowed(client, settings):
    settings.METRICS_TOKEN = TOKEN
    assert client.post("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 405


def test_deliveries_are_told_by_lane_and_state(prometheus):
    write(3)
    write(2, key="b", lane="bulk")
    Delivery.objects.filter(lane="bulk").update(state="uncertain")
    found = prometheus()
    assert found["socialneet_deliveries", "ready", "transactional"] == 3
    assert found["socialneet_deliveries", "bulk", "uncertain"] == 2
    assert found["socialneet_deliveries", "bulk", "failed"] == 0
    assert found["socialneet_uncertain",] == 2
    assert ("socialneet_deliveries", "pec", "ready") not in found


def test_the_age_of_the_oldest_due_message_is_told(prometheus):
    write(1)
    Delivery.objects.update(not_before=timezone.now() - timedelta(minutes=10))
    found = prometheus()
    assert 595 < found["socialneet_oldest_due_seconds", "transactional"] < 660
    assert found["socialneet_oldest_due_seconds", "bulk"] == 0


def test_the_age_of_posts_and_of_facts_for_other_programs_is_told(prometheus, client, organiser):
    from notifications.models import WebhookMessage
    from notifications.webhooks import services as webhooks

    assert prometheus()["socialneet_oldest_posting_seconds", "facts"] == 0
    webhook = webhooks.register(
        name="Calendario", url="https://programma.example.org/ricevi", facts=["event.cancelled"], by=organiser
    )
    since = timezone.now() - timedelta(minutes=10)
    WebhookMessage.objects.create(webhook=webhook, fact="event.cancelled", occurrence="1", payload={}, not_before=since)
    assert 595 < prometheus()["socialneet_oldest_posting_seconds", "facts"] < 660
    assert 595 < client.get("/health/").json()["oldest_of_facts_seconds"] < 660
    webhooks.pause(webhook=webhook, by=organiser)
    assert client.get("/health/").json()["oldest_of_facts_seconds"] is None


def test_pauses_breakers_and_rates_are_told(prometheus):
    Throttle.objects.create(lane="bulk", domain_group="google", base_rate=60, rate=30)
    Throttle.objects.create(lane="bulk", is_broken=True, paused_until=timezone.now() + timedelta(minutes=1))
    found = prometheus()
    assert found["socialneet_lane_rate_per_minute", "bulk", "google"] == 30
    assert found["socialneet_lane_paused", "all", "bulk"] == found["socialneet_lane_broken", "all", "bulk"] == 1
    assert found["socialneet_lane_paused", "all", "transactional"] == 0
    assert ("socialneet_lane_rate_per_minute", "all", "bulk") not in found


def test_the_hold_the_clock_and_the_night_are_told(prometheus, organiser):
    found = prometheus()
    assert found["socialneet_held",] == 0
    assert ("socialneet_seconds_since_sweep",) not in found
    clock.go_round()
    Sweep.objects.update(at=timezone.now() - timedelta(seconds=90))
    station.hold(reason="prova", by=organiser)
    ended = timezone.now() - timedelta(hours=2)
    NightlyCheck.objects.update_or_create(  # after three at night the round above has made one
        on=timezone.localdate(), defaults={"began_at": ended, "ended_at": ended, "broken": ["a", "b"]}
    )
    found = prometheus()
    assert found["socialneet_held",] == 1
    assert 89 < found["socialneet_seconds_since_sweep",] < 150
    assert found["socialneet_broken_invariants",] == 2
    assert 7199 < found["socialneet_seconds_since_nightly_check",] < 7260


def test_no_address_stands_in_the_numbers(client, settings):
    settings.METRICS_TOKEN = TOKEN
    write(1)
    Throttle.objects.create(lane="bulk", reason="550 carla@ente01.example.org unknown", is_broken=True)
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    assert "@" not in text


@pytest.mark.parametrize("count", [1, 30])
def test_reading_costs_the_same_whatever_there_is_and_counts_nothing(prometheus, count, django_assert_max_num_queries):
    write(count)
    with django_assert_max_num_queries(11) as queries:
        prometheus()
    assert not [each["sql"] for each in queries if "COUNT(" in each["sql"]]
    Tally.objects.create(campaign=0, lane="bulk", state="failed", count=1_000_000)
    assert prometheus()["socialneet_deliveries", "bulk", "failed"] == 1_000_000
