"""Real Celery processes on the test's own database and broker."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.db import connection


def environment(folder: Path, **changes: str) -> dict[str, str]:
    """What a process needs to work on the test's database, with a broker of its own."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        url = f"sqlite:///{Path(name).resolve()}"
    else:
        url = f"postgres://{connection.settings_dict['USER']}@{connection.settings_dict['HOST']}:{connection.settings_dict['PORT']}/{name}"
    return {
        **os.environ, "DATABASE_URL": url, "SECRET_KEY": settings.SECRET_KEY, "VAR_DIR": str(folder), "C_FORCE_ROOT": "1",
        "REDIS_PREFIX": f"test-{folder.name}-{os.getpid()}:", "MAIL_LEASE_SECONDS": "3", "MAIL_PAUSE_SECONDS": "1",
        "TICK_SECONDS": "1", "SITE_URL": "http://localhost:8000", "WORKER_CONCURRENCY": "2", "MAIL_URL": settings.MAIL_URL,
        "DEBUG": "0", **changes,
    }  # fmt: skip


class Worker:
    """A Celery worker with its own beat, killed as a whole."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.log = Path(env["VAR_DIR"]) / "worker.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Worker":
        command = [sys.executable, "-m", "celery", "-q", "-A", "portal", "worker", "-B", "--schedule",
                   f"{self.env['VAR_DIR']}/schedule", "--loglevel", "INFO"]  # fmt: skip
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        return self

    def kill(self) -> None:
        """SIGKILL to every process of it: no time to say good-bye."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=10)
            self.process = None

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()


def wait_until(condition, seconds: float = 60, what: str = "") -> None:
    """Poll until the condition holds; fail with its name."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds} s: {what or condition}"
        time.sleep(0.05)
