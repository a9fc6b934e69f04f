"""What a review of the engine found, and what holds since."""

import json
import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from notifications import clock
from notifications.drill.sink import Sink
from notifications.management.commands.pump import Command
from notifications.models import Attempt, Delivery, ProviderMessage, Station, Sweep, Throttle
from notifications.sending import claims, journal, lanes, pump, results, station
from notifications.sending.relay import Outcome
from tests.notifications.test_failure_matrix import begun_by_a_dead_worker
from tests.notifications.test_pump import states, write

pytestmark = pytest.mark.django_db
State = Delivery.State


def of_house(house: str, count: int = 1, **changes) -> None:
    """Bulk messages to one mail house."""
    write(count, key=house, lane="bulk", **changes)
    Delivery.objects.filter(idempotency_key__startswith=house).update(domain_group=house)


# -- one message that is refused after its text ------------------------------------------------------------------------


def test_a_text_refused_for_now_steps_aside_and_those_behind_it_are_tried(smtp):
    of_house("google", 2)
    smtp.script["DOT"] = b"451 4.7.1 not this text\r\n"
    pump.pump()
    first, second = Delivery.objects.order_by("pk")
    assert (first.attempts, second.attempts) == (1, 0)
    assert first.not_before > timezone.now() + timedelta(seconds=50)
    assert len(smtp.messages) == 1
    smtp.script.clear()
    with time_machine.travel(timezone.now() + timedelta(seconds=6)):
        assert pump.pump().accepted == 1
    assert states() == [State.READY, State.ACCEPTED]


def test_a_text_refused_for_now_holds_up_no_other_house(smtp):
    of_house("google", 3)
    of_house("microsoft", 3)
    smtp.script["DOT"] = b"452 4.3.1 too much\r\n"
    pump.pump()
    assert set(Throttle.objects.values_list("domain_group", flat=True)) == {"google", "microsoft"}
    assert len(smtp.messages) == 2


def test_a_relay_that_closes_down_after_the_text_blames_no_message(smtp):
    of_house("google", 2)
    smtp.script["DOT"] = b"421 4.3.2 closing\r\n"
    pump.pump()
    assert Delivery.objects.filter(attempts=0, state=State.READY).count() == 2
    assert Throttle.objects.get().domain_group == ""


# -- slower ----------------------------------------------------------------------------------------------------------------


def test_a_first_complaint_before_anything_was_measured_pauses_and_sets_no_rate(smtp):
    of_house("google", 2)
    smtp.script["MAIL"] = b"421 4.3.2 shutting down\r\n"
    pump.pump()
    throttle = Throttle.objects.get()
    assert throttle.rate is None
    assert throttle.paused_until > timezone.now()


def test_a_first_complaint_halves_the_speed_of_the_last_busy_time(smtp):
    of_house("google", 1)
    row, now = Delivery.objects.get(), timezone.now()
    Attempt.objects.bulk_create(
        Attempt(delivery=row, outcome="accepted", at=now - timedelta(seconds=n)) for n in reversed(range(20))
    )
    smtp.script["MAIL"] = b"421 4.3.2 shutting down\r\n"
    pump.pump()
    assert Throttle.objects.get().rate == pytest.approx(30, rel=0.1)


def test_only_what_was_accepted_counts_for_the_speed(smtp):
    of_house("google", 8)
    Delivery.objects.filter(address__lt="a6").update(address="brutto indirizzo@example.org")
    worker = pump.Worker("bulk", pump.Report())
    worker.drain(time.monotonic() + 5)
    worker.close()
    assert worker.report.accepted == 2
    assert worker._accepted == 2


def test_workers_that_are_told_together_to_go_slower_halve_the_rate_once():
    lanes.slow_down(lane="bulk", group="google", measured=100, reason="451 slow")
    lanes.slow_down(lane="bulk", group="google", measured=100, reason="451 slow")
    assert Throttle.objects.get().rate == 50


# -- the breaker -------------------------------------------------------------------------------------------------------------


def ended(house: str, outcome: Outcome) -> tuple[Delivery, Outcome, str]:
    reply = "550 5.7.1 policy" if outcome == Outcome.POLICY else "250 ok"
    return Delivery(domain_group=house, lane="bulk"), outcome, reply


