"""Processes that share one load of the code: one that dies comes back, one that never stays ends the whole."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from tests.processes import wait_until

pytestmark = pytest.mark.processes
BEGIN = "import os, signal, sys, time; from pathlib import Path; import django; django.setup(); from portal import supervisor as s\n"


def script(body: str, folder: Path) -> subprocess.Popen:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "VAR_DIR": str(folder), "SECRET_KEY": "k" * 60}
    with (folder / "words").open("wb") as words:
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", BEGIN + body], cwd=settings.BASE_DIR, env=env, stderr=words
        )


def test_one_that_is_killed_comes_back_and_one_signal_ends_all(tmp_path):
    notes = tmp_path / "notes"
    body = (
        f"def note(): Path({str(notes)!r}).open('a').write(f'{{os.getpid()}}\\n'); time.sleep(600)\n"
        "s.supervise({'sleeper': note})"
    )

    def pids() -> list[int]:
        return [int(line) for line in notes.read_text().split()] if notes.exists() else []

    process = script(body, tmp_path)
    try:
        wait_until(lambda: len(pids()) == 1, what="the first start")
        os.kill(pids()[0], signal.SIGKILL)
        wait_until(lambda: len(pids()) == 2, what="it is started again")
        assert Path(f"/proc/{pids()[1]}/comm").read_text().strip() == "portal-sleeper"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    assert process.returncode == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids())


def test_one_that_never_stays_ends_the_whole_with_its_code(tmp_path):
    body = "s.REST_SECONDS = 0.01\ndef fall(): sys.exit(3)\nsys.exit(s.supervise({'faller': fall, 'sleeper': lambda: time.sleep(600)}))"
    process = script(body, tmp_path)
    process.wait(timeout=60)
    assert process.returncode == 3


def test_one_that_does_not_want_to_end_is_ended(tmp_path):
    note = f"Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))"
    body = (
        "s.GRACE_SECONDS = 0.5\n"
        f"def deaf(): signal.signal(signal.SIGTERM, signal.SIG_IGN); {note}; time.sleep(600)\n"
        "sys.exit(s.supervise({'deaf': deaf}))"
    )
    process = script(body, tmp_path)
    wait_until((tmp_path / "pid").exists, what="it is deaf")
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)
    assert process.returncode == 0
    pid = (tmp_path / "pid").read_text()
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), what="it is gone")
