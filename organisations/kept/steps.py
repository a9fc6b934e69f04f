"""A purge is made of steps, each of bounded batches: whoever runs them makes every batch a transaction of its own."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

#: Rows of one transaction.
BATCH = 100
#: Key of a class of data -> how many rows.
Numbers = dict[str, int]
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the purge. `run` gives the numbers of one batch each time it is asked; what is gone is not found again.

    That is why a step may be killed at any moment, begun anew and run twice: it asks the rows, it remembers nothing.
    """

    key: str
    due: Callable[[datetime], Numbers]
    run: Callable[[datetime], Iterator[Numbers]]

    def run_whole(self, now: datetime) -> Numbers:
        """All batches, in the caller's transaction if there is one."""
        numbers: Counter[str] = Counter(dict.fromkeys(self.due(now), 0))
        for batch in self.run(now):
            numbers.update(batch)
        return dict(numbers)


def in_batches(rows: QuerySet[M], size: int = BATCH) -> Iterator[Sequence[M]]:
    """The rows in the order of their keys, never one twice: asked anew for each batch, after the last key."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:size]):
        last = batch[-1].pk
        yield batch


def simple(key: str, rows: Callable[[datetime], QuerySet[M]], go: Callable[[QuerySet[M]], object]) -> Step:
    """A step of which each batch is one statement: `go` is given the rows of the batch."""

    def run(now: datetime) -> Iterator[Numbers]:
        for batch in in_batches(rows(now).only("pk")):
            found = rows(now).filter(pk__in=[row.pk for row in batch])
            number = found.count()
            go(found)
            yield {key: number}

    return Step(key, lambda now: {key: rows(now).count()}, run)
