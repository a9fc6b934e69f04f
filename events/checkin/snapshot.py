"""What a device takes along to work without a network: as little as the door needs, and for one day.

No address, no telephone, no needs. Codes only as salted hashes with a salt of this snapshot alone; who may only read
passes gets initials. It dies a day after it was made, and half a day after the event at the latest.
"""

import hashlib
import secrets
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from events.checkin import words
from events.checkin.codes import code_of
from events.checkin.models import Scan
from events.models import Attendee, Event, SessionPlace

LASTS = timedelta(hours=24)
AFTER_THE_EVENT = timedelta(hours=12)


def taken(event: Event, now: datetime, *, names: bool) -> dict[str, Any]:
    """Everybody of the event, by the hash of their code. Three queries however many they are.

    A person is a list: hash (32 hexadecimal characters of SHA-256 over salt and code), key, shown name, organisation,
    state as a verdict, arrival as [milliseconds, desk] or null, chosen items of the agenda.
    """
    salt = secrets.token_hex(16)
    arrivals = {
        one.attendee_id: [int(one.happened_at.timestamp() * 1000), one.desk]
        for one in Scan.objects.arrivals().filter(event=event)
    }
    items = defaultdict(list)
    held = SessionPlace.objects.held().filter(session__event=event).order_by("session__starts_at", "pk")
    for attendee, title_it, title_en in held.values_list("attendee", "session__title_it", "session__title_en"):
        items[attendee].append([title_it, title_en or title_it])
    shown = words.shortened if names else words.initials
    people = event.attendees.filter(erased_at=None).select_related("registration").order_by("pk")
    return {
        "event": event.slug,
        "made_at": now.isoformat(),
        "expires_at": min(now + LASTS, max(event.ends_at + AFTER_THE_EVENT, now + timedelta(hours=1))).isoformat(),
        "salt": salt,
        "people": [
            [hash_of(salt, code_of(one.key, one.token_version)), str(one.key), shown(one.full_name), words.represents(one),
             _standing(one), arrivals.get(one.pk), items.get(one.pk, [])]
            for one in people.iterator()
        ],
    }  # fmt: skip


def hash_of(salt: str, code: str) -> str:
    """What the device compares: the browser's script computes the same."""
    return hashlib.sha256(f"{salt}{code}".encode()).hexdigest()[:32]


def _standing(attendee: Attendee) -> str:
    """What a desk says about somebody who is not here yet."""
    if attendee.is_confirmed:
        return Scan.Verdict.ADMITTED
    return Scan.Verdict.NOT_CONFIRMED if attendee.is_standing else Scan.Verdict.CANCELLED
