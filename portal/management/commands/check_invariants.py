"""`manage.py check_invariants [--json]`: what must hold whatever happened. The clock asks the same every night."""

import json as json_module
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from notifications import nightly


class Command(BaseCommand):
    """Check every invariant; exit 1 when one does not hold."""

    help = "Check what must hold whatever happened: places, registrations, campaigns, audit trails, frozen bytes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        found = list(nightly.broken())
        for sentence in found:
            self.stdout.write(sentence)
        if json:
            self.stdout.write(json_module.dumps({"broken": found}))
        if found:
            raise SystemExit(1)
