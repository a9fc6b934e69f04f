"""Which SEQUENCE the next calendar mail to an address carries (RFC 5545 section 3.8.7.4, RFC 5546 section 2.1.4)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

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
    return stamps(event, [address], method)[address]


def stamps(event: Event, addresses: Iterable[str], method: str) -> dict[str, Stamp]:
    """The same for many addresses at once, in three statements, however many there are."""
    hashes = {address: hash_address(address) for address in addresses}
    uid, fingerprint, now = event_uid(event), _fingerprint(event, method), timezone.now()
    first = {"uid": uid, "method": method, "sequence": event.revision, "stamp": now, "fingerprint": fingerprint}
    CalendarEntry.objects.bulk_create(
        [CalendarEntry(address_hash=address_hash, **first) for address_hash in dict.fromkeys(hashes.values())],
        ignore_conflicts=True,
        batch_size=500,
    )
    found = CalendarEntry.objects.select_for_update().filter(uid=uid).order_by("pk")
    found = found.filter(address_hash__in=list(hashes.values())) if len(hashes) <= FEW else found
    wanted = set(hashes.values())
    entries = {entry.address_hash: entry for entry in found if entry.address_hash in wanted}
    changed = [entry for entry in entries.values() if entry.fingerprint != fingerprint]
    for entry in changed:
        entry.method, entry.fingerprint = method, fingerprint
        entry.sequence = max(entry.sequence + 1, event.revision)
        # calendars compare whole seconds, and the clock may stand still or go back
        entry.stamp = max(now, entry.stamp + timedelta(seconds=1))
    CalendarEntry.objects.bulk_update(changed, ["method", "fingerprint", "sequence", "stamp"], batch_size=500)
    return {
        address: Stamp(entries[found].method, entries[found].sequence, entries[found].stamp)
        for address, found in hashes.items()
    }


#: Up to so many addresses are named in the query; beyond, all entries of the event are read.
FEW = 200


def _fingerprint(event: Event, method: str) -> str:
    # in UTC: a form gives the same moment in another zone than the database does
    starts_at, ends_at = event.starts_at.astimezone(UTC).isoformat(), event.ends_at.astimezone(UTC).isoformat()
    facts = (method, starts_at, ends_at, event.venue, event.address, event.state)
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()
