"""Who has which calendar: after each change of an event, how many calendars follow it and which could not be reached.

Counted from the deliveries, in a fixed number of queries however many people are registered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, IntegerField, Min, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.calendars import event_uid
from events.models import Event
from notifications.calendars.overtaking import BROUGHT, OWN_NEWS
from notifications.models import CalendarEntry, Delivery, DeliveryQuerySet, hash_address

State = Delivery.State
UPDATED = (State.ACCEPTED, State.DELIVERED, State.COMPLAINED)
FAILED = (State.FAILED, State.BOUNCED_SOFT, State.BOUNCED_HARD, State.SUPPRESSED)
OVERTAKEN = (State.CANCELLED, State.EXPIRED)
ABOUT_REVISIONS = ("event_rescheduled", "event_cancelled", *OWN_NEWS)


@dataclass(slots=True)
class Reach:
    """What became of the messages about one revision of an event."""

    revision: int
    is_cancellation: bool
    since: datetime
    addresses: dict[str, int] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        """How many messages have no result yet."""
        return self._count(Delivery.UNSETTLED)

    @property
    def has_trouble(self) -> bool:
        """Whether somebody could not be reached, or may not have been."""
        return bool(self._count((*FAILED, State.UNCERTAIN)))

    def __str__(self) -> str:
        """In one sentence: what the organiser reads."""
        updated, failed, uncertain = map(self._count, (UPDATED, FAILED, (State.UNCERTAIN,)))
        parts = [
            ngettext("%(count)s calendar updated", "%(count)s calendars updated", updated) % {"count": updated},
            ngettext("%(count)s failed", "%(count)s failed", failed) % {"count": failed},
        ]
        if uncertain:
            parts.append(ngettext("%(count)s uncertain", "%(count)s uncertain", uncertain) % {"count": uncertain})
        if self.waiting:
            parts.append(_("%(count)s waiting") % {"count": self.waiting})
        overtaken = self._count(OVERTAKEN)
        if overtaken:
            parts.append(_("%(count)s replaced by newer news") % {"count": overtaken})
        return ", ".join(parts)

    def _count(self, states: Sequence[str]) -> int:
        return sum(self.addresses.get(state, 0) for state in states)


@dataclass(frozen=True, slots=True)
class Standing:
    """What one person's calendar shows once the last message is there."""

    name: str
    address: str
    method: str
    sequence: int | None
    delivery: Delivery


def reaches(event: Event) -> list[Reach]:
    """One for each revision that people were told of, the newest first. One query."""
    rows = (
        _about_revisions(event)
        .order_by()
        .values("revision", "calendar_method", "state")  # type: ignore[misc]  # annotated there
        .annotate(people=Count("address", distinct=True), since=Min("created_at"))
    )
    found: dict[int, Reach] = {}
    for row in rows:
        revision = int(row["revision"])
        reach = found.setdefault(revision, Reach(revision, row["calendar_method"] == "CANCEL", row["since"]))
        reach.since = min(reach.since, row["since"])
        reach.addresses[row["state"]] = row["people"]
    return sorted(found.values(), key=lambda reach: -reach.revision)


def troubles(event: Event) -> DeliveryQuerySet:
    """The messages about the newest revisions that did not arrive, or may not have; each with its revision."""
    return _about_revisions(event).filter(state__in=(*FAILED, State.UNCERTAIN)).order_by("-revision", "address")  # type: ignore[misc]  # annotated there


def addresses(event: Event) -> "QuerySet[Delivery, str]":
    """Every address that was ever sent the event for its calendar, in order, as single values."""
    return _with_calendar(event).order_by("address").values_list("address", flat=True).distinct()


def standings(event: Event, page: Sequence[str]) -> list[Standing]:
    """How the calendars of these addresses stand. Two queries."""
    rows = _with_calendar(event).filter(address__in=page).order_by("pk")
    last: dict[str, Delivery] = {}
    for row in rows:
        if row.state not in OVERTAKEN or row.address not in last:
            last[row.address] = row
    found = CalendarEntry.objects.filter(uid=event_uid(event), address_hash__in=[hash_address(a) for a in page])
    entries = {entry.address_hash: entry for entry in found}
    return [_standing(last[address], entries.get(hash_address(address))) for address in page if address in last]


def _standing(row: Delivery, entry: CalendarEntry | None) -> Standing:
    method, sequence = (entry.method, entry.sequence) if entry else (row.calendar_method, row.calendar_sequence)
    return Standing(row.name, row.address, method, sequence, row)


def _with_calendar(event: Event) -> DeliveryQuerySet:
    return Delivery.objects.filter(campaign__isnull=True, payload__event=event.pk).exclude(calendar_method="")


def _about_revisions(event: Event) -> DeliveryQuerySet:
    """Those that told of a revision, annotated with it: messages about it, and confirmations that brought it along."""
    told = Coalesce(Cast(KT(f"payload__{BROUGHT}"), IntegerField()), Cast(KT("payload__revision"), IntegerField()))
    rows = _with_calendar(event).filter(kind__in=ABOUT_REVISIONS)
    return rows.annotate(revision=told).filter(revision__isnull=False)
