"""The waiting lists: joined, left, promoted from, only here and with the event locked."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from events import signals
from events.agenda import current
from events.models import (
    Attendee,
    Event,
    PromotionRun,
    Registration,
    Session,
    SessionPlace,
    WaitingEntry,
    WaitingPerson,
)
from events.promotion import Decision, Entry, promote
from events.services.locking import lock
from events.services.refusals import NotToBeChosen, RegistrationClosed, WrongState
from organisations.models import User

State = WaitingEntry.State
Person = WaitingPerson.State


def queue_registration(
    registration: Registration, event: Event, people: Sequence[Attendee], takes: str, now: datetime
) -> WaitingEntry:
    """Put a registration's people, stored as waiting, on the event's list. Expects the event locked.

    Announces waiting_joined, and waiting_promoted for whoever fits at once.
    """
    entry = _enter(registration, event, None, people, takes, now)
    advance(event, now)
    return entry


@transaction.atomic
def join_session(
    *, attendees: Sequence[Attendee], session: Session, takes: str = "any", now: datetime | None = None
) -> WaitingEntry:
    """Let people of one registration wait for a place in the item; what they hold they keep. Twice changes nothing.

    Raises RegistrationClosed, NotToBeChosen. Announces waiting_joined.
    """
    now = now or timezone.now()
    event = lock(session.event)
    session = Session.objects.select_for_update().get(pk=session.pk)
    item = current(event).item(session.key)
    if item is None or item.is_cancelled or not session.places:
        raise NotToBeChosen
    if not event.is_upcoming(now) or item.starts_at <= now:
        raise RegistrationClosed
    pks = [attendee.pk for attendee in attendees]
    people = list(Attendee.objects.filter(pk__in=pks, event=event).seated().select_related("registration"))
    if not people or len({person.registration_id for person in people}) != 1:
        raise RegistrationClosed
    waits = WaitingPerson.objects.filter(session=session, attendee__in=people, state=Person.WAITING)
    earlier = waits.select_related("entry").first()
    if earlier:
        return earlier.entry
    people = [person for person in people if not person.seats.held().filter(session=session).exists()]
    if not people:
        raise NotToBeChosen
    entry = _enter(people[0].registration, event, session, people, takes, now)
    advance(event, now)
    return entry


@transaction.atomic
def leave(*, entry: WaitingEntry, now: datetime | None = None) -> WaitingEntry:
    """Stop waiting, or decline what was given; the next in the queue is promoted at once. Twice changes nothing.

    Raises RegistrationClosed. Announces waiting_left.
    """
    now = now or timezone.now()
    event = lock(entry.event)
    entry = WaitingEntry.objects.select_for_update().select_related("registration", "session").get(pk=entry.pk)
    given = entry.people.filter(state=Person.PROMOTED)
    if entry.state not in {State.WAITING, State.PROMOTED}:
        return entry
    if not event.is_upcoming(now):
        raise RegistrationClosed
    _end(entry, State.DECLINED if given.exists() else State.LEFT, now)
    people = list(entry.people.exclude(state=Person.LEFT).values_list("attendee", flat=True))
    entry.people.update(state=Person.LEFT)
    left = entry.registration.recipients()
    if entry.session_id:
        SessionPlace.objects.filter(session=entry.session_id, attendee__in=people).held().update(
            state=SessionPlace.State.RELEASED, number=None, released_at=now
        )
    else:
        _withdraw(entry.registration, people, now)
    after = entry.registration.recipients()
    gone = {address: name for address, name in left.items() if address not in after}
    signals.waiting_left.send(sender=WaitingEntry, entry=entry, left=gone)
    advance(event, now)
    return entry


@transaction.atomic
def move_to_front(*, entry: WaitingEntry, reason: str, by: User) -> WaitingEntry:
    """Put an entry before all others of its queue, with the reason on record. Raises WrongState."""
    event = lock(entry.event)
    entry = WaitingEntry.objects.select_for_update().get(pk=entry.pk)
    if entry.state != State.WAITING or not reason.strip():
        raise WrongState
    first = event.waiting_entries.waiting().filter(session=entry.session_id).first()
    entry.priority = min(first.priority if first else 0, 0) - 1
    entry.priority_reason = reason
    entry.save(update_fields=["priority", "priority_reason"])
    advance(event, timezone.now())
    return entry


@transaction.atomic
def advance_due(*, now: datetime | None = None) -> int:
    """The clock's net under the promotions that happen where a place is freed: all queues; how many runs changed one.

    Entries of what has begun, or will not be, expire.
    """
    now = now or timezone.now()
    before = PromotionRun.objects.count()
    pks = set(WaitingEntry.objects.filter(state=State.WAITING).order_by().values_list("event", flat=True))
    for pk in sorted(pks):
        event = Event.objects.select_for_update().get(pk=pk)
        advance(event, now)
        for entry in event.waiting_entries.waiting().select_related("session"):
            starts_at = entry.session.starts_at if entry.session else event.starts_at
            if not event.is_upcoming(now) or starts_at <= now:
                _end(entry, State.EXPIRED, now)
                entry.people.filter(state=Person.WAITING).update(state=Person.LEFT)
    return PromotionRun.objects.count() - before


def advance(event: Event, now: datetime) -> None:
    """Give what is free to those who wait, until nothing changes. Expects the event locked.

    Announces waiting_promoted once an entry and run.
    """
    if not event.is_upcoming(now) or not event.waiting_entries.filter(state=State.WAITING).exists():
        return
    _run(event, None, event.capacity - event.attendees.seated().count(), now)
    changed = True
    while changed:  # a promotion gives an overlapping place back, which may be what another waits for
        waiting = event.sessions.filter(waiting_entries__state=State.WAITING, cancelled_at__isnull=True)
        changed = False
        for session in waiting.distinct().order_by("pk"):
            free = (session.places or 0) - session.seats.held().count()
            changed = _run(event, session, free, now) or changed


def end_waits_of(people: "QuerySet[WaitingPerson]", now: datetime) -> None:
    """These people wait no longer; an entry in which nobody waits ends. Expects the event locked."""
    waiting = people.filter(state=Person.WAITING)
    entries = set(waiting.values_list("entry", flat=True))
    waiting.update(state=Person.LEFT)
    for entry in WaitingEntry.objects.filter(pk__in=entries, state=State.WAITING):
        if not entry.people.filter(state=Person.WAITING).exists():
            _end(entry, State.LEFT, now)


def queues(event: Event, now: datetime) -> dict[int | None, list[tuple[WaitingEntry, Decision]]]:
    """Every queue in its order, each entry with why it stands where it stands; the event's own under None.

    Five queries however long they are.
    """
    held = Count("seats", filter=Q(seats__state=SessionPlace.State.HELD))
    free: dict[int | None, int] = {one.pk: (one.places or 0) - one.held for one in event.sessions.annotate(held=held)}
    free[None] = event.capacity - event.attendees.seated().count()
    entries = event.waiting_entries.waiting().select_related("registration", "session")
    found: dict[int | None, list[WaitingEntry]] = {}
    for entry in entries.prefetch_related("people__attendee"):
        found.setdefault(entry.session_id, []).append(entry)
    return {
        session: list(
            zip(queue, promote(max(free[session], 0), (_plain(one, event) for one in queue), now), strict=True)
        )
        for session, queue in found.items()
    }


# -- inside ---------------------------------------------------------------------------------------------------------


def _enter(
    registration: Registration,
    event: Event,
    session: Session | None,
    people: Iterable[Attendee],
    takes: str,
    now: datetime,
) -> WaitingEntry:
    entry = WaitingEntry.objects.create(
        event=event, session=session, registration=registration, takes=WaitingEntry.Takes(takes), created_at=now
    )
    WaitingPerson.objects.bulk_create(WaitingPerson(entry=entry, attendee=one, session=session) for one in people)
    signals.waiting_joined.send(sender=WaitingEntry, entry=entry)
    return entry


def _plain(entry: WaitingEntry, event: Event) -> Entry:
    people = sum(person.state == Person.WAITING for person in entry.people.all())
    starts_at = entry.session.starts_at if entry.session else event.starts_at
    takes_any = entry.takes == WaitingEntry.Takes.ANY
    return Entry(entry.pk, entry.priority, entry.created_at, people, takes_any, starts_at)


def _run(event: Event, session: Session | None, free: int, now: datetime) -> bool:
    """One queue once; whether anybody got a place. Only then the trace is stored."""
    if free <= 0:
        return False
    entries = event.waiting_entries.waiting().filter(session=session)
    by_pk = {one.pk: one for one in entries.select_related("registration", "session").prefetch_related("people")}
    decisions = promote(free, (_plain(entry, event) for entry in by_pk.values()), now)
    if not any(decision.given for decision in decisions):
        return False
    trace = [{**asdict(one), "reference": by_pk[one.entry].registration.reference} for one in decisions]
    PromotionRun.objects.create(event=event, session=session, ran_at=now, free=free, decisions=trace)
    for decision in decisions:
        if decision.given:
            _give(event, by_pk[decision.entry], decision, now)
    return True


def _give(event: Event, entry: WaitingEntry, decision: Decision, now: datetime) -> None:
    people = list(entry.people.filter(state=Person.WAITING).select_related("attendee").order_by("pk"))
    people = people[: decision.given]
    attendees = [person.attendee for person in people]
    before = entry.registration.recipients()
    if entry.session:
        _seat(event, entry.session, attendees, now)
    else:
        _confirm(event, entry.registration, attendees)
    WaitingPerson.objects.filter(pk__in=[person.pk for person in people]).update(state=Person.PROMOTED)
    if decision.given == decision.asked:
        _end(entry, State.PROMOTED, now)
    after = entry.registration.recipients()
    joined = {address: name for address, name in after.items() if address not in before}
    signals.waiting_promoted.send(sender=WaitingEntry, entry=entry, given=decision.given, joined=joined)


def _confirm(event: Event, registration: Registration, attendees: Sequence[Attendee]) -> None:
    """Places of the event, for good. A waiting registration becomes confirmed with its first."""
    taken = event.attendees.place_numbers()
    free = (number for number in range(1, event.capacity + 1) if number not in taken)
    seat, state = Attendee.State.CONFIRMED, Registration.State.CONFIRMED
    for attendee in attendees:
        attendee.state, attendee.place_number = seat, next(free)
        attendee.save(update_fields=["state", "place_number"])
    if registration.state == Registration.State.WAITING:
        registration.state = state
    registration.revision += 1
    registration.save(update_fields=["state", "revision"])


def _seat(event: Event, session: Session, attendees: Sequence[Attendee], now: datetime) -> None:
    """Places of the item; what each held that overlaps goes after the new place is held."""
    agenda = current(event)
    wanted = agenda.item(session.key)
    taken = set(session.seats.held().values_list("number", flat=True))
    free = (number for number in range(1, (session.places or 0) + 1) if number not in taken)
    for attendee in attendees:
        SessionPlace.objects.create(session=session, attendee=attendee, number=next(free), created_at=now)
        for place in attendee.seats.held().exclude(session=session).select_related("session"):
            item = agenda.item(place.session.key)
            if wanted and item and item.overlaps(wanted):
                place.state, place.number, place.released_at = SessionPlace.State.RELEASED, None, now
                place.save(update_fields=["state", "number", "released_at"])


def _withdraw(registration: Registration, people: Sequence[int], now: datetime) -> None:
    """People of an event's entry do not come; a registration without anybody is cancelled."""
    SessionPlace.objects.filter(attendee__in=people).held().update(
        state=SessionPlace.State.RELEASED, number=None, released_at=now
    )
    end_waits_of(WaitingPerson.objects.filter(attendee__in=people), now)
    gone = registration.attendees.filter(pk__in=people).exclude(state=Attendee.State.CANCELLED)
    gone.update(state=Attendee.State.CANCELLED, place_number=None, cancelled_at=now)
    registration.revision += 1
    if not registration.attendees.exclude(state=Attendee.State.CANCELLED).exists():
        registration.state, registration.cancelled_at = Registration.State.CANCELLED, now
    registration.save(update_fields=["state", "cancelled_at", "revision"])


def _end(entry: WaitingEntry, state: str, now: datetime) -> None:
    entry.state, entry.ended_at = state, now
    entry.save(update_fields=["state", "ended_at"])
