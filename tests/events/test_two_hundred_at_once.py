"""200 organisations register at the same instant for 50 places, by HTTP, on a running server of several processes."""

import http.client
import re
import socket
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
import uuid
from collections import Counter
from contextlib import closing

import pytest
from django.conf import settings

from events import invariants
from events.models import Attendee, Event, Registration, WaitingEntry
from notifications.models import Delivery
from tests.processes import environment, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
WANT, PLACES = 200, 50
PATH = "/events/info-day/register/"


@pytest.fixture
def server(tmp_path):
    """gunicorn with two processes of four threads, as it is deployed; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
               "--threads", "4", "--log-level", "error"]  # fmt: skip
    env = environment(tmp_path, SITE_URL=f"http://localhost:{port}", LOG_LEVEL="ERROR", MAIL_URL="mailbox://")
    collect = [sys.executable, "-W", "ignore", "manage.py", "collectstatic", "--noinput", "-v", "0"]
    subprocess.run(collect, cwd=settings.BASE_DIR, env=env, check=True)
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env)
    try:
        wait_until(lambda: answers(port), what="the server answers")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://localhost:{port}/health/", timeout=2).close()
    except OSError:
        return False
    return True


def ask(port: int, method: str, body: str | None = None, headers: dict[str, str] | None = None):
    """One request on a connection of its own; status, cookie and body."""
    with closing(http.client.HTTPConnection("localhost", port, timeout=120)) as connection:
        connection.request(method, PATH, body, headers or {})
        response = connection.getresponse()
        cookie = (response.getheader("Set-Cookie") or "").split(";")[0]
        return response.status, cookie, response.read().decode()


def outcome(port: int, number: int, start: threading.Barrier, waits: bool) -> str:
    """One organisation, as a browser does it: the form, the POST, and the waiting list where it is offered."""
    _status, cookie, body = ask(port, "GET")
    form = {
        "csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body).group(1),
        "submission_id": str(uuid.uuid4()), "organisation_name": f"Ente {number}", "organisation_kind": "cso",
        "contact_name": "Carla", "contact_email": f"carla@ente{number}.example.org", "contact_office": "Presidente",
        "contact_phone": "", "notice_read": "on", "notice_version": "2026-11", "attendees-TOTAL_FORMS": "1",
        "attendees-INITIAL_FORMS": "0", "attendees-0-full_name": f"Persona {number}", "attendees-0-email": "",
        "attendees-0-office": "",
    }  # fmt: skip
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    start.wait(timeout=120)
    for fields in (form, {**form, "waits": "all"}):
        status, _cookie, body = ask(port, "POST", urllib.parse.urlencode(fields), headers)
        if status == 302:
            return "waits" if "waits" in fields else "has a place"
        if status != 200 or 'name="waits"' not in body:
            return f"{status}: {body[:200]}"
        if not waits:
            return "refused"
    return "neither"


def all_at_once(port: int, *, waits: bool) -> Counter:
    start, found = threading.Barrier(WANT), []

    def run(number: int) -> None:
        try:
            found.append(outcome(port, number, start, waits))
        except Exception as error:
            found.append(repr(error))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(WANT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=180)
    return Counter(found)


@pytest.mark.parametrize("waits", [True, False])
def test_of_200_exactly_50_get_a_place_and_none_is_lost_or_doubled(event, server, waits):
    Event.objects.update(capacity=PLACES)
    found = all_at_once(server, waits=waits)
    assert found == {"has a place": PLACES, ("waits" if waits else "refused"): WANT - PLACES}
    seated = Attendee.objects.filter(event=event).confirmed()
    assert sorted(seated.values_list("place_number", flat=True)) == list(range(1, PLACES + 1))
    assert Registration.objects.filter(state="confirmed").count() == PLACES
    queue = WaitingEntry.objects.filter(event=event).waiting()
    assert queue.count() == Registration.objects.filter(state="waiting").count() == (WANT - PLACES if waits else 0)
    kinds = Counter(Delivery.objects.values_list("kind", flat=True))
    assert kinds == Counter(registration_confirmed=PLACES) + Counter(waiting_joined=WANT - PLACES if waits else 0)
    assert list(invariants.broken()) == []
