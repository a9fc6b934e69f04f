"""How often a form may be sent, so that nobody writes to others, or takes all places, through the portal.

Counted per mail address and per link and never per IP address: at the venue many people share one. The counts stand in
the database, so they hold without Redis and for all web processes together.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from events.models import Pace


class TooOften(Exception):
    """More than a person needs. `again_at` says when it is possible again."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__(again_at)
        self.again_at = again_at


@dataclass(frozen=True, slots=True)
class Limit:
    """So many within so long, for one purpose."""

    purpose: str
    most: int
    within: timedelta

    def take(self, *subjects: str, now: datetime) -> None:
        """Count one for each subject. Raises TooOften, and then counts for none."""
        with transaction.atomic():
            for subject in sorted(set(filter(None, subjects))):  # one order, so that two at once never wait crosswise
                self._take(hashlib.sha256(f"{self.purpose}:{subject}".encode("utf-8", "replace")).hexdigest(), now)

    def _take(self, key: str, now: datetime) -> None:
        pace, made = Pace.objects.select_for_update().get_or_create(subject=key, defaults={"since": now})
        if made:
            _forget(now)
        if pace.since + self.within <= now:
            Pace.objects.filter(pk=pace.pk).update(since=now, count=1)
        elif pace.count >= self.most:
            raise TooOften(pace.since + self.within)
        else:
            Pace.objects.filter(pk=pace.pk).update(count=F("count") + 1)


#: Registrations by one contact; changes through one link, a contact's or a person's own; mails to one guest that others
#: name; links sent again to one address.
REGISTERING = Limit("register", 6, timedelta(hours=1))
CHANGING = Limit("change", 60, timedelta(hours=1))
CHANGING_OWN = Limit("change-own", 30, timedelta(hours=1))
ASKING_FOR_LINKS = Limit("link", 6, timedelta(hours=1))
NAMED_BY_OTHERS = Limit("guest", 6, timedelta(days=1))


def take_registration(*, contact: str, guests: Iterable[str], now: datetime) -> None:
    """For one registration form. Raises TooOften."""
    with transaction.atomic():
        REGISTERING.take(contact, now=now)
        NAMED_BY_OTHERS.take(*(guest for guest in guests if guest != contact), now=now)


def _forget(now: datetime) -> None:
    """Old counts go as new ones come, a few at a time."""
    old = Pace.objects.filter(since__lt=now - timedelta(days=2)).order_by("since").values("pk")[:20]
    Pace.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
