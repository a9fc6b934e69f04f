"""Scans at eight desks of one door, each waiting for its answer before the next."""

import http.client
import itertools
import json
import time
import uuid

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse

from bench.figures import figure
from bench.web import get, together
from events.checkin.models import Scan
from events.models import Attendee, Event, Registration
from events.services.places import Guest, attendee_of
from organisations.models import User

DESKS, EACH = 8, 60


def check_in(base: str) -> list[dict]:
    """Each scan another person's pass; the limit is a request of the same signed-in desk that writes nothing."""
    event = Event.objects.get(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY)
    passes = _passes(event, DESKS * EACH)
    cookie = _signed_in("banco@socialneet.example.org")
    nothing = reverse("checkin:worker", args=[event.slug])
    limit, limit_p95 = _asked(base, lambda connection, _turn: get(connection, nothing, {"Cookie": cookie})[0])
    headers = {"Content-Type": "application/json", **_csrf(cookie)}
    report, numbers = reverse("checkin:report", args=[event.slug]), itertools.count()

    def scan(connection: http.client.HTTPConnection, _turn: int) -> int:
        body = {"desk": "Ingresso", "device": str(uuid.uuid4()), "device_now": int(time.time() * 1000), "scans": [
            {"key": str(uuid.uuid4()), "means": "pass", "code": passes[next(numbers)], "told": ""}]}  # fmt: skip
        connection.request("POST", report, json.dumps(body), headers)
        response = connection.getresponse()
        response.read()
        return response.status

    rate, p95 = _asked(base, scan)
    assert Scan.objects.arrivals().filter(event=event).count() == DESKS * EACH, "lost or doubled"
    return [figure("check_in", rate, "scans/s", limit), figure("check_in_p95_ms", p95, "ms", limit_p95)]


def _asked(base: str, ask) -> tuple[float, float]:
    """Requests/s and p95 in ms, each desk one after the other."""
    times: list[float] = []

    def work(_number: int, connection: http.client.HTTPConnection) -> None:
        for turn in range(EACH):
            began = time.perf_counter()
            status = ask(connection, turn)
            assert status == 200, status
            times.append(time.perf_counter() - began)

    seconds = together(DESKS, work, base)
    return len(times) / seconds, sorted(times)[int(len(times) * 0.95)] * 1000


def _passes(event: Event, number: int) -> list[str]:
    """So many people who hold a place, and their codes."""
    registration = Registration.objects.create(
        event=event, organisation_name="Ente del banco", organisation_kind="cso", contact_name="Carla",
        contact_email=f"{uuid.uuid4().hex}@example.org", submission_id=uuid.uuid4(), token_hash=uuid.uuid4().hex,
        privacy_notice_version="2026-11",
    )  # fmt: skip
    last = event.attendees.order_by("-place_number").filter(place_number__isnull=False).first()
    begin = (last.place_number or 0) if last else 0
    Event.objects.filter(pk=event.pk).update(capacity=begin + number)
    people = [
        attendee_of(registration, Guest(f"Persona {one}"), event.starts_at, place_number=begin + one + 1)
        for one in range(number)
    ]
    return [one.pass_code for one in Attendee.objects.bulk_create(people)]


def _signed_in(email: str) -> str:
    user = User.objects.get(email=email)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _csrf(cookie: str) -> dict[str, str]:
    token = uuid.uuid4().hex  # 32 letters and numbers, as a browser keeps them
    return {"Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}", "X-CSRFToken": token}
