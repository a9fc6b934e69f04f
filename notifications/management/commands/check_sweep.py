"""`manage.py check_sweep [--max-age SECONDS]`: does the clock go round? For container health checks."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from notifications.models import Sweep


class Command(BaseCommand):
    """Exit 1 when beat, broker, worker or database has stood still for too long."""

    help = "Exit 1 when the last sweep is older than --max-age seconds."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--max-age", type=int, default=120)

    def handle(self, *args: Any, max_age: int, **options: Any) -> None:
        age = Sweep.age(timezone.now())
        if age is None or age > max_age:
            self.stderr.write("no sweep yet" if age is None else f"the last sweep was {age:.0f} s ago")
            raise SystemExit(1)
        self.stdout.write(f"the last sweep was {age:.0f} s ago")
