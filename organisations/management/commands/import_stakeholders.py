"""`manage.py import_stakeholders FILE [--dry-run] [--json]`."""

import json as json_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from organisations import imports, services


class Command(BaseCommand):
    """Import a list of stakeholders; exit 1 when a row could not be taken."""

    help = "Import a CSV list of stakeholders, or say what it would do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: Any, file: Path, dry_run: bool, json: bool, **options: Any) -> None:
        try:
            content = file.read_bytes()
            plan = imports.plan(content) if dry_run else services.write_stakeholders(content=content, source=file.name)
        except (OSError, imports.UnreadableList) as error:
            raise CommandError(str(error)) from error
        report = plan.report()
        self._print(plan, report, json)
        if report["errors"]:
            raise SystemExit(1)

    def _print(self, plan: imports.Plan, report: dict[str, object], as_json: bool) -> None:
        for row in plan.rows:
            for text in row.reasons + row.warnings:
                self.stdout.write(f"line {row.line}: {row.outcome}: {text}")
        counts = ", ".join(f"{value} {name}" for name, value in report.items() if isinstance(value, int))
        self.stdout.write(counts)
        if as_json:
            self.stdout.write(json_module.dumps(report, ensure_ascii=False))
