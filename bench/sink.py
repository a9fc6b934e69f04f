"""Where the bench's mail goes: postfix's `smtp-sink`, near or behind a line that takes its time.

A sink written in Python is slower than what it is to measure, so that only `smtp-sink` gives a limit worth the name.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Where the package is unpacked when it is not installed; nothing of it is configured or started as a service.
UNPACKED = ROOT / "var" / "smtp-sink"
HOW_TO_GET_IT = (
    "postfix's smtp-sink is missing, so there is no limit to compare with. Debian and Ubuntu: `apt-get update` and run "
    f"again (the bench unpacks the package `postfix` into {UNPACKED.relative_to(ROOT)}, nothing is installed), "
    "or install `postfix`."
)


@dataclass(frozen=True, slots=True)
class Sink:
    """A server that takes mail and forgets it."""

    port: int
    is_postfix: bool

    @property
    def url(self) -> str:
        """For MAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"


@contextmanager
def sink() -> Iterator[Sink]:
    """smtp-sink on a free port; without it a plain socket in Python."""
    program = _program()
    if program is None:
        print(HOW_TO_GET_IT, file=sys.stderr)
        server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=_serve, args=(server,), daemon=True).start()
        try:
            yield Sink(server.getsockname()[1], is_postfix=False)
        finally:
            server.close()
        return
    port = _free_port()
    process = subprocess.Popen(
        [program, *(["-u", "nobody"] if os.getuid() == 0 else []), f"127.0.0.1:{port}", "100"],
        env={**os.environ, "LD_LIBRARY_PATH": str(UNPACKED / "usr/lib/postfix")},
    )
    try:
        _wait_for(port)
        yield Sink(port, is_postfix=True)
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextmanager
def far_away(near: Sink, seconds: float) -> Iterator[Sink]:
    """The same sink behind a line on which every answer travels so long."""
    port = _free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.far", str(port), str(near.port), str(seconds)], cwd=ROOT)
    try:
        _wait_for(port)
        yield Sink(port, near.is_postfix)
    finally:
        process.terminate()
        process.wait(timeout=10)


# -- inside ------------------------------------------------------------------------------------------------------------


def _program() -> str | None:
    """Installed, unpacked before, or unpacked now."""
    unpacked = UNPACKED / "usr/sbin/smtp-sink"
    installed = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
    if installed or unpacked.exists():
        return installed or str(unpacked)
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        return None
    UNPACKED.mkdir(parents=True, exist_ok=True)
    fetched = subprocess.run(["apt-get", "download", "-qq", "postfix"], cwd=UNPACKED, capture_output=True, check=False)
    packages = sorted(UNPACKED.glob("postfix_*.deb"))
    if fetched.returncode or not packages:
        return None
    subprocess.run(["dpkg", "-x", packages[-1], UNPACKED], check=True)
    return str(unpacked)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing answers on port {port}")


def _serve(server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _address = server.accept()
            threading.Thread(target=_talk, args=(connection,), daemon=True).start()


def _talk(connection: socket.socket) -> None:
    with connection, connection.makefile("rb") as lines:
        connection.sendall(b"220 sink\r\n")
        for line in lines:
            if line.startswith(b"EHLO"):
                connection.sendall(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
                continue
            if line.startswith(b"DATA"):
                connection.sendall(b"354 go on\r\n")
                for text in lines:
                    if text == b".\r\n":
                        break
            connection.sendall(b"250 ok\r\n")
