"""Uncertain where nobody knows: twice is worse than late."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from events import services as events
from notifications.channels import services, worker
from notifications.models import ChannelPost, Station
from notifications.posting import network, rows
from notifications.sending import station
from tests.notifications.channels.conftest import due, telegram_ok

pytestmark = pytest.mark.django_db
State, Kind = ChannelPost.State, ChannelPost.Kind


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        ((400, {}, b'{"ok":false,"description":"Bad Request: chat not found"}'), State.FAILED, "Bad Request: chat not found"),
        ((403, {}, b"no"), State.FAILED, "no"), ((503, {}, b"oops"), State.WAITING, "oops"),
        ((429, {}, b'{"ok":false,"description":"slow","parameters":{"retry_after":600}}'), State.WAITING, "slow"),
        ((200, {}, b"not json"), State.UNCERTAIN, "not json"), ((500, {}, b"oops"), State.UNCERTAIN, "oops"),
        ((302, {"Location": "/x"}, b""), State.WAITING, ""),
        ((502, {}, b"bad gateway"), State.UNCERTAIN, "bad gateway"), ((504, {}, b""), State.UNCERTAIN, ""),
    ],
)  # fmt: skip
def test_each_answer_leads_where_it_must(listener, post, organiser, answer, state, words):
    listener.answers = [answer]
    planned = due(post(), organiser)
    assert worker.send_due() == {"published": 0, "unpublished": 1}
    planned.refresh_from_db()
    assert (planned.state, planned.reply) == (state, words)
    assert planned.tries.last().status == answer[0]


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (b"[" * 60_000, State.UNCERTAIN), (b'{"ok": true, "result": {"message_id": 7, "chat"', State.UNCERTAIN),
        (b'{"ok":true,"result":{"message_id":1,"chat":{"username":"\\ud800"}}}', State.DELIVERED),
        (b'{"ok":true,"result":{"message_id":1,"chat":{"username":"' + b"x" * 3000 + b'"}}}', State.DELIVERED),
        (b'{"ok":true,"result":{"message_id":' + b"9" * 1000 + b',"chat":{"username":"terni"}}}', State.DELIVERED),
        (b'{"ok":true,"result":[1]}', State.DELIVERED), (b'{"ok":"yes","description":{"a":"\\u0000\\ud800"}}', State.UNCERTAIN),
        (b'{"ok":false,"description":"a\\u0000b\\ud800c\\u202e"}', State.UNCERTAIN),
    ],
)  # fmt: skip
def test_whatever_a_hostile_answer_says_it_can_be_written_down(listener, post, organiser, content, state):
    """A success that cannot be read may be there, and is not sent again by itself."""
    listener.answers = [(200, {}, content)]
    planned = due(post(), organiser)
    worker.send_due()
    planned.refresh_from_db()
    assert (planned.state, planned.link) == (state, "")
    assert planned.tries.last().status == 200
    worker.send_due()
    assert len(listener.heard) == 1


def test_telegrams_wish_to_wait_is_respected(listener, post, organiser):
    listener.answers = [(429, {}, b'{"ok":false,"parameters":{"retry_after":600}}')]
    with time_machine.travel(timezone.now(), tick=False):
        planned = due(post(), organiser)
        worker.send_due()
        planned.refresh_from_db()
        assert planned.not_before == timezone.now() + timedelta(seconds=600)


def test_an_answer_that_never_came_is_uncertain_and_not_sent_again_by_itself(listener, post, organiser, monkeypatch):
    monkeypatch.setattr(network, "STEP_SECONDS", 0.3)
    listener.delay = 1
    planned = due(post(), organiser)
    worker.send_due()
    planned.refresh_from_db()
    assert planned.state == State.UNCERTAIN
    with time_machine.travel(timezone.now() + timedelta(hours=5)):
        worker.send_due()
    assert len(listener.heard) == 1


def test_nobody_there_is_surely_not_published_and_tried_again(settings, post, organiser, dead_port, event):
    settings.POSTING_MAY_STAY_HERE = True
    settings.MESSENGER_URLS = [f"telegram://t@c?name=Canale%20Telegram&api=http://127.0.0.1:{dead_port}"]
    planned = due(post(), organiser)
    worker.send_due()
    planned.refresh_from_db()
    assert (planned.state, planned.attempts) == (State.WAITING, 1)


def test_a_worker_that_died_with_it_leaves_it_uncertain(listener, post, organiser):
    planned = due(post(), organiser)
    ChannelPost.objects.update(state="sending", owner="dead", lease_until=timezone.now() - timedelta(seconds=1))
    worker.send_due()
    planned.refresh_from_db()
    assert (planned.state, planned.reply) == (State.UNCERTAIN, "the worker died while handing over")
    assert listener.heard == []


def test_a_worker_whose_lease_was_over_writes_nothing(listener, post, organiser):
    planned = due(post(), organiser)
    [claimed] = rows.claim(ChannelPost.objects.due(timezone.now()), "slow", 1)
    ChannelPost.objects.update(owner="quick")
    assert worker._settle(claimed, "slow", network.Answer(200, "", 1), state="failed") is False
    planned.refresh_from_db()
    assert planned.state == State.SENDING


def test_a_day_of_failures_is_too_late_and_a_person_may_send_it_again(listener, post, organiser):
    listener.answers = [(503, {}, b"non ora")]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        planned = due(post(), organiser)
        while planned.state == State.WAITING:
            assert planned.not_before <= planned.due_at + worker.LATEST  # a try that is promised is made
            clock.move_to(max(planned.not_before, timezone.now()))
            worker.send_due()
            planned.refresh_from_db()
        assert (planned.state, planned.reply) == (State.FAILED, "non ora")
        assert timezone.now() < planned.due_at + worker.LATEST
        listener.answers = [telegram_ok()]
        services.send_again(post=planned, by=organiser)
        assert worker.send_due()["published"] == 1


def test_what_was_held_for_a_day_is_no_news_any_more(listener, post, organiser):
    station.hold(reason="prova", by=organiser)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        planned = due(post(), organiser)
        clock.shift(worker.LATEST + timedelta(minutes=1))
        station.release(by=organiser)
        worker.send_due()
    planned.refresh_from_db()
    assert (planned.state, planned.reply) == (State.FAILED, "it is a day too late")
    assert listener.heard == []


def test_what_is_uncertain_is_decided_by_a_person(listener, post, organiser):
    planned = post()
    ChannelPost.objects.update(state="uncertain", due_at=timezone.now(), reply="no answer in time")
    services.mark_published(post=planned, by=organiser)
    planned.refresh_from_db()
    assert (planned.state, planned.published_on, planned.reply) == (State.DELIVERED, timezone.localdate(), "")
    other = post(label="Altro")
    ChannelPost.objects.filter(pk=other.pk).update(state="uncertain", due_at=timezone.now())
    services.send_again(post=other, by=organiser)
    worker.send_due()
    assert len(listener.heard) == 1


def test_an_event_called_off_takes_its_posts_along(listener, post, by_hand, organiser, event):
    waiting, draft, paper = due(post(), organiser), post(label="Bozza"), by_hand()
    events.cancel(event=event, by=organiser, reason="Neve")
    worker.send_due()
    for planned, state in ((waiting, State.CANCELLED), (draft, State.CANCELLED), (paper, State.DRAFT)):
        planned.refresh_from_db()
        assert planned.state == state
    assert listener.heard == []


def test_one_in_a_workers_hand_sees_just_before_it_leaves_that_the_event_is_off(listener, post, organiser, event):
    planned = due(post(), organiser)
    [claimed] = rows.claim(ChannelPost.objects.due(timezone.now()), "x", 1)
    events.cancel(event=event, by=organiser, reason="Neve")
    claimed = ChannelPost.objects.select_related("event", "source__event").get(pk=claimed.pk)
    assert worker._publish(claimed, "x", timezone.now()) is False
    planned.refresh_from_db()
    assert planned.state == State.CANCELLED
    assert listener.heard == []


def test_nothing_leaves_for_an_event_that_is_over_or_a_messenger_that_is_gone(
    listener, post, organiser, event, settings
):
    first, second = (
        due(
            post(due_at=event.ends_at + timedelta(minutes=1)), organiser
        ),  # by an event that was moved to an earlier time
        due(post("Bollettino"), organiser),
    )
    settings.MESSENGER_URLS = settings.MESSENGER_URLS[:1]
    worker.send_due()
    with time_machine.travel(event.ends_at + timedelta(minutes=2)):
        worker.send_due()
    for planned, words in ((first, "the event is over"), (second, "this messenger is not set up any more")):
        planned.refresh_from_db()
        assert (planned.state, planned.reply) == (State.FAILED, words)
    assert listener.heard == []


def test_nothing_leaves_while_all_mail_is_held_or_on_a_copy_of_the_site(listener, post, organiser):
    due(post(), organiser)
    station.hold(reason="prova", by=organiser)
    worker.send_due()
    station.release(by=organiser)
    Station.objects.update(site="https://originale.example.org")
    worker.send_due()
    assert listener.heard == []


def test_the_clock_publishes_without_any_bell(listener, post, organiser):
    from notifications import clock

    due(post(), organiser)
    assert clock.go_round(seconds=1)["published"] == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_publish_a_post_once(listener, post, organiser):
    for number in range(4):
        due(post(label=f"Canale {number}"), organiser)
    listener.delay = 0.03

    def work():
        worker.send_due(seconds=10)
        connections.close_all()

    threads = [threading.Thread(target=work) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(listener.heard) == 4
    assert set(ChannelPost.objects.values_list("state", flat=True)) == {State.DELIVERED}
