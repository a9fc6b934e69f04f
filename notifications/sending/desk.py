"""The writing desk: from claimed rows to the bytes that leave, fast where many rows share one letter.

Whether a row may still go is decided here too, at the last moment before its intent is recorded: too late, unwanted,
overtaken by a newer message, not on the allow-list of a copy of the site.
"""

import logging
from collections.abc import Hashable, Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from fnmatch import fnmatch
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from events.models import Event
from notifications.models import Campaign, Delivery, Suppression, hash_address
from notifications.sending import many, mime, patterns, skeleton
from organisations.text import one_line

logger = logging.getLogger(__name__)
State = Delivery.State
#: How many compiled letters are kept.
SHELF = 64
_UNWANTED = {Campaign.Purpose.INVITATION: "wishes no invitations", Campaign.Purpose.NEWS: "wishes no news"}


class Desk:
    """Keeps compiled letters between claims; one per worker."""

    def __init__(self) -> None:
        self._shelf: dict[Hashable, skeleton.Skeleton] = {}
        self._at_hand: dict[Hashable, skeleton.Skeleton] = {}
        self._events: dict[int, Event] = {}
        self._suppressed: set[tuple[str, str]] = set()
        self._campaigns: dict[int, Campaign] = {}

    def lay_out(self, rows: Iterable[Delivery]) -> None:
        """Fetch at once what judging and writing these rows needs: at most three queries."""
        rows = list(rows)
        self._at_hand = {}
        self._events = Event.objects.in_bulk({row.payload["event"] for row in rows if row.payload.get("event")})
        bulk = {hash_address(row.address): row.address for row in rows if row.lane == Delivery.Lane.BULK}
        found = (
            Suppression.objects.filter(many.among(Suppression, "address_hash", bulk))
            if bulk
            else Suppression.objects.none()
        )
        self._suppressed = {(bulk[digest], scope) for digest, scope in found.values_list("address_hash", "scope")}
        wanted = {row.campaign_id for row in rows if row.campaign_id}
        self._campaigns = Campaign.objects.select_related("event").in_bulk(wanted) if wanted else {}
        for row in rows:
            if row.campaign_id:
                row.campaign = self._campaigns[row.campaign_id]

    def verdict(self, row: Delivery) -> tuple[str, str] | None:
        """The state a row must leave for, and why, if it may not go; None if it may."""
        if row.expires_at and row.expires_at <= timezone.now():
            return State.EXPIRED, "its time was over before it could leave"
        revision = row.payload.get("revision")
        event = self._events.get(row.payload.get("event", 0))
        if event is not None and event.state == Event.State.CANCELLED and _invites(row):
            return State.CANCELLED, "the event was called off"
        if row.campaign and not row.campaign.takes_in(timezone.now()):
            return State.EXPIRED, "registrations were closed before it could leave"
        if revision is not None and event is not None and event.revision > revision:
            return State.EXPIRED, "the event has changed meanwhile; a newer message says how"
        if settings.MAIL_ALLOW_LIST and not any(fnmatch(row.address, rule) for rule in settings.MAIL_ALLOW_LIST):
            return State.SUPPRESSED, "not on the allow-list of this copy of the site"
        if row.lane == Delivery.Lane.BULK and row.kind != Delivery.TEST and self._is_unwanted(row):
            return State.SUPPRESSED, _UNWANTED[_purpose(row)]
        match row.campaign and row.campaign.state:
            case Campaign.State.CANCELLED:
                return State.CANCELLED, "the campaign was cancelled"
            case Campaign.State.PAUSED:
                return State.READY, ""
        return None

    def write(self, row: Delivery, *, eight_bit: bool = True) -> bytes:
        """The message as it leaves. Raises CannotWrite, or whatever a broken template or object raises."""
        pattern = patterns.PATTERNS.get(row.kind)
        if pattern is not None and eight_bit:
            try:
                return self._fill(row, pattern)
            except skeleton.CannotFill as reason:
                logger.info("slow path for %s: %s", row.key, reason)
        return mime.build(row, *patterns.written(row))

    # -- inside ------------------------------------------------------------------------------------------------------

    def _is_unwanted(self, row: Delivery) -> bool:
        if not self._suppressed:
            return False
        scopes = (Suppression.Scope.ALL, _purpose(row))
        return any((row.address, scope) in self._suppressed for scope in scopes)

    def _fill(self, row: Delivery, pattern: patterns.Pattern) -> bytes:
        alike = (row.kind, row.lane, row.language, bool(row.name), row.calendar_method)
        if row.campaign_id is None:
            compiled = self._from_shelf((*alike, pattern.key(row, self._events)), row, pattern)
        else:  # one look for all rows of a campaign that were laid out together: nothing can have changed in between
            compiled = self._at_hand.get((*alike, row.campaign_id)) or self._from_shelf(
                (*alike, pattern.key(row, self._events)), row, pattern
            )
            self._at_hand[*alike, row.campaign_id] = compiled
        return compiled.fill(_own_values(row) | pattern.values(row))

    def _from_shelf(self, key: Hashable, row: Delivery, pattern: patterns.Pattern) -> skeleton.Skeleton:
        compiled = self._shelf.get(key)
        if compiled is None:
            if len(self._shelf) >= SHELF:
                self._shelf.clear()
            compiled = self._shelf[key] = pattern.compile(row)
        return compiled


def _invites(row: Delivery) -> bool:
    """Whether it speaks of an event to people who hold no place: to a cancelled one it must not."""
    return row.campaign_id is not None or row.kind == Delivery.INVITATION_REMINDER


def _purpose(row: Delivery) -> Campaign.Purpose:
    """What a bulk message is for; one without a campaign is the reminder of an invitation."""
    return Campaign.Purpose(row.campaign.purpose) if row.campaign else Campaign.Purpose.INVITATION


def _own_values(row: Delivery) -> dict[str, str]:
    own = {
        "name": row.name,
        "To": skeleton.mailbox(row.name, row.address).decode(),
        "Date": _date(row.created_at),
        "Message-ID": row.message_id,
    }
    if row.calendar_stamp is not None:
        own |= {
            "attendee": f"{one_line(row.name)}\n{row.address}",
            "sequence": str(row.calendar_sequence),
            "stamp": f"{row.calendar_stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        }
    return own


@lru_cache(maxsize=256)
def _date(moment: datetime) -> str:
    return format_datetime(moment)
