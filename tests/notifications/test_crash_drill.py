"""The drill itself: it really kills, it counts right, and it would notice."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

from notifications.drill import run
from notifications.drill.sink import Sink
from notifications.models import Delivery
from tests.notifications.test_pump import write


def drilled(*flags: str) -> tuple[int, dict]:
    command = [sys.executable, "manage.py", "crash_drill", "--json", *flags]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.processes
def test_workers_killed_at_random_lose_nothing_and_double_only_what_is_listed():
    code, tally = drilled("--messages", "600", "--kills", "3")
    assert code == 0
    assert (tally["sent"], tally["missing"], tally["kills"]) == (600, 0, 3)
    assert tally["duplicates"] <= tally["uncertain"]


@pytest.mark.processes
def test_with_the_uncertain_held_nothing_is_doubled():
    code, tally = drilled("--messages", "600", "--kills", "3", "--hold-uncertain")
    assert code == 0
    assert (tally["missing"], tally["duplicates"]) == (0, 0)
    assert tally["sent"] + tally["held_back"] == 600


@pytest.mark.outage
@pytest.mark.postgresql
@pytest.mark.parametrize("flags", [[], ["--hold-uncertain"]])
def test_three_thousand_mails_survive_kills_of_workers_broker_and_database(flags):
    code, tally = drilled("--messages", "3000", "--kills", "12", "--servers", *flags)
    assert code == 0
    assert tally["missing"] == 0
    assert tally["sent"] + tally["held_back"] == 3000
    assert tally["duplicates"] <= (0 if flags else tally["uncertain"])


@pytest.mark.django_db
def test_negative_control_a_lost_and_a_doubled_mail_are_noticed():
    write(4)
    first, second, third, fourth = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=third.pk).update(uncertain_count=1)
    sink = Sink()
    sink.messages = [f"Message-ID: {row.message_id}\r\n\r\nx".encode() for row in (first, second, second)]
    sink.close()
    tally = run._count(sink)
    assert (tally.sent, tally.missing, tally.duplicates, tally.uncertain, tally.held_back) == (2, 1, 1, 1, 1)
    assert fourth.pk
