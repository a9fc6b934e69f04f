"""Figures of the web server, asked by threads over kept connections."""

import http.client
import re
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable

from bench.figures import figure
from events.models import Attendee, Event
from organisations.models import Organisation


def together(clients: int, work: Callable[[int, http.client.HTTPConnection], None], base: str) -> float:
    """Run `work` in so many threads that start together; the seconds it took."""
    host = base.removeprefix("http://")
    start, failures = threading.Barrier(clients + 1), []

    def run(number: int) -> None:
        connection = http.client.HTTPConnection(host, timeout=120)
        connection.connect()
        start.wait()
        try:
            work(number, connection)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if failures:
        raise failures[0]
    return seconds


def get(connection: http.client.HTTPConnection, path: str, headers: dict | None = None) -> tuple[int, str, str]:
    connection.request("GET", path, headers=headers or {})
    response = connection.getresponse()
    return response.status, response.read().decode(), response.getheader("Set-Cookie") or ""


def pages(base: str, path: str, clients: int = 32, each: int = 20) -> tuple[float, float]:
    """Requests/s and p95 in ms."""
    times: list[float] = []

    def work(_number: int, connection: http.client.HTTPConnection) -> None:
        for _ in range(each):
            began = time.perf_counter()
            status, _body, _cookie = get(connection, path)
            assert status == 200, status
            times.append(time.perf_counter() - began)

    seconds = together(clients, work, base)
    return len(times) / seconds, sorted(times)[int(len(times) * 0.95)] * 1000


def event_page(base: str) -> list[dict]:
    event = Event.objects.get(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY)
    pages(base, event.get_absolute_url(), each=3)
    limit, limit_p95 = pages(base, "/robots.txt")
    rate, p95 = pages(base, event.get_absolute_url())
    return [figure("event_page", rate, "requests/s", limit), figure("event_page_p95_ms", p95, "ms", limit_p95)]


def register(connection: http.client.HTTPConnection, path: str, name: str, *, waits: bool = False) -> int:
    """Open the form and post it, as a browser does, and once more for the waiting list; the status of the last post."""
    _status, body, cookie = get(connection, path)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)
    if token is None:
        return 0  # the page says that no place is left
    form = {
        "csrfmiddlewaretoken": token.group(1), "submission_id": str(uuid.uuid4()), "organisation_name": name,
        "organisation_kind": Organisation.Kind.CSO, "contact_name": name, "contact_email": f"{uuid.uuid4().hex}@example.org",
        "contact_office": "Presidente", "contact_phone": "", "notice_read": "on", "notice_version": "2026-11",
        "attendees-TOTAL_FORMS": "1", "attendees-INITIAL_FORMS": "0", "attendees-0-full_name": name,
        "attendees-0-email": "", "attendees-0-office": "",
    }  # fmt: skip
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie.split(";")[0]}
    connection.request("POST", path, urllib.parse.urlencode(form), headers)
    response = connection.getresponse()
    answer = response.read().decode()
    if waits and response.status == 200:  # full meanwhile: the page keeps what was typed and offers the list
        assert 'name="waits"' in answer, "full, and no word of the waiting list"
        connection.request("POST", path, urllib.parse.urlencode({**form, "waits": "all"}), headers)
        response = connection.getresponse()
        response.read()
    return response.status


def registration(base: str) -> list[dict]:
    event = Event.objects.get(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY)
    Event.objects.filter(pk=event.pk).update(capacity=1000)
    path = f"{event.get_absolute_url()}register/"

    def work(number: int, connection: http.client.HTTPConnection) -> None:
        for turn in range(15):
            assert register(connection, path, f"Ente {number} {turn}") == 302

    seconds = together(8, work, base)
    return [figure("registration", 8 * 15 / seconds, "per second")]


def oversell(base: str) -> list[dict]:
    """200 at once for 50 places: exactly 50 get one and the other 150 wait, or the bench fails."""
    event = Event.objects.get(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY)
    event.waiting_entries.all().delete()
    Attendee.objects.filter(event=event).delete()
    event.registrations.all().delete()
    Event.objects.filter(pk=event.pk).update(capacity=50)
    path = f"{event.get_absolute_url()}register/"

    times: list[float] = []

    def work(number: int, connection: http.client.HTTPConnection) -> None:
        began = time.perf_counter()
        status = register(connection, path, f"Persona {number}", waits=True)
        times.append(time.perf_counter() - began)
        assert status == 302, f"neither a place nor the list: {status}"

    seconds = together(200, work, base)
    taken = Attendee.objects.filter(event=event).confirmed()
    numbers = set(taken.values_list("place_number", flat=True))
    assert taken.count() == 50, f"oversold or lost: {taken.count()}"
    assert numbers == set(range(1, 51)), "a place was given twice"
    waiting = event.waiting_entries.waiting().count()
    assert waiting == 150, f"lost from the waiting list, or doubled: {waiting}"
    p95 = sorted(times)[int(len(times) * 0.95)] * 1000
    return [figure("oversell_200_for_50", seconds, "seconds"), figure("oversell_200_for_50_p95_ms", p95, "ms")]
