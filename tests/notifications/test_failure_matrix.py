"""Every row of the failure matrix (research notes, 5.6) that is not a test elsewhere; the last lines say where."""

import resource
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import DatabaseError
from django.utils import timezone

from events import services as events
from notifications import clock
from notifications.models import Attempt, Delivery, Station, Suppression, Sweep, Throttle, hash_address
from notifications.recipients import services as people
from notifications.sending import claims, journal, lanes, pump, results, station
from notifications.sending.relay import Outcome
from tests.notifications.test_pump import states, write
from tests.processes import environment

pytestmark = pytest.mark.django_db
State = Delivery.State


# -- a worker dies ---------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """As sudden as a signal."""


def begun_by_a_dead_worker(count: int) -> list[Delivery]:
    """Rows whose intent is recorded, and the diary of their owner, who is gone."""
    write(count, lane="bulk")
    diary = journal.Journal("dead")
    rows = claims.begin(claims.claim("dead", "bulk", count), "dead")
    diary.rows = sorted(rows, key=lambda row: row.pk)
    return diary


def test_the_diary_says_of_each_message_how_far_it_came(smtp):
    diary = begun_by_a_dead_worker(4)
    first, second, third, fourth = diary.rows
    diary.began(first.pk)
    diary.ended(first.pk, Outcome.ACCEPTED, "250 kept")
    diary.began(second.pk)
    diary.ended(second.pk, Outcome.REFUSED, "554 no")
    diary.began(third.pk)
    diary.abandon()
    claims.recover()
    assert states() == [State.ACCEPTED, State.FAILED, State.UNCERTAIN, State.READY]
    assert Delivery.objects.get(pk=fourth.pk).attempts == 0
    assert pump.pump().accepted == 1


def test_what_the_database_finishes_only_after_the_workers_death_is_found_too(monkeypatch):
    """PostgreSQL goes on with a statement whose sender was killed; whoever read the diary before saw nothing of it."""
    write(1, lane="bulk")
    journal.Journal("dead").abandon()
    assert claims.recover() == 0
    claims.begin(claims.claim("dead", "bulk", 1), "dead")
    assert states() == [State.SENDING]
    assert claims.recover() == 1
    assert states() == [State.READY]
    assert [path.name for path in journal.folder().iterdir()] == ["dead"]
    monkeypatch.setattr(journal, "LAST_WORDS_SECONDS", -1)
    claims.recover()
    assert list(journal.folder().iterdir()) == []


def test_the_diary_of_a_living_worker_is_left_alone():
    diary = begun_by_a_dead_worker(1)
    assert claims.recover() == 0
    assert states() == [State.SENDING]
    diary.close()


def test_after_a_power_cut_what_the_diary_does_not_mention_is_uncertain_too():
    diary = begun_by_a_dead_worker(2)
    diary.began(diary.rows[0].pk)
    diary.ended(diary.rows[0].pk, Outcome.ACCEPTED, "250 kept")
    diary.abandon()
    path = diary.path
    path.write_bytes(b"another-boot\n" + path.read_bytes().split(b"\n", 1)[1])
    claims.recover()
    assert states() == [State.ACCEPTED, State.UNCERTAIN]


def test_a_line_torn_off_by_the_kill_is_not_read():
    diary = begun_by_a_dead_worker(1)
    diary.began(diary.rows[0].pk)
    diary.abandon()
    with diary.path.open("ab") as stream:
        stream.write(b'E %d accepted "250' % diary.rows[0].pk)
    claims.recover()
    assert states() == [State.UNCERTAIN]


def test_a_row_between_two_records_of_another_machine_waits_for_its_lease_and_is_uncertain():
    write(1, lane="bulk")
    claims.begin(claims.claim("elsewhere", "bulk", 1), "elsewhere")
    claims.recover()
    assert states() == [State.SENDING]
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    claims.recover()
    assert states() == [State.UNCERTAIN]
    assert Attempt.objects.get().outcome == Attempt.Outcome.UNCERTAIN


def test_a_worker_thought_dead_that_has_the_answer_after_all_may_write_it():
    write(1, lane="bulk")
    rows = claims.begin(claims.claim("slow", "bulk", 1), "slow")
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    claims.recover()
    results.write([(rows[0], Outcome.ACCEPTED, "250 kept")], "slow")
    assert states() == [State.ACCEPTED]


