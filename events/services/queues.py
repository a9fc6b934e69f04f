"""The rows of the waiting lists: entered and ended only here, with the event locked."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from events import signals
from events.log.recording import both, record
from events.models import Attendee, Event, Registration, Session, WaitingEntry, WaitingPerson

State = WaitingEntry.State
Person = WaitingPerson.State


def enter(
    registration: Registration,
    event: Event,
    session: Session | None,
    people: Sequence[Attendee],
    takes: str,
    now: datetime,
) -> WaitingEntry:
    """Put people of one registration at the end of a queue, as one group. Announces waiting_joined."""
    entry = WaitingEntry.objects.create(
        event=event, session=session, registration=registration, takes=takes, created_at=now
    )
    WaitingPerson.objects.bulk_create(WaitingPerson(entry=entry, attendee=one, session=session) for one in people)
    title = both(session or event)
    record(event, "waiting.joined", registration=registration, subject=entry.pk, count=len(people), title=title)
    signals.waiting_joined.send(sender=WaitingEntry, entry=entry)
    return entry


def stop_waiting(people: "QuerySet[WaitingPerson]", now: datetime, *, state: str = Person.LEFT) -> None:
    """These people wait no longer; an entry in which nobody waits ends.

    As one that got its places where somebody of it got one, else as one that left.
    """
    waiting = list(people.filter(state=Person.WAITING).values_list("pk", "entry"))
    if not waiting:
        return
    WaitingPerson.objects.filter(pk__in=[pk for pk, _entry in waiting]).update(state=state)
    of_entry = WaitingPerson.objects.filter(entry=OuterRef("pk"))
    ended = WaitingEntry.objects.filter(pk__in={entry for _pk, entry in waiting}, state=State.WAITING)
    ended = ended.exclude(Exists(of_entry.filter(state=Person.WAITING)))
    got_one = Exists(of_entry.filter(state=Person.PROMOTED))
    keys = list(ended.filter(got_one).values_list("pk", flat=True))
    ended.exclude(pk__in=keys).update(state=State.LEFT, ended_at=now)
    WaitingEntry.objects.filter(pk__in=keys).update(state=State.PROMOTED, ended_at=now)
