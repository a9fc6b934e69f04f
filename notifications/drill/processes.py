"""Real Celery processes, and real servers, that can be killed without warning."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

from django.conf import settings


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """A Celery program in a process group of its own."""

    def __init__(self, env: dict[str, str], name: str, *command: str) -> None:
        self.env = env
        self.name = name
        self.log = Path(env["VAR_DIR"]) / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._command = [sys.executable, "-m", "celery", "-q", "-A", "portal", *command, "--loglevel", "INFO"]

    def start(self) -> Self:
        """Begin; does not wait."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=settings.BASE_DIR,
            )
        return self

    def kill(self) -> None:
        """SIGKILL to every process of it: no time to say good-bye."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=10)
            self.process = None

    def revive(self) -> bool:
        """What a supervisor does: start it again if it has ended by itself. Whether it had."""
        if self.process is None or self.process.poll() is None:
            return False
        self.kill()  # what is left of its group
        self.start()
        return True

    def stop(self) -> None:
        """A friendly end, then an unfriendly one."""
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()


class Worker(Process):
    """A worker. `clock`: with a beat of its own inside, which nobody starts again when it alone is killed."""

    def __init__(self, env: dict[str, str], name: str = "worker", *, clock: bool = True) -> None:
        inside = ["-B", "--schedule", f"{env['VAR_DIR']}/schedule-{name}"] if clock else []
        super().__init__(env, name, "worker", *inside, "-n", f"{name}@%h")

    def kill_one_child(self, chance: random.Random) -> bool:
        """SIGKILL to one process of the pool, as the kernel does when memory is short; False if there is none."""
        children = self._children()
        if not children:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(children), signal.SIGKILL)
        return True

    def _children(self) -> list[int]:
        """Those that replaced a dead one too: they are children of another thread."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children") if self.process else ()
        found = []
        for path in tasks:
            with contextlib.suppress(OSError):  # the thread has ended meanwhile
                found += [int(pid) for pid in path.read_text().split()]
        return sorted(found)


class Beat(Process):
    """The clock that rings for the sweep, as a program of its own."""

    def __init__(self, env: dict[str, str], name: str = "beat") -> None:
        super().__init__(env, name, "beat", "--schedule", f"{env['VAR_DIR']}/schedule-{name}")


class Servers:
    """A PostgreSQL and a Redis of the drill's own, through tools/services.sh."""

    def __init__(self, folder: Path) -> None:
        self.address = {
            "SERVICES_HOME": str(folder),
            "SERVICES_PG_PORT": str(free_port()),
            "SERVICES_REDIS_PORT": str(free_port()),
        }

    @classmethod
    def at(cls, address: dict[str, str]) -> "Servers":
        """Servers that somebody else has started."""
        servers = cls(Path(address["SERVICES_HOME"]))
        servers.address = address
        return servers

    def do(self, verb: str) -> str:
        """One of its verbs; what it printed."""
        command = [str(settings.BASE_DIR / "tools/services.sh"), verb]
        # into a file: a server that starts keeps a pipe open for ever
        done = subprocess.run(
            command, env={**os.environ, **self.address}, check=True, stdout=subprocess.PIPE if verb == "env" else None
        )
        return (done.stdout or b"").decode()

    def environment(self) -> dict[str, str]:
        """How the portal reaches them."""
        return dict(line.split("=", 1) for line in self.do("env").splitlines())