def test_when_the_database_goes_away_the_answer_in_hand_is_written_down_and_replayed(smtp, monkeypatch):
    write(3, lane="bulk")

    def away(*_args) -> None:
        raise DatabaseError("server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(results, "write", away)
        with pytest.raises(DatabaseError):
            pump.pump()
    assert states() == [State.SENDING] * 3
    assert len(smtp.messages) == 3
    pump.pump()
    assert states() == [State.ACCEPTED] * 3
    assert len(smtp.messages) == 3, "nothing went out twice"


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_with_the_disk_full_nothing_leaves(tmp_path, sink):
    write(3, lane="bulk")
    env = environment(tmp_path, MAIL_URL=sink.url, DJANGO_SETTINGS_MODULE="portal.settings")
    (tmp_path / "journal").mkdir()
    command = [sys.executable, "-W", "ignore", "manage.py", "pump"]
    full = subprocess.run(
        command, env=env, cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=False,
        # the limit counts for every file of the process; a SQLite database would already refuse the intent
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (38, 38)),
    )  # fmt: skip
    assert full.returncode != 0
    assert sink.messages == []
    done = subprocess.run(command, env=env, cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(sink.messages) == 3


# -- the relay's words -------------------------------------------------------------------------------------------------------


def test_a_refusal_for_now_fails_when_the_next_try_would_be_after_the_event_began(smtp):
    write(1, expires_at=timezone.now() + timedelta(seconds=30))
    smtp.script["RCPT"] = b"450 4.2.0 later\r\n"
    assert pump.pump().failed == 1


def test_a_refusal_for_now_is_not_tried_beyond_two_days(smtp):
    write(1)
    Delivery.objects.update(attempts=3, created_at=timezone.now() - timedelta(hours=47, minutes=30))
    smtp.script["RCPT"] = b"450 4.2.0 later\r\n"
    assert pump.pump().failed == 1


def test_a_relay_short_of_room_slows_that_house_and_only_the_message_it_refused_climbs_the_ladder(smtp):
    write(3, lane="bulk")
    smtp.script["DOT"] = b"452 4.3.1 too much\r\n"
    pump.pump()
    throttle = Throttle.objects.get()
    assert (throttle.lane, throttle.domain_group, throttle.pause_step) == ("bulk", "other", 1)
    assert list(Delivery.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 0, 0]
    assert states() == [State.READY] * 3
    assert len(smtp.messages) == 1


def test_each_further_complaint_halves_the_rate_and_lengthens_the_pause():
    lanes.slow_down(lane="bulk", group="google", measured=100, reason="451 slow")
    Throttle.objects.update(paused_until=None)
    lanes.slow_down(lane="bulk", group="google", measured=100, reason="451 slow")
    throttle = Throttle.objects.get()
    assert (throttle.rate, throttle.pause_step) == (25, 2)
    assert throttle.paused_until - timezone.now() > timedelta(seconds=50)


def test_a_slowed_rate_grows_again_after_five_clean_minutes():
    lanes.slow_down(lane="bulk", group="google", measured=100, reason="451 slow")
    lanes.went_well("bulk", {"google"}, timezone.now() + timedelta(minutes=6))
    throttle = Throttle.objects.get()
    assert throttle.rate == pytest.approx(55)
    assert throttle.pause_step == 0


def test_one_slowed_house_does_not_hold_up_the_others(smtp):
    write(2, lane="bulk", key="g")
    Delivery.objects.update(domain_group="google")
    write(2, lane="bulk", key="o")
    lanes.pause(lane="bulk", group="google", reason="421 slow")
    assert pump.pump().accepted == 2
    assert set(Delivery.objects.filter(state=State.READY).values_list("domain_group", flat=True)) == {"google"}


@pytest.mark.django_db(transaction=True)
def test_too_many_connections_means_one_less(smtp, settings):
    settings.MAIL_CONNECTIONS_BULK = 4
    write(1, lane="bulk")
    smtp.script["MAIL"] = b"432 4.3.2 too many connections\r\n"
    lanes.fewer_connections(lane="bulk", used=4, reason="432")
    assert lanes.connections("bulk") == 3
    Throttle.objects.update(paused_until=None)
    pump.pump()
    assert lanes.connections("bulk") == 2
    lanes.fewer_connections(lane="bulk", used=4, reason="432")  # another worker, told at the same moment
    assert lanes.connections("bulk") == 2
    assert Delivery.objects.get().attempts == 0


def test_an_unknown_mailbox_is_suppressed_the_second_time_and_a_full_one_never(smtp):
    for number, words in enumerate([b"550 5.1.1 unknown\r\n"] * 2 + [b"552 5.2.2 full\r\n"] * 2):
        name = "sconosciuto" if number < 2 else "pieno"
        write(1, key=f"n{number}", address=f"{name}@example.org", lane="bulk")
        smtp.script["RCPT"] = words
        pump.pump()
        assert Suppression.objects.exists() is (number >= 1)
    assert states() == [State.FAILED] * 4
    assert Suppression.objects.get().address_hash == hash_address("sconosciuto@example.org")


def test_an_unknown_mailbox_is_remembered_beside_its_owners_own_refusal(smtp):
    people.unsubscribe(address_hash=hash_address("sconosciuto@example.org"))
    smtp.script["RCPT"] = b"550 5.1.1 unknown\r\n"
    for number in range(2):
        write(1, key=f"n{number}", address="sconosciuto@example.org")
        pump.pump()
    assert set(Suppression.objects.values_list("scope", "by")) == {("all", "person"), ("all", "portal")}


def test_a_refused_sign_in_stops_the_lane_and_calls_for_somebody(sink, settings):
    settings.MAIL_URL = f"smtp://user:wrong@127.0.0.1:{sink.port}"
    sink.extensions = ("AUTH PLAIN",)
    sink.script["AUTH"] = b"535 5.7.8 not you\r\n"
    write(2)
    pump.pump()
    throttle = Throttle.objects.get()
    assert throttle.is_broken
    assert states() == [State.READY] * 2
    assert Delivery.objects.filter(attempts=0).count() == 2


def test_silence_before_the_text_means_not_sent(smtp, monkeypatch):
    from notifications.sending import relay

    monkeypatch.setattr(relay, "CONNECT_SECONDS", 0.3)
    smtp.script["RCPT"] = b""  # says nothing at all
    write(1)
    assert pump.pump().uncertain == 0
    assert states() == [State.READY]


def test_one_bad_recipient_does_not_disturb_its_neighbours(sink, settings):
    settings.MAIL_URL = sink.url
    for extensions in (("PIPELINING", "8BITMIME"), ()):
        sink.extensions = extensions
        Delivery.objects.all().delete()
        write(5, key=f"x{len(extensions)}")
        Delivery.objects.filter(address="a2@example.org").update(address="brutto indirizzo@example.org")
        report = pump.pump()
        assert (report.accepted, report.failed) == (4, 1)


def test_a_relay_that_awaits_a_text_for_nobody_gets_an_empty_one(smtp):
    """RFC 2920 section 3.1: DATA may be answered with 354 although every recipient was refused."""
    smtp.script["RCPT"] = b"550 5.1.1 nobody\r\n"
    write(2)
    assert pump.pump().failed == 2
    assert all(message == b".\r\n" for message in smtp.messages)
    smtp.script.clear()
    write(1, key="after")
    assert pump.pump().accepted == 1


# -- clocks, holds, copies -----------------------------------------------------------------------------------------------------


def test_a_clock_that_jumps_forward_frees_no_lease(smtp):
    """Leases are of the database's clock: a worker whose own clock is wrong takes nothing from anybody."""
    write(1, lane="bulk")
    claims.claim("alive", "bulk", 1)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        claims.recover()
    assert states() == [State.LEASED]


def test_unsubscribed_while_queued_is_looked_at_once_more(smtp):
    write(1, lane="bulk")
    people.unsubscribe(address_hash=hash_address("a0@example.org"))
    pump.pump()
    assert states() == [State.SUPPRESSED]


def test_a_message_about_an_older_revision_of_the_event_expires(event, register, organiser, smtp):
    register("Anna")
    pump.pump()
    events.change(event=event, by=organiser, venue="Sala Prima")
    Delivery.objects.filter(kind="event_rescheduled").update(not_before=timezone.now() + timedelta(hours=1))
    events.change(event=event, by=organiser, venue="Sala Seconda")
    Delivery.objects.update(not_before=timezone.now())
    sent = len(smtp.messages)
    pump.pump()
    moved = smtp.messages[sent:]
    assert len(moved) == 2  # the contact and Anna, once each
    assert all(b"Sala Seconda" in message for message in moved)


def test_held_mail_waits_sign_in_codes_included_and_flows_again_after_release(smtp, organiser):
    station.hold(reason="prova", by=organiser)
    write(1)
    assert pump.pump().held == "prova"
    assert states() == [State.READY]
    station.release(by=organiser)
    assert pump.pump().accepted == 1


def test_a_restored_database_holds_itself_until_a_person_has_looked(smtp, organiser):
    clock.go_round()
    Sweep.objects.update(number=7)
    clock.go_round()
    Sweep.objects.update(number=3)  # the backup of yesterday
    write(1)
    clock.go_round()
    assert Station.current().is_held
    assert states() == [State.READY]


def test_a_new_database_on_a_machine_that_remembers_another_is_not_held(smtp):
    clock.go_round()
    Sweep.objects.all().delete()
    write(1)
    clock.go_round()
    assert states() == [State.ACCEPTED]


def test_after_a_restore_the_relays_log_settles_what_had_gone_out(smtp, organiser):
    write(3, lane="bulk")
    station.hold(reason="restored", by=organiser)
    row = Delivery.objects.order_by("pk").first()
    log = [f"postfix/cleanup[1]: ABC: message-id={row.message_id}", "noise", "<0@elsewhere>"]
    assert station.reconcile(lines=log) == station.Reconciled(1, 1)
    assert states() == [State.ACCEPTED, State.READY, State.READY]
    station.release(by=organiser)
    assert pump.pump().accepted == 2
    assert len(smtp.messages) == 2


def test_a_log_settles_no_waiting_message_while_mail_flows():
    write(1)
    assert station.reconcile(lines=[Delivery.objects.get().message_id]).settled == 0


def test_a_copy_of_the_database_mails_nobody(smtp, settings):
    write(1)
    pump.pump()
    settings.SITE_URL = "https://staging.example.org"
    write(1, key="copied")
    report = pump.pump()
    assert "staging.example.org" in report.held
    assert states() == [State.ACCEPTED, State.READY]


def test_an_adopted_copy_mails_only_its_allow_list(smtp, settings, organiser):
    Station.objects.create(pk=1, site="https://production.example.org")
    station.release(by=organiser)
    settings.MAIL_ALLOW_LIST = ["*@socialneet.example.org"]
    write(1, key="out")
    write(1, key="in", address="olga@socialneet.example.org")
    pump.pump()
    assert states() == [State.SUPPRESSED, State.ACCEPTED]


def test_every_message_says_that_no_person_wrote_it(smtp):
    write(1)
    pump.pump()
    assert b"Auto-Submitted: auto-generated" in smtp.messages[0]


def test_one_trouble_seen_by_two_workers_is_one_step():
    lanes.pause(lane="bulk", reason="421")
    lanes.pause(lane="bulk", reason="421")
    assert Throttle.objects.get().pause_step == 1


def test_a_daily_cap_ends_the_day_and_not_the_lane(smtp):
    Throttle.objects.create(lane="bulk", daily_cap=2)
    write(5, lane="bulk")
    pump.pump()
    assert len(smtp.messages) == 2
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        pump.pump()
    assert len(smtp.messages) == 4


def test_a_rate_lets_through_what_its_bucket_holds(smtp):
    Throttle.objects.create(lane="bulk", base_rate=60, rate=60, refilled_at=timezone.now() - timedelta(minutes=1))
    write(50, lane="bulk")
    pump.pump()
    assert 10 <= len(smtp.messages) <= 12  # ten seconds' worth, and what the test itself took


# Killed half-way, two pumps, broker down or wiped, two beats: test_real_worker, test_two_pumps, test_crash_drill,
# test_reminders. A restarted or killed database: test_outages. Providers' reports: reports/.
