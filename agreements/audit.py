"""The hash chain: each event carries the hash of the one before, so that a changed, lost or inserted row shows.

hash = SHA-256 of the canonical JSON of {agreement, seq, at, actor, type, payload, prev_hash}: keys sorted, no white
space, UTF-8, `at` in UTC with microseconds.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from agreements.models import Agreement, AuditAnchor, AuditEvent

UTC = ZoneInfo("UTC")
MISSING, NOT_NEXT, CHANGED = "a row is missing", "it does not follow the row before", "its content was changed"
CUT, ADDED = "the end of the chain is missing", "rows were added past the chain's end"
REWRITTEN = "written anew from here on: people hold a mail with another hash"
#: Who acts when nobody does: a review closes because its date has come.
CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Mailed:
    """An end of the chain as somebody received it."""

    length: int
    head: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain is broken first, and how."""

    seq: int
    reason: str


def record(agreement: Agreement, type: str, actor: str, **payload: Any) -> AuditEvent:
    """Append an event; expects the agreement's row locked. Writes the chain's new head onto the agreement."""
    event = AuditEvent(
        agreement_slug=agreement.slug,
        seq=agreement.audit_length + 1,
        at=timezone.now(),
        actor=actor,
        type=type,
        payload=payload,
        prev_hash=agreement.audit_head,
    )
    event.hash = digest(event)
    event.save(force_insert=True)
    agreement.audit_length, agreement.audit_head = event.seq, event.hash
    agreement.save(update_fields=["audit_length", "audit_head"])
    return event


def digest(event: AuditEvent) -> str:
    """The hash that the event should carry."""
    facts = {
        "agreement": event.agreement_slug,
        "seq": event.seq,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": event.actor,
        "type": event.type,
        "payload": event.payload,
        "prev_hash": event.prev_hash,
    }
    return hashlib.sha256(canonical(facts)).hexdigest()


def canonical(value: Any) -> bytes:
    """One spelling for one value: sorted keys, no white space, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def verify(agreement: Agreement, mailed: Iterable[Mailed | AuditAnchor] | None = None) -> Break | None:
    """Walk the chain; the first break, or None for a whole chain.

    `mailed`: ends that were mailed to people, by length; those kept here unless others are given. A chain that was
    written anew from some row on hangs together, but no longer ends where they say.
    """
    kept = agreement.anchors.order_by("length") if mailed is None else mailed
    ends = {end.length: end.head for end in kept}
    prev_hash, expected, last_kept = "", 1, 0
    for event in AuditEvent.objects.filter(agreement_slug=agreement.slug).order_by("seq").iterator():
        if event.seq != expected:
            return Break(expected, MISSING)
        if event.prev_hash != prev_hash:
            return Break(event.seq, NOT_NEXT)
        if event.hash != digest(event):
            return Break(event.seq, CHANGED)
        if ends.get(event.seq, event.hash) != event.hash:
            return Break(last_kept + 1, REWRITTEN)
        last_kept = event.seq if event.seq in ends else last_kept
        prev_hash, expected = event.hash, expected + 1
    if expected - 1 < max([agreement.audit_length, *ends]):
        return Break(expected, CUT)
    if (agreement.audit_length, agreement.audit_head) != (expected - 1, prev_hash):
        return Break(agreement.audit_length + 1, ADDED)
    return None
