"""`make run`: everything starts with one command and stops with one Ctrl-C; what is missing is said in one line."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management.base import CommandError

from portal.management.commands import run
from tests.processes import wait_until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_busy_port_is_said_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is in use.*PORT={port + 1}"):
            run.refuse_busy_port("127.0.0.1", port)
    run.refuse_busy_port("127.0.0.1", free_port())


def test_a_missing_pango_is_said_in_one_line(tmp_path):
    """A package that fails as WeasyPrint does without its library stands in its place."""
    (tmp_path / "weasyprint.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")")
    env = {**os.environ, "PYTHONPATH": str(tmp_path), "VAR_DIR": str(tmp_path / "var"), "PORT": str(free_port())}
    env.pop("DATABASE_URL", None)
    command = [sys.executable, "manage.py", "run"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "apt install libpango" in done.stderr.strip().splitlines()[-1]


@pytest.mark.processes
def test_one_command_serves_everything_and_one_interrupt_stops_it(tmp_path):
    port = free_port()
    env = {**os.environ, "VAR_DIR": str(tmp_path), "PORT": str(port), "TICK_SECONDS": "1", "PYTHONWARNINGS": "ignore"}
    for name in ("DATABASE_URL", "REDIS_URL", "MAIL_URL", "SECRET_KEY"):
        env.pop(name, None)
    log, checkout = tmp_path / "run.log", tmp_path / "checkout"
    # as a newcomer has it: nothing compiled, nothing collected
    not_there = shutil.ignore_patterns(".*", "*.mo", "__pycache__", "var", "staticfiles", "node_modules", "tests")
    shutil.copytree(settings.BASE_DIR, checkout, ignore=not_there)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run"], cwd=checkout, env=env, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def health() -> dict:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=2) as response:
                return json.load(response)
        except OSError:
            return {}

    try:
        wait_until(lambda: health().get("seconds_since_sweep") is not None, what="web, worker and beat are at work")
        words = log.read_text()
        assert f"http://localhost:{port}/" in words
        assert "organizzazione@socialneet.example.org" in words
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response:
            page = response.read().decode()
        assert "Giornata informativa SOCIALNEET" in page
        assert ">Protocolli<" in page, "the first start speaks Italian, too"
        worker = _pid(process.pid, "portal-worker")
        os.kill(worker, signal.SIGKILL)  # it comes back, and the pages never went
        asked = health()
        assert asked
        wait_until(
            lambda: (health().get("seconds_since_sweep") or 99) < 3 and not Path(f"/proc/{worker}").exists(),
            what="another worker goes on",
        )
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.wait(timeout=30)
    assert _pids(process.pid) == []
    assert health() == {}


def _pids(session: int, name: str = "") -> list[int]:
    """The processes of that session, or those that `ps` calls so."""
    command = ["pgrep", "-s", str(session), *(["-x", name] if name else [])]
    return [int(pid) for pid in subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()]


def _pid(session: int, name: str) -> int:
    (pid,) = _pids(session, name)
    return pid
