"""Taking rows, trying them again, giving them up. Every change is a compare-and-set on (state, owner)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F
from django.db.models.functions import Now

from notifications.models.posting import Posted

WAITING, SENDING, DELIVERED, FAILED = "waiting", "sending", "delivered", "failed"
#: Waits after each failure, about three days in all; after the last one a row is given up, and a person may send it again.
LADDER = [
    timedelta(seconds=10), *(timedelta(minutes=m) for m in (1, 5, 30, 120)), *(timedelta(hours=h) for h in (5, 10, 14, 20, 24)),
]  # fmt: skip
#: Longer than the longest exchange with several messages before it (webhooks.worker.IN_HAND).
LEASE = timedelta(minutes=5)
#: What the ledger says of an attempt whose end nobody saw.
DIED = "the worker died while handing over"


def claim(due: models.QuerySet[Any], owner: str, most: int) -> list[Any]:
    """Take up to so many due rows. Two workers never get the same one: whoever comes second changes nothing."""
    model = due.model
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        keys = list(due.order_by("not_before", "pk").values_list("pk", flat=True)[:most])
        if not keys:
            return []
        waiting = model._default_manager.filter(pk__in=keys, state=WAITING)
        waiting.update(state=SENDING, owner=owner, lease_until=Now() + LEASE, attempts=F("attempts") + 1)
    return list(model._default_manager.filter(pk__in=keys, state=SENDING, owner=owner).order_by("not_before", "pk"))


def put(row: Posted, owner: str, **values: Any) -> bool:
    """Write down what came of a row that is still ours; False if its lease was over and somebody else has it."""
    held = type(row)._default_manager.filter(pk=row.pk, state=SENDING, owner=owner)
    return bool(held.update(**{"owner": "", "lease_until": None, **values}))


def release(row: Posted, owner: str) -> bool:
    """Give a row back that was taken and not tried."""
    return put(row, owner, state=WAITING, attempts=F("attempts") - 1)


def recover(model: type[Posted], values: Callable[[Any], dict[str, Any]]) -> list[Any]:
    """Rows of workers that died, by the database's clock; each becomes what `values` says of it. Those that were changed."""
    left = model._default_manager.filter(state=SENDING, lease_until__lt=Now())
    return [row for row in left if left.filter(pk=row.pk).update(**{"owner": "", "lease_until": None, **values(row)})]


def failed(attempts: int, now: datetime, *, wait: int = 0) -> dict[str, Any]:
    """The values of a row whose last attempt failed: later, or given up. `wait`: seconds the other side asked for."""
    if attempts > len(LADDER):
        return {"state": FAILED}
    return {"state": WAITING, "not_before": now + max(LADDER[attempts - 1], timedelta(seconds=wait))}
