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

#: One statement for all subjects: whoever comes at the same moment waits at the row, and no row is read before it is
#: written. A count whose time is over begins anew. Both databases speak it alike.
_COUNT = """
INSERT INTO events_pace (subject, since, count) VALUES {rows}
ON CONFLICT (subject) DO UPDATE SET
  count = CASE WHEN events_pace.since <= %s THEN 1 ELSE events_pace.count + 1 END,
  since = CASE WHEN events_pace.since <= %s THEN excluded.since ELSE events_pace.since END
RETURNING subject, count
"""


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
            self.count(subjects, now)

    def count(self, subjects: Iterable[str], now: datetime) -> None:
        """The same inside the caller's transaction, which a TooOften must end."""
        keys = sorted(
            map(self._key, set(filter(None, subjects)))
        )  # one order, so that two at once never wait crosswise
        if not keys:
            return
        at, until = (connection.ops.adapt_datetimefield_value(moment) for moment in (now, now - self.within))
        rows = [value for key in keys for value in (key, at)]
        with connection.cursor() as cursor:
            cursor.execute(_COUNT.format(rows=", ".join(["(%s, %s, 1)"] * len(keys))), [*rows, until, until])
            over = [key for key, count in cursor.fetchall() if count > self.most]
        if over:
            raise TooOften(Pace.objects.filter(subject__in=over).latest("since").since + self.within)

    def _key(self, subject: str) -> str:
        return hashlib.sha256(f"{self.purpose}:{subject}".encode("utf-8", "replace")).hexdigest()


#: Registrations by one contact; changes through one link, a contact's, a person's own, an appointment's; appointments
#: booked for one address; mails to one guest that others name; links sent again to one address.
REGISTERING = Limit("register", 6, timedelta(hours=1))
CHANGING = Limit("change", 60, timedelta(hours=1))
CHANGING_OWN = Limit("change-own", 30, timedelta(hours=1))
CHANGING_APPOINTMENT = Limit("change-appointment", 30, timedelta(hours=1))
BOOKING = Limit("appointment", 6, timedelta(hours=1))
ASKING_FOR_LINKS = Limit("link", 6, timedelta(hours=1))
NAMED_BY_OTHERS = Limit("guest", 6, timedelta(days=1))
#: After so long no count stops anybody: it leaves by night (events/retention.py).
LONGEST = max(limit.within for limit in (REGISTERING, CHANGING, CHANGING_OWN, ASKING_FOR_LINKS, NAMED_BY_OTHERS))


def take_registration(*, contact: str, guests: Iterable[str], now: datetime) -> None:
    """For one registration form. Raises TooOften."""
    with transaction.atomic():
        REGISTERING.count([contact], now)
        NAMED_BY_OTHERS.count((guest for guest in guests if guest != contact), now)
