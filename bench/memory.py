"""What the portal takes when nothing happens: all processes of `make run`, each shared page counted once."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.figures import figure

ROOT = Path(__file__).resolve().parent.parent
#: After the first pages, so that what is loaded late is there.
REST_SECONDS = 15


def idle_memory() -> list[dict[str, Any]]:
    """Proportional set size (PSS) in MiB after a few pages and fifteen quiet seconds; the note has one for each process.

    As `make run` sets it up on a fresh machine, with files of its own: its worker must not take the other figures' mail.
    """
    with tempfile.TemporaryDirectory(prefix="idle-", dir=os.environ["VAR_DIR"], ignore_cleanup_errors=True) as folder:
        return _idle_memory(Path(folder))


def _idle_memory(folder: Path) -> list[dict[str, Any]]:
    port = int(os.environ["PORT"]) + 1
    command = [sys.executable, "manage.py", "run"]
    inherited = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    env = {**inherited, "VAR_DIR": str(folder), "PORT": str(port), "SITE_URL": f"http://localhost:{port}"}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_for(port)
        for path in ("/", "/events/", "/agreements/", "/health/") * 4:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10).close()
        time.sleep(REST_SECONDS)
        sizes = {pid: _pss(pid) for pid in _session(process.pid)}
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
    note = ", ".join(f"{size:.0f}" for size in sorted(sizes.values(), reverse=True))
    memory = figure("idle_memory_mib", sum(sizes.values()), "MiB", None, f"{len(sizes)} processes: {note}")
    return [{**memory, "database": "sqlite"}]


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the portal does not start")


def _session(leader: int) -> list[int]:
    found = subprocess.run(["pgrep", "-s", str(leader)], capture_output=True, text=True, check=False).stdout
    return [int(pid) for pid in found.split()]


def _pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
