"""Reports of providers: kept once as they come, taken in later by the clock.

A state moves only along `Delivery.TRANSITIONS`, by compare-and-set, so that a report may come twice, late or in the wrong order.
A message is found by our key, our Message-ID or the provider's name for it, never by an address alone: forwarded mail bounces
from addresses that we never wrote to.
"""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from notifications.models import Attempt, Delivery, DeliveryEvent, Fact, ProviderMessage, Suppression, hash_address
from notifications.sending import many
from notifications.sending.claims import among
from notifications.webhooks import facts

State, Type, Effect = Delivery.State, DeliveryEvent.Type, DeliveryEvent.Effect
Author = Suppression.Author
BATCH = 500
#: So long a report waits for our own result: a worker may still have the message in hand.
PATIENCE = timedelta(hours=1)
#: So long events are remembered. Longer than `reports.OLDEST`, after which a replay is refused for its age.
REMEMBERED = timedelta(days=90)
#: In this order, whatever the order of their coming: a later one may overrule an earlier one, not the other way round.
TARGETS: dict[str, str | None] = {
    Type.DEFERRED: None,
    Type.UNSUBSCRIBED: None,
    Type.BOUNCED_SOFT: State.BOUNCED_SOFT,
    Type.DELIVERED: State.DELIVERED,
    Type.COMPLAINED: State.COMPLAINED,
    Type.BOUNCED_HARD: State.BOUNCED_HARD,
    Type.REJECTED: State.BOUNCED_HARD,
}


def sources(target: str) -> list[str]:
    """The states that lead to this one."""
    return [state for state, targets in Delivery.TRANSITIONS.items() if target in targets]


def keep(found: Iterable[DeliveryEvent]) -> None:
    """Store what is not stored yet."""
    DeliveryEvent.objects.bulk_create(found, ignore_conflicts=True, batch_size=BATCH)


def take_in(*, seconds: float = 5.0) -> int:
    """Apply what was reported since, for a while; how many reports. The rest of a storm comes next time: mail goes on.

    Two at once take turns: they might lock rows crosswise.
    """
    now, until, done, last = timezone.now(), time.monotonic() + seconds, 0, 0
    while time.monotonic() < until and (batch_end := _take_batch(last, now)):
        last, count = batch_end
        done += count
    DeliveryEvent.objects.received_before(now - REMEMBERED).delete()
    return done


@transaction.atomic
def _take_batch(after: int, now: datetime) -> tuple[int, int] | None:
    """The next reports: the last one's key, and how many were settled; None when there is none."""
    waiting = DeliveryEvent.objects.waiting().filter(pk__gt=after).order_by("pk")
    batch = list(waiting.select_for_update()[:BATCH])
    if not batch:
        return None
    _find(batch)
    _settle_doubts([event.delivery_id for event in batch if event.delivery_id])
    rows = Delivery.objects.in_bulk({event.delivery_id for event in batch if event.delivery_id})
    settled = [event for event in batch if not _must_wait(event, rows.get(event.delivery_id or 0), now)]
    for kind, target in TARGETS.items():
        _apply([event for event in settled if event.type == kind and event.delivery_id], target)
    _suppress(settled, rows)
    _write_down(settled, now)
    return batch[-1].pk, len(settled)


def _find(batch: list[DeliveryEvent]) -> None:
    """Whose reports these are: three queries."""
    names = {event.message_name for event in batch if event.message_name}
    keys = {event.delivery_key for event in batch if event.delivery_key}
    by_key: dict[UUID | None, int] = dict(Delivery.objects.filter(key__in=keys).values_list("key", "pk"))
    by_id = dict(Delivery.objects.filter(message_id__in=names).values_list("message_id", "pk"))
    called = ProviderMessage.objects.filter(name__in=names).values_list("provider", "name", "delivery_id")
    by_name = {(provider, name): pk for provider, name, pk in called}
    for event in batch:
        event.delivery_id = (
            by_key.get(event.delivery_key)
            or by_id.get(event.message_name)
            or by_name.get((event.provider, event.message_name))
        )


