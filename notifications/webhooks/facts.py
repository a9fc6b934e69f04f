"""From what happened to what other programs are told: references, counts and public facts, never a person.

Called inside the fact's own transaction: a rollback tells nobody. One query where nobody listens.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from events.models import Event, Registration, Scan
from notifications.letters import absolute
from notifications.models import Campaign, Delivery, Fact, Tally, Webhook, WebhookMessage
from organisations.compiled import Compiled

#: One happening: the name by which it is told once, and what there is to say.
Happening = tuple[str, dict[str, Any]]


def of_registration(fact: Fact, registration: Registration) -> None:
    """A registration came in, changed or was given back."""
    occurrence = f"{fact}:{registration.pk}:{registration.revision}"
    _announce(fact, lambda: [(occurrence, _registration(registration))])


def of_arrival(scan: Scan) -> None:
    """Somebody is here: of which event and registration, when and at which desk."""
    _announce(Fact.ATTENDEE_ARRIVED, lambda: [(f"{Fact.ATTENDEE_ARRIVED}:{scan.key}", _arrival(scan))])


def of_event(fact: Fact, event: Event) -> None:
    """An event became public, moved or was called off."""
    _announce(fact, lambda: [(f"{fact}:{event.pk}:{event.revision}", _event(event))])


def of_deliveries(fact: Fact, rows: Iterable[Delivery], state: str) -> None:
    """Messages that ended so, each by its key: without address, name or words of a mail server."""
    at = f"{timezone.now().timestamp():.6f}"  # one that is sent again may fail again
    _announce(fact, lambda: [(f"{fact}:{row.key.hex}:{at}", _delivery(row, state)) for row in rows])


def of_campaign(campaign: Campaign, now: datetime) -> None:
    """Everything of it was handed over, or is known not to be."""
    fact = Fact.CAMPAIGN_COMPLETED
    _announce(fact, lambda: [(f"{fact}:{campaign.pk}:{now.timestamp():.6f}", _campaign(campaign))])


def envelope(fact: str, data: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The content as the convention shapes it."""
    return {"type": str(fact), "timestamp": iso(now), "data": data}


def iso(moment: datetime) -> str:
    """A moment in UTC (RFC 3339)."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _announce(fact: Fact, happenings: Callable[[], Iterable[Happening]]) -> None:
    """A row for each program that listens. What there is to say is asked for only where somebody does."""
    listening = [one.pk for one in _TAKING.rows() if fact in one.facts]
    if not listening:
        return
    now = timezone.now()
    rows = [
        WebhookMessage(
            webhook_id=pk, fact=fact, occurrence=occurrence, payload=envelope(fact, data, now),
            created_at=now, not_before=now,
        )
        for occurrence, data in happenings()
        for pk in listening
    ]  # fmt: skip
    WebhookMessage.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    transaction.on_commit(lambda: wake(), robust=True)


_TAKING = Compiled(lambda _none: Webhook.objects.taking().only("facts"))


def wake() -> None:
    """Ring the bell: a worker looks at what waits now instead of at the next round of the clock."""
    from notifications.tasks import webhooks

    webhooks.delay()


def _arrival(scan: Scan) -> dict[str, Any]:
    return {
        "event": scan.event.slug,
        "registration": scan.attendee.registration.reference if scan.attendee else "",
        "at": iso(scan.happened_at),
        "desk": scan.desk,
    }


def _registration(registration: Registration) -> dict[str, Any]:
    people = registration.attendees.confirmed().count()
    return {
        "registration": registration.reference,
        "event": registration.event.slug,
        "category": registration.category,
        "state": registration.state,
        "people": people,
        "revision": registration.revision,
        "source": registration.source,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "event": event.slug,
        "kind": event.kind,
        "state": event.state,
        "starts_at": iso(event.starts_at),
        "ends_at": iso(event.ends_at),
        "venue": event.venue,
        "address": event.address,
        "revision": event.revision,
        "url": absolute(event.get_absolute_url()),
    }


def _delivery(row: Delivery, state: str) -> dict[str, Any]:
    return {"message": str(row.key), "kind": row.kind, "lane": row.lane, "campaign": row.campaign_id, "state": state}


def _campaign(campaign: Campaign) -> dict[str, Any]:
    counts = Tally.objects.by_state(campaign=campaign.pk)
    states = {str(state): number for state, number in counts.items() if number}
    return {"campaign": campaign.pk, "event": campaign.event.slug, "planned": campaign.planned, "states": states}
