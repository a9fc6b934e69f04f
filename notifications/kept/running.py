"""One run of the purge over all rooms: step by step, each batch a transaction of its own.

Kill it where you like: what a finished batch did stays, an unfinished one is rolled back, and the next run finds what is
left by asking the rows again. The open row of `PurgeRun` is the lock; each batch renews it by a compare-and-set first, so
that a run which was taken for dead stops at its next batch instead of working beside another one.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from notifications.models import PurgeRun
from organisations.kept import Numbers, Step
from organisations.models import User

logger = logging.getLogger(__name__)
Outcome = PurgeRun.Outcome


class AlreadyRunning(Exception):
    """Another run goes on."""

    def __init__(self, run: PurgeRun | None) -> None:
        super().__init__("a purge is running")
        self.run = run


class TakenOver(Exception):
    """This run was silent for too long: another one has begun."""


def run(steps: Sequence[Step], *, now: datetime, by: User | None = None) -> PurgeRun:
    """All steps. `now`: what is due then leaves. Raises AlreadyRunning, TakenOver, and whatever a step raises.

    What a step raises ends the run as broken off; the steps before it stay done.
    """
    this = _begin(now, by)
    numbers: Counter[str] = Counter()
    try:
        for step in steps:
            _run_step(this, step, now, numbers)
    except TakenOver:
        raise
    except Exception:
        _end(this, Outcome.BROKEN)
        raise
    return _end(this, Outcome.WHOLE)


# -- inside ------------------------------------------------------------------------------------------------------------


def _begin(now: datetime, by: User | None) -> PurgeRun:
    clock = timezone.now()
    silent = PurgeRun.objects.filter(outcome=Outcome.RUNNING, alive_at__lt=clock - PurgeRun.LONGEST_SILENCE)
    silent.update(outcome=Outcome.LEFT, ended_at=clock)
    try:
        with transaction.atomic():
            return PurgeRun.objects.create(began_at=now, alive_at=clock, by=by)
    except IntegrityError:
        raise AlreadyRunning(PurgeRun.objects.filter(outcome=Outcome.RUNNING).first()) from None


def _run_step(this: PurgeRun, step: Step, now: datetime, numbers: Counter[str]) -> None:
    batches = step.run(now)
    is_going_on = True
    while is_going_on:
        with transaction.atomic():
            _renew(this, step.key)
            batch: Numbers | None = next(batches, None)
            if batch is not None:
                found = numbers + Counter(batch)
                PurgeRun.objects.filter(pk=this.pk).update(numbers=dict(found))
        is_going_on = batch is not None
        numbers.update(batch or {})


def _renew(this: PurgeRun, step: str) -> None:
    """Its sign of life. The row stays locked until the batch is committed: nobody takes over meanwhile."""
    mine = PurgeRun.objects.filter(pk=this.pk, outcome=Outcome.RUNNING)
    if not mine.update(alive_at=timezone.now(), step=step):
        raise TakenOver


def _end(this: PurgeRun, outcome: str) -> PurgeRun:
    changes = {"outcome": outcome, "ended_at": timezone.now(), **({"step": ""} if outcome == Outcome.WHOLE else {})}
    if not PurgeRun.objects.filter(pk=this.pk, outcome=Outcome.RUNNING).update(**changes):
        raise TakenOver
    this.refresh_from_db()
    return this