def test_three_refusals_for_policy_by_one_house_stop_it_although_others_accept():
    worker = pump.Worker("bulk", pump.Report())
    mixed = [ended("google", Outcome.POLICY), ended("microsoft", Outcome.ACCEPTED)] * 3
    assert worker._learn(mixed, timezone.now())
    worker.close()
    broken = Throttle.objects.get()
    assert (broken.domain_group, broken.is_broken) == ("google", True)
    assert broken.paused_until > timezone.now()


def test_a_house_that_accepts_in_between_is_no_house_that_refuses():
    worker = pump.Worker("bulk", pump.Report())
    mixed = [ended("google", Outcome.POLICY), ended("google", Outcome.POLICY), ended("google", Outcome.ACCEPTED)] * 2
    assert worker._learn(mixed, timezone.now())
    worker.close()
    assert not Throttle.objects.exists()


def test_several_houses_that_refuse_for_policy_stop_the_whole_lane():
    worker = pump.Worker("bulk", pump.Report())
    assert worker._learn([ended("google", Outcome.POLICY)] * 3, timezone.now())
    assert not worker._learn([ended("microsoft", Outcome.POLICY)] * 3, timezone.now())
    worker.close()
    assert Throttle.objects.get(domain_group="").is_broken


def test_a_house_that_refuses_for_policy_keeps_no_other_house_waiting(smtp):
    of_house("google", 8)
    of_house("microsoft", 2)
    Delivery.objects.filter(domain_group="google").update(address="brutto indirizzo@example.org")
    lanes.open_breaker(lane="bulk", group="google", reason="550 5.7.1 policy")
    assert pump.pump().accepted == 2


def test_what_was_on_its_way_before_a_pause_does_not_end_it():
    before = timezone.now()
    lanes.pause(lane="bulk", group="google", reason="550 5.7.1", breaks=True)
    lanes.went_well("bulk", {"google"}, before)
    assert Throttle.objects.get().is_broken
    lanes.went_well("bulk", {"google"}, timezone.now())
    assert not Throttle.objects.get().is_broken


@pytest.mark.django_db(transaction=True)
def test_a_breaker_opened_meanwhile_is_not_lost(monkeypatch):
    """Another worker pauses the house between our look and our writing."""
    lanes.pause(lane="bulk", group="google", reason="421 slow")
    looked, set_out = lanes._recovers, timezone.now()

    def look_and_be_late(throttle, since):
        monkeypatch.setattr(lanes, "_recovers", looked)
        changed = looked(throttle, since)
        Throttle.objects.update(paused_until=None)
        lanes.pause(lane="bulk", group="google", reason="550 5.7.1", breaks=True)
        return changed

    monkeypatch.setattr(lanes, "_recovers", look_and_be_late)
    lanes.went_well("bulk", {"google"}, set_out)
    assert Throttle.objects.get().is_broken


# -- a diary that is broken --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", [b"E 5\n", b"B five\n", b"E 5 accepted {\n", b'E %d sideways ""\n', b"\xff\xfe \xff\nE \xff\n"]
)
def test_a_diary_that_cannot_be_read_is_set_aside_and_mail_goes_on(line, smtp, caplog):
    diary = begun_by_a_dead_worker(1)
    diary.abandon()
    with diary.path.open("ab") as stream:
        stream.write(line % diary.rows[0].pk if b"%d" in line else line)
    write(1, key="another")
    assert pump.pump().accepted == 1
    assert [path.name for path in journal.folder().iterdir()] == ["dead.unreadable"]
    Delivery.objects.filter(state=State.SENDING).update(lease_until=timezone.now() - timedelta(seconds=1))
    pump.pump()
    assert states() == [State.UNCERTAIN, State.ACCEPTED], "its rows go by their leases"
    assert "dead" in caplog.text


def test_a_reply_with_characters_no_database_keeps_is_written_down_without_them(smtp):
    write(1)
    smtp.script["RCPT"] = b"550 5.1.1 no\0body\x07 here\r\n"
    assert pump.pump().failed == 1
    assert Delivery.objects.get().reply == "550 5.1.1 no body  here"


