"""Real Celery processes on the test's own database and broker."""

import os
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

from notifications.drill.processes import Worker

__all__ = ["Worker", "environment", "wait_until"]


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
        "DEBUG": "0", "REGISTRATION_MIN_SECONDS": "0", **changes,
    }  # fmt: skip


def wait_until(condition, seconds: float = 60, what: str = "") -> None:
    """Poll until the condition holds; fail with its name."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds} s: {what or condition}"
        time.sleep(0.05)
