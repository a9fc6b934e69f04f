"""`manage.py load_demo [--json]`: the real case as demo data, idempotent."""

import json as json_module
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from events.models import Event
from organisations.models import Organisation, User
from portal import demo


class Command(BaseCommand):
    """Write the demo data that is not there yet."""

    help = "Load the real case as demo data; running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: Any, json: bool, verbosity: int, **options: Any) -> None:
        demo.load()
        counts = {
            "organisations": Organisation.objects.count(),
            "users": User.objects.count(),
            "events": Event.objects.count(),
        }
        if json:
            self.stdout.write(json_module.dumps(counts))
        elif verbosity:
            self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))
