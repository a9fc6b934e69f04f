"""Log lines tell what happened and name neither a mailbox nor the token of a link."""

import io
import json
import logging
import os
import signal
import subprocess
import sys
import uuid

import pytest
from django.conf import settings

from notifications.models import Delivery
from notifications.sending import pump
from organisations.links import make_token
from organisations.masks import mask_addresses, mask_tokens
from portal.logs import JsonFormatter, LineFormatter
from tests.events.conftest import applicant, event, register  # noqa: F401
from tests.portal.test_run import free_port

ADDRESS = "carla.contatto+prova@ente01.example.org"
TOKEN = make_token("tests", uuid.UUID("6f1d5f0e-6a3e-4a0f-9a50-0d6b2f1f7f10"))


@pytest.fixture(params=[LineFormatter, JsonFormatter])
def log(request):
    """What the console would show, in each format."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def assert_silent(text: str) -> None:
    assert text
    assert "ente01" not in text
    assert TOKEN not in text
    assert TOKEN[:20] not in text


def test_an_exception_that_carries_an_address_and_a_token_logs_neither(log):
    try:
        try:
            raise KeyError(ADDRESS)
        except KeyError as error:
            raise ValueError(f"no registration at /registrations/{TOKEN}/ for {ADDRESS}") from error
    except ValueError:
        logging.getLogger("notifications.sending.pump").exception("cannot write to %s (%s)", ADDRESS, {"token": TOKEN})
    text = log.getvalue()
    assert_silent(text)
    assert "Traceback" in text
    assert "/registrations/…/" in text
    assert "…@…" in text


def test_arguments_extra_fields_and_the_stack_are_masked_too(log):
    logging.getLogger("x").warning(
        "to %s", ADDRESS, stack_info=True, extra={"whom": {"list": [ADDRESS, 3]}, ADDRESS: TOKEN}
    )  # fmt: skip
    assert_silent(log.getvalue())


@pytest.mark.django_db
def test_a_request_to_a_path_with_a_token_logs_no_token(log, client):
    response = client.get(f"/registrations/{TOKEN}/")
    assert response.status_code == 404
    client.get(f"/en/events/niente/register/?invitation={TOKEN}&email={ADDRESS.replace('@', '%40')}")
    client.post(f"/unsubscribe/{TOKEN}/")
    text = log.getvalue()
    assert_silent(text)
    assert "Not Found: /registrations/…/" in text


@pytest.mark.django_db
def test_a_refused_form_logs_no_token(log):
    from django.test import Client

    Client(enforce_csrf_checks=True).post(f"/registrations/{TOKEN}/cancel/")
    text = log.getvalue()
    assert_silent(text)
    assert "Forbidden" in text


@pytest.mark.django_db
def test_an_error_of_a_page_logs_no_token_and_no_address(log, client, monkeypatch, register):  # noqa: F811
    from events import registration_views

    def fails(*args, **kwargs):
        raise RuntimeError(f"{ADDRESS} {TOKEN}")

    monkeypatch.setattr(registration_views, "render", fails)
    path = register("Anna").get_absolute_url()
    client.raise_request_exception = False
    assert client.get(path).status_code == 500
    text = log.getvalue()
    assert_silent(text)
    assert path.strip("/").rpartition("/")[2] not in text
    assert "RuntimeError" in text


@pytest.mark.django_db
def test_a_message_that_cannot_be_written_is_logged_without_its_address(log, register, monkeypatch):  # noqa: F811
    from notifications import kinds

    def broken(delivery):
        raise RuntimeError(f"cannot write to {ADDRESS}: {TOKEN}")

    monkeypatch.setitem(kinds.BUILDERS, "registration_confirmed", broken)
    register("Anna")
    pump.pump()
    row = Delivery.objects.get(kind="registration_confirmed")
    assert row.state == "failed"
    text = log.getvalue()
    assert_silent(text)
    assert str(row.key) in text  # what leads to the row on the outbox page stays


def test_every_line_of_json_is_an_object(capsys):
    handler = logging.StreamHandler(stream := io.StringIO())
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("shape")
    logger.addHandler(handler)
    try:
        raise ValueError(f'città "x"\n{ADDRESS}')
    except ValueError:
        logger.exception("prima riga\n%s", ADDRESS, extra={"count": 3, "wants": {uuid.UUID(int=0)}})
    finally:
        logger.removeHandler(handler)
    found = json.loads(stream.getvalue())
    assert found["level"] == "ERROR"
    assert found["logger"] == "shape"
    assert found["message"] == "prima riga\n…@…"
    assert found["count"] == 3
    assert "città" in found["exc_info"]
    assert found["at"].endswith("Z")
    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("a@b.example.org", "…@…"),
        ("<Carla.Contatto@ente01.example.org>: unknown", "<…@…>: unknown"),
        ("q=carla%40ente01.example.org&state=failed", "q=…@…&state=failed"),
        ('"Carla C"@ente01.example.org', "…@…"),
        ("carla@[192.0.2.1]", "…@…"),
        ("perché@città.example.org è", "…@… è"),
        ("smtp+tls://user:secret@relay.example.org:587", "smtp+tls://…@relay.example.org:587"),
        ("postgres://portal:secret@postgresql:5432/portal", "postgres://…@postgresql:5432/portal"),
        ("message-id=<0123456789abcdef0123456789abcdef@socialneet.example.org>",) * 2,
        ("user @ home, a@b, C@", "user @ home, a@b, C@"),
    ],
)
def test_addresses_are_masked_and_message_ids_are_not(text, masked):
    assert mask_addresses(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"GET /registrations/{TOKEN}/calendar.ics", "GET /registrations/…/calendar.ics"),
        ("/en/registrations/abc/cancel/", "/en/registrations/…/cancel/"),
        (f"/me/calendar/{TOKEN}.ics", "/me/calendar/….ics"),
        ("/me/calendar/abc.ics?x=1", "/me/calendar/….ics?x=1"),
        (f"/unsubscribe/{TOKEN}{TOKEN}/", "/unsubscribe/…/"),
        (f"/messages/{TOKEN}/", "/messages/…/"),
        ("/manage/outbox/messages/?state=failed", "/manage/outbox/messages/?state=failed"),
        ("/manage/outbox/messages/decide/", "/manage/outbox/messages/decide/"),
        ("/register/?invitation=abc&x=1", "/register/?invitation=…&x=1"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
        (f"{{'token': '{TOKEN}'}}", "{'token': '…'}"),
        ("6f1d5f0e-6a3e-4a0f-9a50-0d6b2f1f7f10",) * 2,
        ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",) * 2,
        ("test_a_full_session_puts_the_next_person_on_the_waiting_list",) * 2,
    ],
)
def test_tokens_are_masked_and_what_opens_nothing_is_not(text, masked):
    assert mask_tokens(text) == masked


def test_a_thousand_tokens_are_all_masked():
    for _number in range(1000):
        token = make_token("tests", uuid.uuid4())
        assert mask_tokens(f"({token})") == "(…)", token


# -- as the processes really log ------------------------------------------------------------------------------------------------


def run(code: str, **environment: str) -> str:
    """What a process with these settings and no database of its own writes."""
    given = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "MAIL_URL"}}
    wanted = {**given, "SECRET_KEY": "x" * 60, "DJANGO_SETTINGS_MODULE": "portal.settings", **environment}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=wanted, capture_output=True, text=True, check=True
    )  # fmt: skip
    return done.stderr


SPEAK = f"import django, logging; django.setup(); logging.getLogger('django.server').warning('%s', {ADDRESS!r})"


def test_production_logs_json_and_a_machine_of_ones_own_lines(tmp_path):
    quiet = {"VAR_DIR": str(tmp_path), "LOG_LEVEL": "INFO"}
    own = run(SPEAK, **quiet)
    assert "WARNING django.server …@…" in own
    assert own.count("\n") == 1  # Django's own handler adds none
    served = run(SPEAK, DATABASE_URL="postgres://portal@localhost/portal", **quiet)
    assert json.loads(served)["message"] == "…@…"
    assert json.loads(run(SPEAK, LOG_FORMAT="json", **quiet))["logger"] == "django.server"


def test_what_celery_logs_of_a_failed_task_goes_the_same_way(tmp_path):
    code = f"""
