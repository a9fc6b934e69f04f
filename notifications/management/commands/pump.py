"""`manage.py pump [--loop] [--json] [--seconds N]`: send what is due without any broker."""

import json as json_module
import time
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from notifications import clock


class Command(BaseCommand):
    """Plan due reminders and send what is due; exit 1 when messages failed or are uncertain."""

    help = "Send what is due without any broker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until stopped")
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
        parser.add_argument(
            "--seconds", type=float, default=25.0, help="how long one round may send before the clock goes round again"
        )

    def handle(self, *args: Any, loop: bool, json: bool, seconds: float, **options: Any) -> None:
        report: Counter[str] = Counter()
        while True:
            began = time.monotonic()
            report.update(clock.go_round(seconds=seconds))
            is_done = time.monotonic() - began < seconds  # else there may be more, and no reason to wait
            if is_done and not loop:
                break
            if is_done:
                time.sleep(min(settings.TICK_SECONDS, 2))
        self.stdout.write(json_module.dumps(report) if json else ", ".join(f"{v} {k}" for k, v in report.items()))
        if report["failed"] or report["uncertain"]:
            raise SystemExit(1)
