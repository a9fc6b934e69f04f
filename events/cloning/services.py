"""The one service that copies an event."""

from datetime import datetime

from django.db import IntegrityError, transaction

from events.cloning.parts import DATES, DEADLINES, EVENT, PARTS, Copying, twin_of
from events.cloning.shifting import Shift
from events.log.recording import record
from events.models import Event
from events.services.locking import lock
from organisations.models import User


class AddressTaken(Exception):
    """Another event has this address."""


@transaction.atomic
def clone_event(*, event: Event, by: User, starts_at: datetime, slug: str) -> Event:
    """A draft with all that is the same the next time, at dates moved by the clock on the wall, whatever became of this one.

    What would act by itself rests in it until an organiser switches it on (`parts.resting`). The same once more (a
    double click: same event, start and address) gives the first copy. Raises AddressTaken.
    """
    source = lock(event)
    earlier = Event.objects.filter(slug=slug).first()
    if earlier:
        if earlier.cloned_from_id == source.pk and earlier.starts_at == starts_at:
            return earlier
        raise AddressTaken
    clone = _twin(source, Shift(source.starts_at, starts_at), slug)
    try:
        with transaction.atomic():
            clone.save()
    except IntegrityError as error:  # somebody else has just taken it
        raise AddressTaken from error
    record(source, "event.copied", by=by, slug=slug)
    record(clone, "event.made_from", by=by, slug=source.slug)
    copying = Copying(source, clone, Shift(source.starts_at, starts_at), by)
    for part in PARTS:
        part.copy(copying)
    return clone


def moved_dates(event: Event, starts_at: datetime) -> dict[str, datetime]:
    """The event's dates as the copy will have them, by the name of the field; those that it has."""
    shift = Shift(event.starts_at, starts_at)
    around = dict(zip(DATES, shift.around(event.starts_at, event.ends_at), strict=True))
    found = ((name, getattr(event, name)) for name in DEADLINES)
    return around | {name: shift.deadline(moment) for name, moment in found if moment}


def _twin(source: Event, shift: Shift, slug: str) -> Event:
    return twin_of(source, EVENT, slug=slug, cloned_from=source, **moved_dates(source, shift.new))
