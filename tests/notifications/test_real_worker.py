"""A real Celery worker, a real broker, a real SMTP conversation, and SIGKILL."""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from notifications import services
from notifications.models import Delivery
from tests.notifications.test_pump import write
from tests.processes import Worker, environment, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
State = Delivery.State


@pytest.fixture
def worker(tmp_path, sink):
    worker = Worker(environment(tmp_path, MAIL_URL=sink.url))
    yield worker
    worker.stop()


def waiting() -> int:
    return Delivery.objects.filter(state__in=[State.READY, State.LEASED, State.SENDING]).count()


def test_sigkill_half_way_neither_loses_nor_doubles_a_mail(worker, sink, organiser):
    write(400, lane="bulk", key="b")
    sink.delay = 0.004  # or all of them are gone before the kill
    worker.start()
    wait_until(lambda: len(sink.messages) >= 100, what="a hundred mails have gone")
    worker.kill()
    assert waiting() > 0, "the kill came too late to mean anything"
    worker.start()
    wait_until(lambda: waiting() == 0, what="everything is settled")
    arrived = {message_id.decode() for message_id in sink.message_ids}
    assert len(sink.message_ids) == len(arrived), "a mail was doubled"
    uncertain = list(Delivery.objects.filter(state=State.UNCERTAIN))
    assert len(uncertain) <= 2, "at most one per process that was killed"
    missing = set(Delivery.objects.values_list("message_id", flat=True)) - arrived
    assert missing <= {delivery.message_id for delivery in uncertain}, "a mail was lost without being known"
    for delivery in uncertain:  # what a person does with the list, the relay's log in hand
        if delivery.message_id in arrived:
            services.mark_arrived(delivery=delivery, by=organiser)
        else:
            services.send_again(delivery=delivery, by=organiser)
    wait_until(lambda: Delivery.objects.filter(state=State.ACCEPTED).count() == 400, what="all are accounted for")
    assert len(sink.message_ids) == len(set(sink.message_ids)) == 400


def test_the_bell_wakes_the_worker_at_once(worker, sink, settings):
    worker.env["TICK_SECONDS"] = "3600"
    worker.start()
    wait_until(lambda: "ready" in worker.log.read_text(), what="the worker is ready")
    ring(worker, "from tests.notifications.test_pump import write; write(1, key='bell')")
    wait_until(
        lambda: len(sink.messages) == 1, seconds=30, what="the bell brings the mail, an hour before the clock would"
    )


def test_a_process_of_the_pool_killed_while_it_waits_leaves_no_worker_standing_still(tmp_path, sink):
    worker = Worker(environment(tmp_path, MAIL_URL=sink.url), clock=False).start()
    try:
        wait_until(lambda: "ready" in worker.log.read_text(), what="the worker is ready")
        for number in range(1, 5):
            had_pool = worker.kill_one_child(random.Random(number))
            ring(worker, f"from tests.notifications.test_pump import write; write(1, key='bell{number}')")
            wait_until(lambda number=number: len(sink.messages) == number, seconds=30, what=f"mail {number} has gone")
        assert had_pool == bool(settings.REDIS_URL), "a pool on the file broker shares one lock"
    finally:
        worker.stop()


def ring(worker: Worker, script: str) -> None:
    """Run a line in a process of its own, as the web server would be."""
    script = f"import django; django.setup(); {script}"
    env = {**worker.env, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], env=env, check=True, cwd=settings.BASE_DIR)


@pytest.mark.skipif(bool(settings.REDIS_URL), reason="only the file broker has a folder")
def test_the_brokers_folder_may_be_deleted_while_mails_wait(worker, sink):
    write(5)
    worker.start()
    wait_until(lambda: len(sink.messages) == 5, what="the first five")
    # away in one step: the worker makes it anew while it is being emptied
    shutil.rmtree((Path(worker.env["VAR_DIR"]) / "broker").rename(Path(worker.env["VAR_DIR"]) / "deleted"))
    write(5, key="later")
    wait_until(lambda: len(sink.messages) == 10, what="the sweep takes the rest")
    assert worker.process.poll() is None


def test_with_the_broker_down_the_visitors_page_succeeds_at_once(tmp_path, dead_port, event):
    script = (
        "import time, uuid; from django.test import Client; from events.models import Event\n"
        "form = {'submission_id': str(uuid.uuid4()), 'organisation_name': 'Ente', 'organisation_kind': 'cso',"
        " 'contact_name': 'Carla', 'contact_email': 'carla@ente01.example.org', 'contact_office': 'Presidente',"
        " 'contact_phone': '', 'notice_read': 'on', 'notice_version': '2026-11', 'attendees-TOTAL_FORMS': '1',"
        " 'attendees-INITIAL_FORMS': '0', 'attendees-0-full_name': 'Anna', 'attendees-0-email': '', 'attendees-0-office': ''}\n"
        "client = Client(); path = Event.objects.get().get_absolute_url() + 'register/'; started = time.monotonic()\n"
        "response = client.post(path, form, HTTP_HOST='localhost'); print(response.status_code, time.monotonic() - started)"
    )  # fmt: skip
    env = environment(tmp_path, REDIS_URL=f"redis://127.0.0.1:{dead_port}/0", DJANGO_SETTINGS_MODULE="portal.settings")
    command = [sys.executable, "-W", "ignore", "-c", f"import django; django.setup()\n{script}"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, cwd=settings.BASE_DIR)
    status, seconds = done.stdout.split()
    assert status == "302"
    assert float(seconds) < 3
    assert Delivery.objects.get().state == State.READY
