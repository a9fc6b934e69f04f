"""`manage.py load_demo [--json]`: the real case as demo data, idempotent."""

import contextlib
import json as json_module
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from events.models import Event
from notifications import retention
from notifications.kept.running import AlreadyRunning
from organisations.models import Organisation, User
from portal import demo


class Command(BaseCommand):
    """Write the demo data that is not there yet."""

    help = "Load the real case as demo data; running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: Any, json: bool, verbosity: int, **options: Any) -> None:
        demo.load()
        self._purge()
        counts = {
            "organisations": Organisation.objects.count(),
            "users": User.objects.count(),
            "events": Event.objects.count(),
        }
        if json:
            self.stdout.write(json_module.dumps(counts))
        elif verbosity:
            self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))

    @staticmethod
    def _purge() -> None:
        """What of the past edition would have left long ago leaves at once; the names in its register are not due yet."""
        with contextlib.suppress(AlreadyRunning):
            retention.purge(timezone.now())
