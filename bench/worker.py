"""`python -m bench.worker`: a worker in a process of its own, so that its memory is its own.

For each line it is given it sends what is due, and says how much that was, how long it took, and how large it grew.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Worker:
    """The process as the bench sees it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def send(self) -> dict[str, float]:
        """Let it send what is due: `accepted`, `seconds`, `peak_mib`."""
        assert self._process.stdin
        assert self._process.stdout
        print("go", file=self._process.stdin, flush=True)
        report: dict[str, float] = json.loads(self._process.stdout.readline())
        return report


@contextmanager
def worker(mail_url: str, **changes: str) -> Iterator[Worker]:
    """One worker for this relay."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.worker"], cwd=ROOT, env={**os.environ, "MAIL_URL": mail_url, **changes},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()  # it is ready
        yield Worker(process)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(timeout=20)


def main() -> None:
    import django

    django.setup()
    from notifications.sending import pump

    print("ready", flush=True)
    for _line in sys.stdin:
        began = time.perf_counter()
        report = pump.pump(seconds=600)
        seconds = time.perf_counter() - began
        print(json.dumps({"accepted": report.accepted, "seconds": seconds, "peak_mib": peak_mib()}), flush=True)


def peak_mib() -> float:
    """The most memory this process ever held, in MiB (getrusage would count the process that started it)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