def test_a_nul_in_the_diary_of_a_dead_worker_stops_nobody(smtp):
    diary = begun_by_a_dead_worker(1)
    diary.began(diary.rows[0].pk)
    diary.ended(diary.rows[0].pk, Outcome.REFUSED, "550 no\0body")
    diary.abandon()
    pump.pump()
    assert states() == [State.FAILED]
    assert Attempt.objects.get().reply == "550 no body"


# -- a restored database -----------------------------------------------------------------------------------------------------


def test_after_a_restore_the_bell_sends_nothing_before_the_clock_has_come_by(smtp, organiser):
    for _round in range(3):
        clock.go_round()
    Sweep.objects.update(number=1)  # the backup of yesterday
    write(1)
    assert pump.pump().held == Station.current().reason != ""
    assert states() == [State.READY]
    station.release(by=organiser)
    assert pump.pump().accepted == 1, "a person's release holds"


def test_a_restore_under_a_running_pump_is_seen_before_the_next_claim():
    clock.go_round()
    clock.go_round()
    worker = pump.Worker("bulk", pump.Report())
    of_house("google", 1)
    Sweep.objects.update(number=1)
    with pytest.raises(lanes.Held):
        worker.drain(time.monotonic() + 5)
    worker.close()
    assert states() == [State.READY]


# -- between two groups ----------------------------------------------------------------------------------------------------


def soon(act, *, after: int, sink) -> threading.Thread:
    """Do it, on another connection, as soon as so many messages have arrived."""

    def wait_and_act() -> None:
        try:
            while len(sink.messages) < after:
                time.sleep(0.005)
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=wait_and_act)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_a_sign_in_code_written_while_bulk_flows_slowly_waits_for_a_group_and_not_for_a_handful(settings):
    sink = Sink(delay=0.05)
    settings.MAIL_URL = sink.url
    of_house("google", 120)
    helper = soon(lambda: write(1, key="code", address="codice@example.org"), after=40, sink=sink)
    pump.pump(seconds=60)
    helper.join()
    sink.close()
    (place,) = [n for n, message in enumerate(sink.messages) if b"codice@example.org" in message]
    assert place - 40 <= 30, "a second and a half of 50 ms each"


@pytest.mark.django_db(transaction=True)
def test_mail_held_while_bulk_flows_slowly_stops_within_two_seconds(settings):
    sink = Sink(delay=0.05)
    settings.MAIL_URL = sink.url
    of_house("google", 120)
    helper = soon(lambda: station.hold(reason="prova", by=None), after=40, sink=sink)
    assert pump.pump(seconds=60).held == "prova"
    helper.join()
    sink.close()
    assert len(sink.messages) <= 90
    assert Delivery.objects.filter(state=State.READY).count() == 120 - len(sink.messages)


def test_nobody_knows_at_first_how_slow_a_relay_is_so_the_first_group_is_small(settings):
    sink = Sink(delay=0.3)
    settings.MAIL_URL = sink.url
    of_house("google", 12)
    began = time.monotonic()
    pump.pump(seconds=0.1)
    sink.close()
    assert time.monotonic() - began < 2
    assert len(sink.messages) <= 4


# -- who wrote what ----------------------------------------------------------------------------------------------------------


def test_a_result_that_comes_after_somebody_decided_is_not_in_the_ledger():
    write(3)
    rows = claims.begin(claims.claim("slow", "transactional", 3), "slow")
    Delivery.objects.filter(pk=rows[0].pk).update(state=State.FAILED, owner="", lease_until=None)
    Delivery.objects.filter(pk=rows[1].pk).update(owner="another")
    ended = [(row, Outcome.ACCEPTED, "250 taken by postmark as abc") for row in rows]
    assert results.write(ended, "slow")["accepted"] == 1
    assert [attempt.delivery_id for attempt in Attempt.objects.all()] == [rows[2].pk]
    assert [named.delivery_id for named in ProviderMessage.objects.all()] == [rows[2].pk]


