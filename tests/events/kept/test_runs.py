"""A purge that is killed, broken off, run twice or by two at once."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from events.models import Attendee, Registration
from events.services import forgetting
from notifications import nightly, retention
from notifications.kept import running
from notifications.models import PurgeRun
from organisations.kept import Step, in_batches
from tests.events.conftest import rome
from tests.events.kept.conftest import places
from tests.processes import environment, wait_until

ROOT = Path(__file__).resolve().parents[3]
Outcome = PurgeRun.Outcome
LAST = rome(2033, 1, 2, 4)


@pytest.fixture
def many(event, register):
    """Many people at an event that is long over."""
    type(event).objects.filter(pk=event.pk).update(capacity=300)
    event.refresh_from_db()
    for number in range(12):
        register(f"Persona{number}")
    type(event).objects.filter(pk=event.pk).update(
        starts_at=timezone.now() - timedelta(days=400), ends_at=timezone.now() - timedelta(days=399)
    )
    return event


def named() -> int:
    return Registration.objects.filter(erased_at=None).count()


# -- one run -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_run_leaves_a_row_with_numbers_and_nobodys_words(many, organiser):
    run = retention.purge(timezone.now(), by=organiser)
    assert (run.outcome, run.by, run.step) == (Outcome.WHOLE, organiser, "")
    assert run.numbers["contacts"] == run.numbers["people"] == 12
    assert run.total >= 24
    assert all(isinstance(number, int) for number in run.numbers.values())


@pytest.mark.django_db
def test_run_twice_it_does_nothing_more(past):
    with time_machine.travel(LAST, tick=True):
        assert retention.purge(LAST).total > 0
        assert retention.purge(LAST).total == 0
    assert PurgeRun.objects.filter(outcome=Outcome.WHOLE).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("at", [rome(2026, 12, 16, 4), rome(2026, 12, 22, 4), rome(2027, 1, 15, 4)])
def test_what_is_due_is_what_leaves(past, at):
    with time_machine.travel(at, tick=True):
        due = {key: number for key, number in retention.due(at).items() if number}
        assert due == {key: number for key, number in retention.purge(at).numbers.items() if number}
        assert not any(retention.due(at).values())


@pytest.mark.django_db
def test_after_years_without_a_purge_one_is_enough(past):
    """Who came leaves with the contacts then, because the register needs nobody's name any more."""
    with time_machine.travel(LAST, tick=True):
        assert retention.purge(LAST).total > 0
        assert not any(retention.due(LAST).values())


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_breaks_takes_nothing_of_its_own_away_and_all_before_it_stays(many, monkeypatch):
    monkeypatch.setattr("events.retention.in_batches", lambda rows: in_batches(rows, 5))
    forget, calls = forgetting.forget_registrations, []

    def breaks_in_the_second(**arguments):
        result = forget(**arguments)
        calls.append(result)
        if len(calls) == 2:
            raise RuntimeError("the lights went out")
        return result

    monkeypatch.setattr("events.services.forgetting.forget_registrations", breaks_in_the_second)
    with pytest.raises(RuntimeError):
        retention.purge(timezone.now())
    assert named() == 12 - 5
    broken = PurgeRun.objects.get()
    assert (broken.outcome, broken.step, broken.numbers["contacts"]) == (Outcome.BROKEN, "registrations", 5)
    assert retention.purge(timezone.now()).numbers["contacts"] == 7
    assert named() == 0


@pytest.mark.django_db
def test_the_night_goes_on_to_look_at_everything_when_the_purge_breaks(many, monkeypatch, caplog):
    def explodes(_now):
        raise RuntimeError("no")
        yield

    monkeypatch.setattr(retention, "STEPS", (Step("bad", lambda _now: {"bad": 1}, explodes),))
    with time_machine.travel(rome(2027, 1, 10, 3, 30), tick=False):
        check = nightly.run_if_due(timezone.now())
    assert check is not None
    assert "the purge broke off: RuntimeError" in check.broken
    assert PurgeRun.objects.get().outcome == Outcome.BROKEN


# -- killed ------------------------------------------------------------------------------------------------------------


SLOW = """
import django, os, sys, time
django.setup()
from events import retention as events
from organisations.kept import steps
from events.services import forgetting
forget = forgetting.forget_registrations
done = 0
def slowly(**arguments):
    global done
    result = forget(**arguments)
    done += 1
    if done == 3:
        print("inside", flush=True)
        time.sleep(60)
    return result
forgetting.forget_registrations = slowly
events.in_batches = lambda rows, size=2: steps.in_batches(rows, 2)
from django.core.management import call_command
call_command("purge")
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_inside_a_step_loses_its_batch_alone_and_the_next_run_ends_it(many, tmp_path):
    env = environment(tmp_path, DJANGO_SETTINGS_MODULE="portal.settings")
    process = subprocess.Popen([sys.executable, "-c", SLOW], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    try:
        with process.stdout as told:
            assert told.readline().strip() == "inside"
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    wait_until(lambda: named() == 12 - 4, what="two batches of two stay done")
    left = PurgeRun.objects.get()
    assert (left.outcome, left.numbers["contacts"]) == (Outcome.RUNNING, 4)
    with pytest.raises(running.AlreadyRunning):
        retention.purge(timezone.now())
    with pytest.raises(CommandError, match="run this again in two minutes"):
        call_command("purge")
    with time_machine.travel(timezone.now() + PurgeRun.LONGEST_SILENCE + timedelta(seconds=1), tick=True):
        assert retention.purge(timezone.now()).numbers["contacts"] == 8
    left.refresh_from_db()
    assert left.outcome == Outcome.LEFT
    assert named() == 0
    assert not Attendee.objects.exclude(full_name="").exists()
    assert places("Persona") == set()


# -- two at once -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_no_harm_one_of_them_is_told_so(many):
    before, told, runs = threading.Barrier(2), [], []

    def purge() -> None:
        try:
            before.wait()
            runs.append(retention.purge(timezone.now()))
        except running.AlreadyRunning as other:
            told.append(other)
        finally:
            connection.close()

    threads = [threading.Thread(target=purge) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert runs
    assert len(runs) + len(told) == 2
    assert sum(run.numbers.get("contacts", 0) for run in runs) == 12
    assert named() == 0
    assert PurgeRun.objects.filter(outcome=Outcome.RUNNING).count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_run_that_was_taken_for_dead_stops_at_its_next_batch(many):
    """The other one has taken over in the midst of its work: it changes nothing more, and does not call itself whole."""
    seen = []

    def taken_over(_now):
        PurgeRun.objects.filter(outcome=Outcome.RUNNING).update(outcome=Outcome.LEFT, ended_at=timezone.now())
        yield {}

    def never(_now):
        seen.append(1)
        yield {}

    steps = [Step("slow", lambda _now: {}, taken_over), Step("next", lambda _now: {}, never)]
    with pytest.raises(running.TakenOver):
        running.run(steps, now=timezone.now())
    assert not seen
    assert PurgeRun.objects.get().outcome == Outcome.LEFT


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_would_both_run(many):
    """The negative control: the constraint is what keeps the second one out."""
    PurgeRun.objects.create(began_at=timezone.now())
    with pytest.raises(Exception, match=r"purge_run_one_at_a_time|UNIQUE"), transaction.atomic():
        PurgeRun.objects.create(began_at=timezone.now())
    PurgeRun.objects.update(outcome=Outcome.LEFT, ended_at=timezone.now())
    assert PurgeRun.objects.create(began_at=timezone.now())
