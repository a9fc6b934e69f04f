"""While one group is on its way the next is begun: nothing is lost by it, and nothing goes out twice."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from notifications.models import Delivery
from notifications.sending import claims, journal, pump, relay, results
from notifications.sending import smtp as smtp_relay
from notifications.sending.relay import Outcome
from tests.notifications.test_pump import states, write

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture
def by_fives(settings, monkeypatch):
    """Groups of five, however quick the sink is."""
    settings.MAIL_BATCH = 5
    monkeypatch.setattr(pump, "FIRST_GROUP", 5)


def test_the_next_group_is_begun_while_one_is_on_its_way(smtp, by_fives, monkeypatch):
    """The relay waits for it: were it begun only afterwards, it would wait in vain."""
    write(10, lane="bulk")
    second_is_begun, begun = threading.Event(), []
    hand_over, begin = smtp_relay.SmtpRelay.hand_over, claims.begin

    def waits_for_the_second(self, envelopes, began):
        assert second_is_begun.wait(timeout=20), "nothing was begun meanwhile"
        yield from hand_over(self, envelopes, began)

    def counts(*about):
        rows = begin(*about)
        begun.append(len(rows))
        if len(begun) == 2:
            second_is_begun.set()
        return rows

    monkeypatch.setattr(smtp_relay.SmtpRelay, "hand_over", waits_for_the_second)
    monkeypatch.setattr(claims, "begin", counts)
    assert pump.pump().accepted == 10
    assert begun == [5, 5]
    assert len(set(smtp.message_ids)) == 10


def test_nobody_but_the_workers_own_thread_asks_the_database(smtp, by_fives, monkeypatch):
    write(10, lane="bulk")
    carriers = set()
    hand_over = smtp_relay.SmtpRelay.hand_over

    def noted(self, envelopes, began):
        carriers.add(threading.current_thread().name)
        yield from hand_over(self, envelopes, began)

    monkeypatch.setattr(smtp_relay.SmtpRelay, "hand_over", noted)
    pump.pump()
    assert carriers == {"errand"}
    assert states() == [State.ACCEPTED] * 10


def test_a_relay_that_must_rest_keeps_the_next_group_at_home_untouched(smtp, by_fives):
    write(10, lane="bulk")
    smtp.script["MAIL"] = b"421 4.3.2 shutting down\r\n"
    pump.pump()
    assert states() == [State.READY] * 10
    assert set(Delivery.objects.values_list("attempts", "owner")) == {(0, "")}
    assert smtp.message_ids == []
    assert list(journal.folder().iterdir()) == []


def test_when_the_database_goes_away_both_groups_are_found_again_exactly(smtp, by_fives, monkeypatch):
    """The first was sent and not recorded, the second went out meanwhile: two diaries, nothing doubled."""
    write(10, lane="bulk")

    def away(*_args) -> None:
        raise DatabaseError("server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(results, "write", away)
        with pytest.raises(DatabaseError):
            pump.pump()
    assert states() == [State.SENDING] * 10
    assert len(list(journal.folder().iterdir())) == 2
    sent = len(smtp.messages)
    assert sent == 10
    pump.pump()
    pump.pump()  # the diaries stay for a minute and are read again
    assert states() == [State.ACCEPTED] * 10
    assert len(smtp.messages) == sent, "nothing went out twice"


def test_a_group_begun_for_the_second_diary_goes_back_when_its_worker_dies(smtp):
    write(2, lane="bulk")
    first, second = journal.Journal("first"), journal.Journal("second")
    rows = claims.claim("first", "bulk", 2)
    on_its_way, at_home = claims.begin(rows[:1], "first", "first"), claims.begin(rows[1:], "first", "second")
    first.began(on_its_way[0].pk)
    first.ended(on_its_way[0].pk, Outcome.ACCEPTED, "250 kept")
    first.abandon()
    second.abandon()
    claims.recover()
    assert states() == [State.ACCEPTED, State.READY]
    assert Delivery.objects.get(pk=at_home[0].pk).attempts == 0


def test_a_group_is_as_large_as_the_relay_is_quick(settings):
    worker = pump.Worker("bulk", pump.Report(), group=10)
    worker._fit_group(10, 0.01)
    assert worker.group == 80  # not at once as large as may be
    worker._fit_group(80, 0.01)
    assert worker.group == settings.MAIL_BATCH
    worker._fit_group(100, 10.0)
    assert worker.group == 5
    worker._fit_group(1, 3.0)
    assert worker.group == 1
    worker._fit_group(0, 0.1)  # all of it was dropped: says nothing about the relay
    assert worker.group == 1
    worker.close()


def test_the_answer_to_the_final_dot_is_waited_for_longer_than_any_other(sink, settings, monkeypatch):
    monkeypatch.setattr(relay, "CONNECT_SECONDS", 0.3)
    sink.delay = 1.0
    settings.MAIL_URL = sink.url
    write(2)
    assert pump.pump().accepted == 2
    assert len(sink.messages) == 2


def test_waiting_rows_are_claimed_in_the_order_of_time_whatever_their_house():
    write(6, lane="bulk")
    houses = ["libero", "google", "other"]
    for number, row in enumerate(Delivery.objects.order_by("-pk")):
        moment = timezone.now() - timedelta(hours=6 - number)
        Delivery.objects.filter(pk=row.pk).update(not_before=moment, domain_group=houses[number % 3])
    oldest = Delivery.objects.order_by("not_before").values_list("pk", flat=True)[:2]
    assert {row.pk for row in claims.claim("one", "bulk", 2)} == set(oldest)
