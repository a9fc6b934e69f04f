"""Publishing an event's figures, and withdrawing them."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events.figures import people, telling
from events.figures.models import FiguresEdition, FiguresWithdrawal
from events.figures.telling import TooFew
from events.log.recording import record
from events.models import Event
from events.services.locking import lock
from organisations.models import User
from organisations.suppression import threshold

__all__ = ["GivesAway", "NotOver", "NotPublished", "TooFew", "publish", "standing", "withdraw"]


class NotOver(Exception):
    """The event goes on, lies before us or does not take place: its figures would still change, person by person."""


class GivesAway(Exception):
    """Together with an edition before, withdrawn or not, these figures would let people be found. `places`: where."""

    def __init__(self, edition: int, places: list[tuple[str, ...]]) -> None:
        super().__init__(edition)
        self.edition, self.places = edition, places


class NotPublished(Exception):
    """Nothing is published that could be withdrawn."""


def standing(event: Event) -> FiguresEdition | None:
    """The edition that everybody reads: the last one, unless it was withdrawn. One query."""
    last = event.figures_editions.select_related("withdrawal").order_by("-edition").first()
    return None if last is None or hasattr(last, "withdrawal") else last


@transaction.atomic
def publish(*, event: Event, by: User, now: datetime | None = None) -> FiguresEdition:
    """Freeze the figures of an event that is over and let everybody read them; the same twice is one edition.

    Raises NotOver, TooFew, GivesAway.
    """
    now = now or timezone.now()
    event = lock(event)
    if not may_publish(event, now):
        raise NotOver
    content = telling.told(people.guests(people.of_event(event)), smallest=threshold())
    editions = list(event.figures_editions.select_related("withdrawal").order_by("edition"))
    for earlier in editions:
        if places := telling.objections(earlier.content, content):
            raise GivesAway(earlier.edition, places)
    if editions and not hasattr(editions[-1], "withdrawal") and editions[-1].content == content:
        return editions[-1]
    edition = FiguresEdition.objects.create(
        event=event, edition=len(editions) + 1, content=content, published_at=now, published_by=by
    )
    record(event, "figures.published", by=by, edition=edition.edition)
    return edition


@transaction.atomic
def withdraw(*, event: Event, reason: str, by: User, now: datetime | None = None) -> FiguresWithdrawal:
    """Let nobody read the published figures any more; the edition itself stays. Raises NotPublished."""
    event = lock(event)
    edition = standing(event)
    if edition is None:
        raise NotPublished
    withdrawal = FiguresWithdrawal.objects.create(edition=edition, reason=reason, at=now or timezone.now(), by=by)
    record(event, "figures.withdrawn", by=by, edition=edition.edition, reason=reason)
    return withdrawal


def may_publish(event: Event, now: datetime) -> bool:
    """Whether it took place and is over."""
    return event.is_over(now) and event.state in (Event.State.PUBLISHED, Event.State.HELD)
