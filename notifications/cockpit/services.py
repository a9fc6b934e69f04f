"""What a person may change about a lane: its limits, and whether it waits for its pause to end.

Holding, releasing and settling by log stand in `sending/station.py`; decisions about messages in `services.py`.
"""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone

from notifications import outbox
from notifications.models import OutboxAct, Throttle
from organisations.models import User


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may go; None: no limit. Messages a minute, messages a day, connections at once."""

    base_rate: float | None = None
    daily_cap: int | None = None
    connections: int | None = None


class NothingToEnd(Exception):
    """There is no pause here."""


@transaction.atomic
def set_limits(*, lane: str, group: str, limits: Limits, by: User) -> Throttle:
    """Limits of a lane, or of one mail house in it. A rate slowed by complaints is the new one again."""
    throttle = _lock(lane, group)
    before = Limits(throttle.base_rate, throttle.daily_cap, throttle.connections)
    if before == limits:
        return throttle
    throttle.base_rate, throttle.daily_cap, throttle.connections = (
        limits.base_rate, limits.daily_cap, limits.connections,
    )  # fmt: skip
    throttle.rate, throttle.changed_at = limits.base_rate, timezone.now()
    throttle.save(update_fields=["base_rate", "daily_cap", "connections", "rate", "changed_at"])
    OutboxAct.note(
        OutboxAct.Verb.LIMITED, by=by, lane=lane, group=group, before=asdict(before), after=asdict(limits)
    )  # fmt: skip
    transaction.on_commit(lambda: outbox.wake(), robust=True)
    return throttle


@transaction.atomic
def try_now(*, lane: str, group: str, by: User) -> Throttle:
    """End a pause now. The ladder stays where it is: if it goes wrong again, the next pause is longer.

    Raises NothingToEnd.
    """
    throttle = Throttle.objects.select_for_update().filter(lane=lane, domain_group=group).first()
    if throttle is None or not (throttle.is_paused(timezone.now()) or throttle.is_broken):
        raise NothingToEnd
    throttle.paused_until, throttle.is_broken = None, False
    throttle.save(update_fields=["paused_until", "is_broken"])
    OutboxAct.note(OutboxAct.Verb.TRIED_NOW, by=by, lane=lane, group=group, reason=throttle.reason)
    transaction.on_commit(lambda: outbox.wake(), robust=True)
    return throttle


def _lock(lane: str, group: str) -> Throttle:
    return Throttle.objects.select_for_update().get_or_create(lane=lane, domain_group=group)[0]
