"""Web, worker and beat on one machine: the code is loaded once, and every process that is forked shares it.

Started one by one, each would load Django, Celery and the portal again: five times 75 MiB. One that dies comes back
after a second; the pages never depend on the worker, nor the worker on the pages.
"""

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType
from typing import Any
from wsgiref.util import setup_testing_defaults

import django
from django.db import connections

Target = Callable[[], None]
_FORK = multiprocessing.get_context("fork")
#: A process that ends sooner than this after its start has not worked; so many in a row are no accident.
SOON_SECONDS, TIMES = 5.0, 5
REST_SECONDS = 1.0
#: So long a process may take to end by itself: a worker finishes its group of messages.
GRACE_SECONDS = 20.0


def supervise(targets: Mapping[str, Target]) -> int:
    """Keep them running until SIGINT or SIGTERM; 0, or the exit code of one that does not stay."""
    connections.close_all()  # a connection must not have two owners
    gc.collect()
    gc.freeze()  # what is loaded stays loaded: the collector would touch, and so copy, every page of it
    programs = [_Program(name, target) for name, target in targets.items()]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        for program in programs:
            program.start()
        while True:
            wait([program.process.sentinel for program in programs])
            for program in programs:
                if not program.process.is_alive() and program.has_failed():
                    return program.process.exitcode or 1
            time.sleep(REST_SECONDS)
            for program in programs:
                if not program.process.is_alive():
                    program.start()
    except _Stop:
        return 0
    finally:
        _end(programs)


class _Stop(BaseException):
    """Somebody asks us to end."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):  # asked once is asked
        signal.signal(number, signal.SIG_IGN)
    raise _Stop


@dataclass
class _Program:
    name: str
    target: Target
    started: float = 0.0
    failures: int = 0
    process: ForkProcess = field(init=False)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = _FORK.Process(target=self._run)
        self.process.start()

    def has_failed(self) -> bool:
        """Count that it ended; whether it ends again and again."""
        is_soon = time.monotonic() - self.started < SOON_SECONDS
        self.failures = self.failures + 1 if is_soon else 0
        return self.failures >= TIMES

    def _run(self) -> None:
        os.setpgid(0, 0)  # Ctrl-C asks the supervisor alone, which asks us
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        with contextlib.suppress(OSError):  # what `ps` and `top` call it; Linux only
            Path("/proc/self/comm").write_text(f"portal-{self.name}")
        self.target()


def _end(programs: list[_Program]) -> None:
    alive = [program.process for program in programs if hasattr(program, "process") and program.process.is_alive()]
    for process in alive:
        process.terminate()
    until = time.monotonic() + GRACE_SECONDS
    for process in alive:
        process.join(max(0.0, until - time.monotonic()))
        if process.is_alive() and process.pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


# -- the programs --------------------------------------------------------------------------------------------------------


def preload() -> None:
    """Load what all of them need, before they are forked."""
    import celery.apps.beat
    import celery.apps.worker
    import celery.worker.components
    import celery.worker.consumer  # noqa: F401
    from django.core import checks
    from django.db import connection

    from notifications import clock, tasks  # noqa: F401
    from notifications.sending import pump  # noqa: F401
    from portal.celery import app
    from portal.wsgi import application

    app.finalize()
    connection.ensure_connection()
    checks.run_checks()
    # once for all: each of Celery's processes would walk through everything again, and so copy 10 MiB of what they share
    os.environ["CELERY_SKIP_CHECKS"] = "1"
    for path in ("/", "/en/"):  # middleware, addresses, templates, catalogues
        environ: dict[str, Any] = {"HTTP_HOST": "localhost", "PATH_INFO": path}
        setup_testing_defaults(environ)
        application(environ, lambda _status, _headers, _error=None: _nowhere).close()


def _nowhere(_content: bytes) -> None:
    pass


def web(bind: str) -> Target:
    """gunicorn: two processes of four threads."""
    from gunicorn.app.base import BaseApplication

    class Portal(BaseApplication):  # type: ignore[misc]  # it has no types
        def load_config(self) -> None:
            for name, value in {
                "bind": bind,
                "workers": 2,
                "threads": 4,
                "loglevel": "warning",
                "preload_app": True,
            }.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from portal.wsgi import application

            return application

    return lambda: Portal().run()


def worker() -> None:
    """Celery's worker; without its command line, which takes 15 MiB."""
    from portal.celery import app

    app.Worker(loglevel="WARNING", quiet=True, without_gossip=True, without_mingle=True).start()


def beat() -> None:
    """Celery's clock."""
    from portal.celery import app

    app.Beat(loglevel="WARNING", quiet=True).run()


def main(bind: str) -> None:
    """All of the portal, until somebody stops it."""
    preload()
    sys.exit(supervise({"web": web(bind), "worker": worker, "beat": beat}))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    main(sys.argv[1])
