"""Along a ladder, by one worker at a time, given up visibly, switched off in the end."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.utils import timezone

from notifications import tasks
from notifications.models import (
    Delivery,
    Fact,
    Station,
    Webhook,
    WebhookAttempt,
    WebhookMessage,
)
from notifications.posting import network, rows
from notifications.sending import station
from notifications.webhooks import services, worker
from tests.notifications.listener import Listener
from tests.notifications.webhooks.conftest import told

pytestmark = pytest.mark.django_db
State = WebhookMessage.State


# -- the way -------------------------------------------------------------------------------------------------------------


def test_a_refusal_is_tried_again_along_the_ladder_under_the_same_id(webhook, listener, register):
    listener.answers = [(500, {}, b"non ora"), (429, {}, b""), (200, {}, b"ok")]
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        register("Anna")
        assert worker.send_due() == {"told": 0, "put_off": 1}
        message = WebhookMessage.objects.get()
        assert (message.state, message.attempts, message.not_before) == (State.WAITING, 1, now + rows.LADDER[0])
        assert worker.send_due() == {"told": 0, "put_off": 0}
        clock.shift(rows.LADDER[0])
        worker.send_due()
        message.refresh_from_db()
        assert (message.attempts, message.not_before) == (2, now + rows.LADDER[0] + rows.LADDER[1])
        clock.shift(rows.LADDER[1])
        worker.send_due()
        message.refresh_from_db()
    assert (message.state, message.delivered_at) == (State.DELIVERED, now + rows.LADDER[0] + rows.LADDER[1])
    assert [(attempt.status, attempt.words) for attempt in message.tries.all()] == [
        (500, "non ora"),
        (429, ""),
        (200, "ok"),
    ]
    assert len({headers["webhook-id"] for _path, headers, _content in listener.heard}) == 1
    assert len({content for *_rest, content in listener.heard}) == 1


def test_after_the_last_step_it_is_given_up_and_a_person_may_send_it_again(webhook, listener, register, organiser):
    listener.answers = [(503, {}, b"")]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        register("Anna")
        for step in (timedelta(), *rows.LADDER):
            clock.shift(max(step, worker.LONGEST_REST))
            worker.send_due()
        message = WebhookMessage.objects.get()
        assert (message.state, message.tries.count()) == (State.FAILED, len(rows.LADDER) + 1)
        clock.shift(timedelta(days=1))
        assert worker.send_due() == {"told": 0, "put_off": 0}
        listener.answers = [(204, {}, b"")]
        services.send_again(message=message, by=organiser)
        assert worker.send_due() == {"told": 1, "put_off": 0}
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.DELIVERED, 1)
    assert message.tries.count() == len(rows.LADDER) + 2


def test_the_other_sides_wish_to_wait_is_respected(webhook, listener, register):
    listener.answers = [(429, {"Retry-After": "3600"}, b"")]
    with time_machine.travel(timezone.now(), tick=False):
        register("Anna")
        worker.send_due()
        webhook.refresh_from_db()
        wanted = timezone.now() + timedelta(hours=1)
        assert (WebhookMessage.objects.get().not_before, webhook.rests_until) == (wanted, wanted)


def test_one_that_fails_rests_as_a_whole_and_the_others_go_on(webhook, listener, organiser, register):
    sick = services.register(
        name="Malato", url=listener.url.replace("ricevi", "malato"), facts=Fact.values, by=organiser
    )
    Webhook.objects.filter(pk=sick.pk).update(url="http://127.0.0.1:9/x")  # nobody there
    for name in ("Anna", "Bruno", "Carla"):
        register(name)
    assert worker.send_due() == {"told": 3, "put_off": 1}
    assert WebhookAttempt.objects.filter(message__webhook=sick).count() == 1
    assert set(sick.messages.values_list("state", "attempts")) == {(State.WAITING, 0), (State.WAITING, 1)}
    sick.refresh_from_db()
    assert sick.rests_until is not None
    assert sick.failures == 1


def test_facts_arrive_in_their_order(webhook, listener, register):
    references = [register(f"P{number}").reference for number in range(5)]
    worker.send_due()
    assert [one["data"]["registration"] for one in told(listener)] == references


def test_a_dead_workers_rows_are_taken_by_the_next_one(webhook, listener, register):
    register("Anna")
    WebhookMessage.objects.update(
        state="sending", owner="dead", lease_until=timezone.now() - timedelta(seconds=1), attempts=1
    )
    assert worker.send_due()["told"] == 1
    message = WebhookMessage.objects.get()
    assert message.attempts == 2
    assert [(each.status, each.words) for each in message.tries.all()] == [(None, rows.DIED), (204, "")]


def test_a_fact_that_every_worker_dies_of_is_given_up_in_the_end(webhook, listener, register):
    register("Anna")
    WebhookMessage.objects.update(
        state="sending", owner="dead", lease_until=timezone.now() - timedelta(seconds=1), attempts=len(rows.LADDER) + 1
    )
    assert worker.send_due() == {"told": 0, "put_off": 0}
    assert WebhookMessage.objects.get().state == State.FAILED


def test_a_dead_workers_row_of_a_removed_address_is_given_up(webhook, listener, register, organiser):
    register("Anna")
    WebhookMessage.objects.update(state="sending", owner="dead", lease_until=timezone.now() - timedelta(seconds=1))
    services.remove(webhook=webhook, by=organiser)
    worker.send_due()
    assert WebhookMessage.objects.get().state == State.FAILED
    assert listener.heard == []


def test_what_was_taken_and_not_tried_is_given_up_when_the_address_was_removed_meanwhile(
    webhook, listener, register, organiser
):
    for name in ("Anna", "Bruno"):
        register(name)
    found = rows.claim(WebhookMessage.objects.all(), "x", 5)
    services.remove(webhook=webhook, by=organiser)
    worker._put_back(webhook.pk, found, "x")
    assert set(webhook.messages.values_list("state", "attempts")) == {(State.FAILED, 0)}


def test_a_worker_whose_lease_was_over_writes_nothing(webhook, listener, register):
    register("Anna")
    [message] = rows.claim(WebhookMessage.objects.all(), "slow", 5)
    WebhookMessage.objects.update(owner="quick")
    answer = network.Answer(500, "", 1)
    assert worker._record(webhook.pk, message, answer, "slow") is False
    assert not WebhookAttempt.objects.exists()
    webhook.refresh_from_db()
    assert webhook.failures == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_fact_once(settings, organiser, event, register):
    settings.POSTING_MAY_STAY_HERE = True
    listener = Listener()
    services.register(name="x", url=listener.url, facts=Fact.values, by=organiser)
    for number in range(5):
        register(f"P{number}")
    listener.delay = 0.02

    def work():
        worker.send_due(seconds=10)
        connections.close_all()

    threads = [threading.Thread(target=work) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worker.send_due()
    ids = [headers["webhook-id"] for _path, headers, _content in listener.heard]
    assert len(ids) == len(set(ids)) == 5
    listener.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_without_the_compare_and_set_two_workers_would_take_the_same_row(organiser, event, register, monkeypatch):
    """Negative control of the claim: with the state left out of the update's condition both get it."""
    services.register(name="x", url="https://programma.example.org/", facts=Fact.values, by=organiser)
    register("Anna")
    due = WebhookMessage.objects.filter(state="waiting")
    keys = list(due.values_list("pk", flat=True))
    seen = []
    for owner in ("a", "b"):  # both have read before either writes
        WebhookMessage.objects.filter(pk__in=keys).update(state="sending", owner=owner, lease_until=timezone.now())
        seen.append(WebhookMessage.objects.filter(pk__in=keys, owner=owner).count())
    assert seen == [1, 1]
    WebhookMessage.objects.update(state="waiting", owner="", lease_until=None)
    first = rows.claim(due, "a", 5)
    stale = WebhookMessage.objects.filter(pk__in=keys)  # as if read before
    assert len(first) == 1
    assert rows.claim(stale, "b", 5) == []


