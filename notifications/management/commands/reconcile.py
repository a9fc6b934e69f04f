"""`manage.py reconcile LOG [--json]`: what the log of the mail server names was handed over."""

import json as json_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.sending import station


class Command(BaseCommand):
    """Settle uncertain messages, and after a restore also waiting ones, by the Message-IDs of a log."""

    help = "Mark as handed over what the log of the mail server names by Message-ID."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("log", type=Path)
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: Any, log: Path, json: bool, **options: Any) -> None:
        try:
            with log.open(encoding="utf-8", errors="replace") as lines:
                found = station.reconcile(lines=lines)
        except OSError as error:
            raise CommandError(f"{log}: {error.strerror}") from error
        numbers = {"named": found.named, "settled": found.settled}
        self.stdout.write(json_module.dumps(numbers) if json else f"{found.named} named, {found.settled} settled")