def _write_down(settled: list[DeliveryEvent], now: datetime) -> None:
    """What became of them; one statement an effect, for a storm's sake."""
    DeliveryEvent.objects.bulk_update([event for event in settled if event.delivery_id], ["delivery"])
    by_effect: dict[str, list[int]] = {}
    for event in settled:
        effect = event.effect or (Effect.NOTHING if event.delivery_id else Effect.UNKNOWN)
        by_effect.setdefault(effect, []).append(event.pk)
    for effect, keys in by_effect.items():
        DeliveryEvent.objects.filter(many.among(DeliveryEvent, "id", keys)).update(processed_at=now, effect=effect)


def _must_wait(event: DeliveryEvent, row: Delivery | None, now: datetime) -> bool:
    """A report may be quicker than our own result: the row, or the provider's name for it, is not written yet."""
    if now - event.received_at > PATIENCE:
        return False
    return row.is_unsettled if row else event.delivery_key is None


def _settle_doubts(keys: list[int]) -> None:
    """Who reports on an uncertain message took it: nobody need decide any more, and it is not sent again."""
    doubtful = Delivery.objects.filter(among(keys), state=State.UNCERTAIN)
    mine, words = list(doubtful.values_list("pk", flat=True)), "the provider reports that it took it"
    if mine:
        Attempt.objects.bulk_create(
            Attempt(delivery_id=pk, outcome=Attempt.Outcome.SETTLED, reply=words) for pk in mine
        )
        doubtful.filter(pk__in=mine).forget_secrets()
        doubtful.filter(pk__in=mine).update(
            state=State.ACCEPTED, accepted_at=timezone.now(), owner="", lease_until=None, reply=words
        )


def _apply(events: list[DeliveryEvent], target: str | None) -> None:
    """Move the rows on; those with words one by one, delivered ones together."""
    if target is None or not events:
        return
    if target == State.DELIVERED:
        _deliver(events)
        return
    for event in events:
        words = f"{event.provider}: {event.description or event.get_type_display()}"
        row = Delivery.objects.filter(pk=event.delivery_id or 0, state__in=sources(target))
        moved = row.update(state=target, reply=words)
        event.effect = Effect.CHANGED if moved else ""
    changed = [event.delivery_id or 0 for event in events if event.effect == Effect.CHANGED]
    if changed and target in Delivery.CAME_BACK:
        facts.of_deliveries(Fact.DELIVERY_BOUNCED, Delivery.objects.filter(pk__in=changed).order_by("pk"), target)


def _deliver(events: list[DeliveryEvent]) -> None:
    open_rows = Delivery.objects.filter(
        among(event.delivery_id for event in events if event.delivery_id), state__in=sources(State.DELIVERED)
    )
    moving = set(open_rows.values_list("pk", flat=True))
    open_rows.filter(among(moving)).update(state=State.DELIVERED)
    for event in events:
        event.effect = Effect.CHANGED if event.delivery_id in moving else ""


def _suppress(events: list[DeliveryEvent], rows: dict[int, Delivery]) -> None:
    """No more invitations: to who complained or left, and where the receiving server says that nobody is (5.1.x).

    A full mailbox (5.2.2) or a quarrel with us (5.7.x) is not the recipient's fault. Who left did so by their own word,
    and may take it back under preferences.
    """
    found = []
    for event in events:
        row = rows.get(event.delivery_id or 0)
        reason = (
            "complained" if event.type == Type.COMPLAINED
            else "unsubscribed" if event.type == Type.UNSUBSCRIBED
            else "unknown mailbox" if event.is_address_unknown
            else ""
        )  # fmt: skip
        if row and reason:
            by = Author.PERSON if event.type == Type.UNSUBSCRIBED else Author.PORTAL
            found.append(Suppression(address_hash=hash_address(row.address), reason=reason, by=by))
    Suppression.objects.bulk_create(found, ignore_conflicts=True)
