"""Which SEQUENCE the next calendar mail to an address carries (RFC 5545 section 3.8.7.4, RFC 5546 section 2.1.4)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from events.calendars import event_uid
from events.models import Event
from notifications.models import CalendarEntry, hash_address


@dataclass(frozen=True, slots=True)
class Stamp:
    """METHOD, SEQUENCE and DTSTAMP of one calendar part."""

    method: str
    sequence: int
    stamp: datetime


def stamp(event: Event, address: str, method: str) -> Stamp:
    """The stamp of the next calendar part for this address; call it inside the transaction that enqueues.

    The same facts again (a reminder) keep their SEQUENCE; other facts, or a return after a CANCEL, raise it.
    """
    fingerprint = _fingerprint(event, method)
    entry, created = CalendarEntry.objects.select_for_update().get_or_create(
        uid=event_uid(event),
        address_hash=hash_address(address),
        defaults={
            "method": method,
            "sequence": event.revision,
            "stamp": timezone.now(),
            "fingerprint": fingerprint,
        },
    )
    if not created and entry.fingerprint != fingerprint:
        entry.method, entry.fingerprint = method, fingerprint
        entry.sequence = max(entry.sequence + 1, event.revision)
        entry.stamp = max(timezone.now(), entry.stamp)
        entry.save()
    return Stamp(entry.method, entry.sequence, entry.stamp)


def _fingerprint(event: Event, method: str) -> str:
    facts = (method, event.starts_at.isoformat(), event.ends_at.isoformat(), event.venue, event.address, event.state)
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()
