"""`manage.py check_invariants [--json]`: what must hold whatever happened."""

import json as json_module
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count, F, Q

from agreements import audit
from agreements.models import Agreement, FrozenDocument
from agreements.views import attachment
from events.models import Event, Registration
from notifications.models import Campaign


def broken() -> Iterator[str]:
    """One sentence for each invariant that does not hold."""
    held = Count("attendees", filter=Q(attendees__state="confirmed"))
    for event in Event.objects.annotate(held=held).filter(held__gt=F("capacity")):
        yield f"event {event.slug}: {event.capacity} places, more are held"
    for event in Event.objects.filter(
        attendees__state="confirmed", attendees__place_number__gt=F("capacity")
    ).distinct():
        yield f"event {event.slug}: a place above {event.capacity} is held"
    doubled = Event.objects.values("slug", "attendees__place_number").annotate(n=Count("attendees"))
    for row in doubled.filter(attendees__place_number__isnull=False, n__gt=1):
        yield f"event {row['slug']}: place {row['attendees__place_number']} is held twice"
    confirmed = Count("attendees", filter=Q(attendees__state="confirmed"))
    registrations = Registration.objects.annotate(n=confirmed)
    for registration in registrations.filter(Q(state="confirmed", n=0) | Q(state="cancelled", n__gt=0)):
        yield f"registration {registration.reference}: its state and its people disagree"
    for campaign in Campaign.objects.annotate(n=Count("deliveries")).exclude(n=F("planned")):
        yield f"campaign {campaign.pk}: {campaign.planned} planned, another number of messages"
    for agreement in Agreement.objects.all():
        verdict = audit.verify(agreement)
        if verdict:
            yield f"agreement {agreement.slug}: audit trail broken at {verdict.seq}: {verdict.reason}"
    for document in FrozenDocument.objects.iterator():
        try:
            attachment(bytes(document.content), "x", "application/pdf", document.sha256)
        except ValueError:
            yield f"document {document.sha256}: its bytes no longer match"


class Command(BaseCommand):
    """Check every invariant; exit 1 when one does not hold."""

    help = "Check what must hold whatever happened: places, registrations, campaigns, audit trails, frozen bytes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        found = list(broken())
        for sentence in found:
            self.stdout.write(sentence)
        if json:
            self.stdout.write(json_module.dumps({"broken": found}))
        if found:
            raise SystemExit(1)