def test_silence_about_a_message_that_is_uncertain_already_is_not_written_twice():
    write(1, lane="bulk")
    rows = claims.begin(claims.claim("slow", "bulk", 1), "slow")
    for _time in range(2):
        results.write([(rows[0], Outcome.UNCERTAIN, "no answer")], "slow")
    assert Attempt.objects.count() == 1
    assert Delivery.objects.get().uncertain_count == 1


@pytest.mark.django_db(transaction=True)
def test_what_goes_wrong_in_one_of_several_connections_is_not_swallowed(smtp, settings, monkeypatch):
    settings.MAIL_CONNECTIONS = 2
    write(3)

    def away(*_args) -> None:
        raise DatabaseError("server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(results, "write", away)
        with pytest.raises(DatabaseError):
            pump.pump()
    pump.pump()
    assert states() == [State.ACCEPTED] * 3


# -- daily caps ----------------------------------------------------------------------------------------------------------------


def test_only_what_was_accepted_uses_up_the_days_share(smtp):
    Throttle.objects.create(lane="bulk", daily_cap=3)
    of_house("google", 8)
    smtp.script["RCPT"] = b"550 5.1.1 nobody\r\n"
    assert sum(pump.pump().failed for _round in range(3)) == 8
    of_house("microsoft", 5)
    smtp.script.clear()
    pump.pump()
    assert Delivery.objects.filter(state=State.ACCEPTED).count() == 3
    assert Throttle.objects.get().sent_that_day == 3
    assert pump.pump().accepted == 0


def test_what_was_taken_and_given_back_uses_up_nothing_of_the_days_share(smtp):
    Throttle.objects.create(lane="bulk", domain_group="google", daily_cap=3)
    of_house("google", 5)
    claims.claim("one", "bulk", 10)
    claims.release("one")
    assert len(claims.claim("two", "bulk", 10)) == 3


def test_what_other_workers_hold_counts_for_the_days_share_until_it_is_answered():
    Throttle.objects.create(lane="bulk", daily_cap=3)
    of_house("google", 5)
    rows = claims.begin(claims.claim("one", "bulk", 2), "one")
    assert len(claims.claim("two", "bulk", 10)) == 1
    assert claims.claim("three", "bulk", 10) == []
    results.write([(row, Outcome.DEFERRED, "451 later") for row in rows], "one")
    assert len(claims.claim("three", "bulk", 10)) == 2


# -- sign-in codes ---------------------------------------------------------------------------------------------------------------


def test_a_sign_in_code_leaves_before_single_messages_to_everybody(smtp):
    write(60, key="moved")
    Delivery.objects.update(kind="event_rescheduled", payload={}, not_before=timezone.now() - timedelta(minutes=1))
    write(1, key="code", address="codice@example.org")
    claimed = claims.claim("one", "transactional", 10)
    assert claimed[0].address == "codice@example.org"
    assert len({row.pk for row in claimed}) == 10
    assert len(claims.claim("two", "transactional", 100)) == 51


def test_with_one_house_paused_codes_still_come_first():
    write(5, key="moved")
    Delivery.objects.update(kind="event_rescheduled", not_before=timezone.now() - timedelta(minutes=1))
    write(2, key="code")
    lanes.pause(lane="transactional", group="google", reason="421 slow")
    assert [row.kind for row in claims.claim("one", "transactional", 3)] == ["account", "account", "event_rescheduled"]


def test_the_way_to_the_codes_is_an_index_of_theirs():
    due = Delivery.objects.due(timezone.now()).filter(lane="transactional", campaign=None, kind="account")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan TO off")
    assert "delivery_codes" in due.order_by("not_before", "pk")[:10].explain()


# -- the command ----------------------------------------------------------------------------------------------------------------


def test_the_clock_goes_round_while_mail_flows(settings, capsys):
    sink = Sink(delay=0.05)
    settings.MAIL_URL = sink.url
    write(40)
    call_command("pump", "--json", "--seconds", "0.5")
    sink.close()
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["accepted"] == 40
    assert Sweep.objects.get().number >= 3


def test_a_round_of_the_command_is_short_unless_told_otherwise():
    assert Command().create_parser("manage.py", "pump").get_default("seconds") <= 30
