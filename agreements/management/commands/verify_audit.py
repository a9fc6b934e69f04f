"""`manage.py verify_audit [SLUG] [--head HASH --length N] [--json]`: walk the hash chains, name the first broken row.

With the hash and length of a mail that a party received, the chain must still pass through that very row.
"""

import json as json_module
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agreements import audit
from agreements.models import Agreement


class Command(BaseCommand):
    """Verify the audit trail of one agreement or of all; exit 1 when a chain is broken."""

    help = "Verify the hash chain of the audit trail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?")
        parser.add_argument("--head", help="the hash in a mail that was received (64 characters)")
        parser.add_argument("--length", type=int, help="the number of rows in the same mail")
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: Any, slug: str | None, json: bool, **options: Any) -> None:
        mailed = _mailed(slug, options["head"], options["length"])
        agreements = Agreement.objects.order_by("slug")
        if slug:
            agreements = agreements.filter(slug=slug)
            if not agreements:
                raise CommandError(f"There is no agreement {slug!r}.")
        broken = []
        for agreement in agreements:
            verdict = audit.verify(agreement) or (audit.verify(agreement, [mailed]) if mailed else None)
            if verdict:
                broken.append({"agreement": agreement.slug, "seq": verdict.seq, "reason": verdict.reason})
                self.stdout.write(f"{agreement.slug}: BROKEN at {verdict.seq}: {verdict.reason}")
            else:
                self.stdout.write(f"{agreement.slug}: whole, {agreement.audit_length} events")
        if json:
            self.stdout.write(json_module.dumps({"verified": len(agreements), "broken": broken}))
        if broken:
            raise SystemExit(1)


def _mailed(slug: str | None, head: str | None, length: int | None) -> audit.Mailed | None:
    if head is None and length is None:
        return None
    if not slug or head is None or length is None or length < 1:
        raise CommandError("--head and --length belong together, and to one agreement: name its SLUG too.")
    return audit.Mailed(length, head.strip().lower())
