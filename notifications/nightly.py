"""Once a night what has served its time is deleted, and everything that must hold is looked at.

By whatever clock goes round, Celery's or `pump --loop`.

It stands here and not in portal because here is the clock, and from here one may look down on all rooms that have
something to keep true (docs/decisions/0015).
"""

import logging
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.utils import timezone

from agreements import invariants as of_agreements
from events import invariants as of_events
from notifications import invariants as of_messages
from notifications import retention
from notifications.kept.running import AlreadyRunning
from notifications.models import NightlyCheck
from organisations.zone import ROME

logger = logging.getLogger(__name__)
FROM, TO = time(3), time(5)
#: A look that has not come to its end by then died with its worker: another one begins it again.
LONGEST = timedelta(minutes=30)


def broken() -> Iterator[str]:
    """One sentence for each thing that does not hold, over all rooms."""
    yield from of_events.broken()
    yield from of_agreements.broken()
    yield from of_messages.broken()


def run_if_due(now: datetime) -> NightlyCheck | None:
    """Between 03:00 and 05:00 in Rome, once a date whatever number of clocks asks; None if it was not our turn."""
    local = now.astimezone(ROME)
    if not FROM <= local.time() < TO:
        return None
    check = _taken(now)
    return _run(check) if check else None


def _taken(now: datetime) -> NightlyCheck | None:
    """The night's row for the one who takes it: who inserts it, or who finds it left behind (compare-and-set)."""
    on = now.astimezone(ROME).date()
    check, is_ours = NightlyCheck.objects.get_or_create(on=on, defaults={"began_at": now})
    if not is_ours:
        left = NightlyCheck.objects.filter(pk=check.pk, ended_at__isnull=True, began_at__lt=now - LONGEST)
        is_ours = bool(left.update(began_at=now))
        check.began_at = now
    return check if is_ours else None


def _twice() -> list[str]:
    """What does not hold at two looks: the first may catch a change between two of its statements."""
    found = list(broken())
    again = set(broken()) if found else set()
    return [sentence for sentence in found if sentence in again]


def _purged(now: datetime) -> Iterator[str]:
    """The night's purge; a sentence where it did not come to its end. What holds is looked at all the same."""
    try:
        retention.purge(now)
    except AlreadyRunning:
        logger.warning("a purge is running already")
    except Exception as error:
        logger.exception("the purge broke off")
        yield f"the purge broke off: {type(error).__name__}"


def _run(check: NightlyCheck) -> NightlyCheck:
    try:
        purged = list(_purged(check.began_at))
        found = [*purged, *_twice()]
    except Exception as error:  # a check that cannot be made must not stop the clock, which also sends all mail
        logger.exception("the nightly check broke off")
        found = [f"the check itself broke off: {type(error).__name__}"]
    check.broken, check.ended_at = found, timezone.now()
    NightlyCheck.objects.filter(pk=check.pk, began_at=check.began_at).update(broken=found, ended_at=check.ended_at)
    if found:
        logger.error("%d things do not hold: see the outbox page", len(found))
    return check
