"""manage.py purge [--dry-run] [--json]: what leaves today because its time is over, per field."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from notifications import retention
from notifications.kept.running import AlreadyRunning


class Command(BaseCommand):
    """The nightly deletion by hand. `--json`: one JSON object on the last line."""

    help = "Delete personal data whose time is over; the clock does the same once a night."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would leave")
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["dry_run"]:
            numbers = retention.due(now)
        else:
            try:
                numbers = dict.fromkeys(retention.due(now), 0) | retention.purge(now).numbers
            except AlreadyRunning as other:
                since = f" since {other.run.began_at:%Y-%m-%d %H:%M} UTC" if other.run else ""
                raise CommandError(
                    f"Another purge is running{since}. If its process is dead, run this again in two minutes."
                ) from None
        for field, number in numbers.items():
            self.stdout.write(f"{field}: {number}")
        if options["json"]:
            self.stdout.write(json.dumps(numbers))