import django, logging; django.setup()
from portal.celery import app
app.log.setup_logging_subsystem(loglevel="WARNING")
@app.task(name="x")
def x(*args): raise ValueError({ADDRESS!r})
x.apply(args=({ADDRESS!r}, "/registrations/{TOKEN}/"))
logging.getLogger("celery.app.trace").error("Task x raised unexpected: %s", {ADDRESS!r})
"""
    text = run(code, VAR_DIR=str(tmp_path), LOG_FORMAT="json")
    assert_silent(text)
    assert all(json.loads(line)["level"] for line in text.splitlines())


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run("import django; django.setup()", LOG_FORMAT="xml", VAR_DIR=str(tmp_path))
    assert "LOG_FORMAT" in refused.value.stderr


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_the_web_servers_own_lines_name_no_token(tmp_path):
    """gunicorn with its access log switched on, asked for a page with a token."""
    import urllib.error
    import urllib.request

    from tests.processes import environment, wait_until

    port, log = free_port(), tmp_path / "web.log"
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--access-logfile", "-"]
    wanted = environment(tmp_path, LOG_FORMAT="json", LOG_LEVEL="INFO", PYTHONWARNINGS="ignore")
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=wanted, stdout=output, stderr=subprocess.STDOUT
        )  # fmt: skip

    def status(path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    try:
        wait_until(lambda: status("/health/") == 200, what="gunicorn answers")
        # 500 where the static files are not collected: its traceback names the request, too
        assert status(f"/registrations/{TOKEN}/?email={ADDRESS}") in {404, 500}
        wait_until(lambda: "/registrations/" in log.read_text(), what="the request is logged")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    text = log.read_text()
    assert_silent(text)
    access = [json.loads(line) for line in text.splitlines() if '"gunicorn.access"' in line]
    assert any("GET /registrations/…/" in each["message"] for each in access)
