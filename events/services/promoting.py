"""Free places go to those who wait: decided by `events.promotion`, carried out and put on record here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from events import agenda as agendas
from events import signals
from events.agenda import Agenda
from events.log.recording import Actor, both, record
from events.models import Attendee, Event, PromotionRun, Session, SessionPlace, WaitingEntry, WaitingPerson
from events.promotion import Decision, Entry, promote
from events.services import queues
from events.services.places import release_seats, stand, take_up

State = WaitingEntry.State
Person = WaitingPerson.State


def advance(event: Event, now: datetime) -> None:
    """Give what is free to those who wait, until nothing changes. Expects the event locked.

    Announces waiting_promoted once for each entry that got something.
    """
    if not event.is_upcoming(now):
        return
    waited_for = set(event.waiting_entries.filter(state=State.WAITING).order_by().values_list("session", flat=True))
    if None in waited_for:
        _run(_Queue(event, None, event.starts_at), event.capacity - event.attendees.seated().count(), now)
    sessions = waited_for - {None}
    if not sessions:
        return
    agenda = agendas.current(event)
    moved = True
    while moved:  # who gets a place gives an overlapping one back, for which another may wait; each turn ends a wait
        moved = False
        for session, free in _sessions(event, sessions):
            item = agenda.item(session.key)
            if item:
                moved = _run(_Queue(event, session, item.starts_at, agenda), free, now) or moved


def decisions(event: Event, now: datetime) -> dict[int | None, list[tuple[WaitingEntry, Decision]]]:
    """Every queue in its order, each entry with why it stands where it stands; the event's own under None.

    Six queries however long they are.
    """
    entries = event.waiting_entries.waiting().select_related("registration", "session")
    found: dict[int | None, list[WaitingEntry]] = {}
    for entry in entries.prefetch_related("people__attendee"):
        found.setdefault(entry.session_id, []).append(entry)
    if not found:
        return {}
    free: dict[int | None, int] = {session.pk: left for session, left in _sessions(event, found)}
    free[None] = event.capacity - event.attendees.seated().count()
    agenda = agendas.current(event)
    return {
        session: list(zip(queue, promote(max(free[session], 0), _plain(queue, event, agenda), now), strict=True))
        for session, queue in found.items()
    }


def clashing(agenda: Agenda | None, session: Session) -> list[UUID]:
    """Keys of the items at which nobody can be who is at this one, by the agenda that the public reads."""
    wanted = agenda.item(session.key) if agenda else None
    if agenda is None or wanted is None:
        return []
    return [
        item.key for item in agenda
        if item.key != wanted.key and not item.is_cancelled and item.places and item.overlaps(wanted)
    ]  # fmt: skip


# -- inside ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Queue:
    """One queue of an event. `starts_at`: nobody is promoted from that instant on; `agenda` only for an item's."""

    event: Event
    session: Session | None
    starts_at: datetime
    agenda: Agenda | None = None


def _sessions(event: Event, keys: Iterable[int | None]) -> list[tuple[Session, int]]:
    """Items with how many of their places are free. One query."""
    held = Count("seats", filter=Q(seats__state=SessionPlace.State.HELD))
    sessions = event.sessions.filter(pk__in=[key for key in keys if key]).annotate(held=held).order_by("pk")
    return [(session, (session.open_places or 0) - vars(session)["held"]) for session in sessions]


def _plain(entries: Sequence[WaitingEntry], event: Event, agenda: Agenda | None) -> list[Entry]:
    """Values for the pure function. Expects people prefetched."""
    found = []
    for entry in entries:
        item = agenda.item(entry.session.key) if entry.session and agenda else None
        found.append(
            Entry(
                pk=entry.pk,
                priority=entry.priority,
                created_at=entry.created_at,
                people=sum(person.state == Person.WAITING for person in entry.people.all()),
                takes_any=entry.takes == WaitingEntry.Takes.ANY,
                starts_at=item.starts_at if item else event.starts_at,
            )
        )
    return found


def _run(queue: _Queue, free: int, now: datetime) -> bool:
    """One queue once; whether anybody got a place. Only then the trace is stored."""
    if free <= 0 or now >= queue.starts_at:
        return False
    entries = (
        queue.event.waiting_entries.waiting().filter(session=queue.session).select_related("registration", "session")
    )
    by_pk: Mapping[int, WaitingEntry] = {one.pk: one for one in entries.prefetch_related("people")}
    made = promote(free, _plain(list(by_pk.values()), queue.event, queue.agenda), now)
    if not any(decision.given for decision in made):
        return False
    trace = [{**asdict(one), "reference": by_pk[one.entry].registration.reference} for one in made]
    PromotionRun.objects.create(event=queue.event, session=queue.session, ran_at=now, free=free, decisions=trace)
    for decision in made:
        if decision.given:
            _give(queue, by_pk[decision.entry], decision.given, now)
    return True


def _give(queue: _Queue, entry: WaitingEntry, given: int, now: datetime) -> None:
    waiting = entry.people.filter(state=Person.WAITING).select_related("attendee").order_by("pk")[:given]
    attendees = [person.attendee for person in waiting]
    registration = entry.registration
    registration.refresh_from_db()  # another entry of it may have been served in this very run
    before = registration.recipients()
    if queue.session:
        _seat(queue, queue.session, attendees, now)
    else:
        take_up(attendees, queue.event)
        stand(registration)
        registration.revision += 1
        registration.save(update_fields=["state", "revision"])
    queues.stop_waiting(entry.people.filter(attendee__in=attendees), now, state=Person.PROMOTED)
    after = registration.recipients()
    joined = {address: name for address, name in after.items() if address not in before}
    record(
        queue.event, "waiting.promoted", actor=Actor.PORTAL, registration=registration, subject=entry.pk,
        count=len(attendees), title=both(queue.session or queue.event),
    )  # fmt: skip
    signals.waiting_promoted.send(sender=WaitingEntry, entry=entry, people=attendees, joined=joined)


def _seat(queue: _Queue, session: Session, attendees: Sequence[Attendee], now: datetime) -> None:
    """Places of the item; what each held at the same time goes after the new place is held, and no such place is waited
    for any more.
    """
    taken = session.seats.numbers()
    free = (number for number in range(1, (session.open_places or 0) + 1) if number not in taken)
    for attendee in attendees:
        SessionPlace.objects.create(session=session, attendee=attendee, number=next(free), created_at=now)
        clash = clashing(queue.agenda, session)
        release_seats(SessionPlace.objects.filter(attendee=attendee, session__key__in=clash), now)
        queues.stop_waiting(WaitingPerson.objects.filter(attendee=attendee, session__key__in=clash), now)
