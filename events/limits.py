"""How often a form may be sent, so that nobody writes to others, or takes all places, through the portal.

Counted per mail address and per link and never per IP address: at the venue many people share one. The counts stand in
the database, so they hold without Redis and for all web processes together.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

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
            self.count(*subjects, now=now)

    def count(self, *subjects: str, now: datetime) -> None:
        """The same in the caller's transaction, which must not outlive TooOften."""
        for subject in sorted(set(filter(None, subjects))):  # one order, so that two at once never wait crosswise
            key = hashlib.sha256(f"{self.purpose}:{subject}".encode("utf-8", "replace")).hexdigest()
            count = _count(key, now, ended=now - self.within)
            if count == 1 and key.startswith("0"):  # for one in sixteen of those that are new
                _forget(now)
            if count > self.most:
                raise TooOften(Pace.objects.get(subject=key).since + self.within)


#: Registrations by one contact; changes through one link, a contact's, a person's own, an appointment's; appointments
#: booked for one address; mails to one guest that others name; links sent again to one address.
REGISTERING = Limit("register", 6, timedelta(hours=1))
CHANGING = Limit("change", 60, timedelta(hours=1))
CHANGING_OWN = Limit("change-own", 30, timedelta(hours=1))
CHANGING_APPOINTMENT = Limit("change-appointment", 30, timedelta(hours=1))
BOOKING = Limit("appointment", 6, timedelta(hours=1))
ASKING_FOR_LINKS = Limit("link", 6, timedelta(hours=1))
NAMED_BY_OTHERS = Limit("guest", 6, timedelta(days=1))


def take_registration(*, contact: str, guests: Iterable[str], now: datetime) -> None:
    """For one registration form. Raises TooOften."""
    with transaction.atomic():
        REGISTERING.count(contact, now=now)
        NAMED_BY_OTHERS.count(*(guest for guest in guests if guest != contact), now=now)


def _count(key: str, now: datetime, *, ended: datetime) -> int:
    """One more for this key, in one statement on both databases; a stretch that began before `ended` begins anew."""
    moment, over = (connection.ops.adapt_datetimefield_value(one) for one in (now, ended))
    with connection.cursor() as cursor:
        cursor.execute(_ONE_MORE, [key, moment, over, moment, over])
        return int(cursor.fetchone()[0])


_ONE_MORE = """
    INSERT INTO events_pace (subject, since, count) VALUES (%s, %s, 1)
    ON CONFLICT (subject) DO UPDATE SET
        since = CASE WHEN events_pace.since <= %s THEN %s ELSE events_pace.since END,
        count = CASE WHEN events_pace.since <= %s THEN 1 ELSE events_pace.count + 1 END
    RETURNING count
"""


def _forget(now: datetime) -> None:
    """Old counts go as new ones come, a few at a time."""
    old = Pace.objects.filter(since__lt=now - timedelta(days=2)).order_by("since").values("pk")[:64]
    Pace.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