def test_nothing_is_told_while_all_mail_is_held_or_on_a_copy_of_the_site(webhook, listener, register, organiser):
    register("Anna")
    station.hold(reason="prova", by=organiser)
    assert worker.send_due() == {"told": 0, "put_off": 0}
    station.release(by=organiser)
    Station.objects.update(site="https://originale.example.org")
    assert worker.send_due() == {"told": 0, "put_off": 0}
    assert listener.heard == []


def test_the_clock_tells_what_waits_without_any_bell(webhook, listener, register):
    from notifications import clock

    register("Anna")
    assert clock.go_round(seconds=1)["told"] == 1


@pytest.mark.parametrize("bell", [tasks.webhooks, tasks.channels])
def test_the_bell_of_what_may_hang_sends_the_mail_that_waits_first(webhook, listener, register, bell):
    """Both bells of a registration ring in one queue: the visitor's confirmation does not wait for another program."""
    register("Anna")
    bell()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"accepted"}
    assert len(listener.heard) == (1 if bell is tasks.webhooks else 0)


def test_a_name_that_leads_inwards_is_an_attempt_like_any_other(organiser, register, monkeypatch, event):
    import socket

    webhook = services.register(name="x", url="https://programma.example.org/", facts=Fact.values, by=organiser)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("169.254.169.254", 443))])
    register("Anna")
    assert worker.send_due() == {"told": 0, "put_off": 1}
    assert webhook.messages.get().tries.get().words == "not a public address"


def test_a_long_pile_keeps_no_other_program_waiting(webhook, listener, organiser, register, monkeypatch):
    monkeypatch.setattr(worker, "SIDE_BY_SIDE", 1)
    monkeypatch.setattr(worker, "IN_HAND", 2)
    for number in range(4):
        register(f"P{number}")
    services.register(name="Altro", url=listener.url + "&altro", facts=Fact.values, by=organiser)
    register("Ultima")
    assert worker.send_due() == {"told": 6, "put_off": 0}
    place = [path for path, *_rest in listener.heard].index("/ricevi?a=1&altro")
    assert place <= worker.IN_HAND


def test_a_test_is_told_before_the_pile_that_waits(webhook, listener, register, organiser):
    for name in ("Anna", "Bruno"):
        register(name)
    services.send_test(webhook=webhook, by=organiser)
    worker.send_due()
    assert told(listener)[0]["type"] == "portal.test"


def test_another_address_begins_without_the_failures_of_the_first(webhook, listener, register, organiser):
    listener.answers = [(500, {}, b""), (204, {}, b"")]
    register("Anna")
    worker.send_due()
    fields = {"name": webhook.name, "facts": webhook.facts, "by": organiser}
    services.change(webhook=webhook, url=webhook.url, **fields)
    webhook.refresh_from_db()
    assert webhook.failures == 1  # the same address: nothing is forgotten
    services.change(webhook=webhook, url=listener.url + "&nuovo", **fields)
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.failing_since, webhook.rests_until) == (0, None, None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_a_registration_does_not_wait_for_the_worker_that_writes_a_result_down(organiser, event, register):
    webhook = services.register(name="x", url="https://programma.example.org/", facts=Fact.values, by=organiser)

    def visit():
        register("Anna")
        connections.close_all()

    thread = threading.Thread(target=visit)
    with transaction.atomic():
        services._lock(webhook, "active")
        thread.start()
        thread.join(5)
        is_waiting = thread.is_alive()
    thread.join()
    assert not is_waiting
    assert webhook.messages.count() == 1
