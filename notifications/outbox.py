"""Put messages into the outbox: rows in the caller's transaction, then one ring of the bell after its commit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from notifications.calendars import stamps as calendar_stamps
from notifications.models import Campaign, Delivery, domain_group_of, hash_address, message_id_of


@dataclass(slots=True)
class Message:
    """What is to be told to one address. `key` is the idempotency key without the address."""

    kind: str
    key: str
    address: str
    name: str
    language: str
    payload: dict[str, Any] = field(default_factory=dict)
    lane: str = Delivery.Lane.TRANSACTIONAL
    campaign: Campaign | None = None
    calendar: calendar_stamps.Stamp | None = None
    expires_at: datetime | None = None


def enqueue(messages: Iterable[Message]) -> int:
    """Insert what is not there yet; the number of rows asked for. The same key again inserts nothing.

    Who has no mailbox (somebody who walked in) gets none.

    A rollback of the caller's transaction leaves no row; a dead broker delays the mail until the next sweep.
    """
    now = timezone.now()
    rows = [_row(message, now) for message in messages if message.address]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    if rows:
        # robust: with the broker down Celery raises here, after the commit, when all is saved already.
        # A lambda, because Django cannot log a failing partial.
        transaction.on_commit(lambda: wake(), robust=True)
    return len(rows)


def _row(message: Message, now: datetime) -> Delivery:
    row = Delivery(
        kind=message.kind,
        idempotency_key=f"{message.key}:{hash_address(message.address)[:32]}",
        lane=message.lane,
        address=message.address,
        domain_group=domain_group_of(message.address),
        name=message.name,
        language=message.language,
        payload=message.payload,
        campaign=message.campaign,
        created_at=now,
        not_before=now,
        expires_at=message.expires_at,
    )
    row.message_id = message_id_of(row.key)
    if message.calendar:
        row.calendar_method = message.calendar.method
        row.calendar_sequence = message.calendar.sequence
        row.calendar_stamp = message.calendar.stamp
    return row


def wake() -> None:
    """Ring the bell: a worker looks at the outbox now instead of at the next sweep."""
    from notifications.tasks import pump

    pump.delay()


def preview_row(message: Message) -> Delivery:
    """The row as it would be, unsaved: for a look before sending."""
    return _row(message, timezone.now())
