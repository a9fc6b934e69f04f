"""The waiting lists: joined, left, declined, put in another order; what becomes of them when it begins."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from events import agenda as agendas
from events import signals
from events.log.recording import Actor, both, record
from events.models import Attendee, Event, Registration, Session, SessionPlace, WaitingEntry, WaitingPerson
from events.services import queues
from events.services.locking import lock
from events.services.places import announce_change, give_all_back, release, release_seats, stand
from events.services.promoting import advance
from events.services.refusals import NotToBeChosen, RegistrationClosed, WrongState
from events.services.seats import to_be_chosen
from organisations.models import User

State = WaitingEntry.State
Person = WaitingPerson.State


@transaction.atomic
def join_session(
    *, attendees: Sequence[Attendee], session: Session, takes: str = WaitingEntry.Takes.ANY, now: datetime | None = None
) -> WaitingEntry:
    """Let people of one registration wait for a place in the item; what they hold they keep meanwhile.

    Those who wait or hold a place there already are left out; where that leaves nobody, nothing changes and the entry
    there is comes back. Raises RegistrationClosed, NotToBeChosen. Announces waiting_joined.
    """
    now = now or timezone.now()
    event = lock(session.event)
    session, _agenda = to_be_chosen(event, session, now)
    keys = [attendee.pk for attendee in attendees]
    people = list(
        Attendee.objects.confirmed().filter(pk__in=keys, event=event).select_related("registration").order_by("pk")
    )
    if not people or len({person.registration_id for person in people}) != 1:
        raise RegistrationClosed
    waits = WaitingPerson.objects.filter(session=session, attendee__in=people, state=Person.WAITING)
    earlier = waits.select_related("entry").order_by("pk")
    settled = {wait.attendee_id for wait in earlier}
    settled |= set(session.seats.held().filter(attendee__in=people).values_list("attendee", flat=True))
    people = [person for person in people if person.pk not in settled]
    if not people:
        if earlier:
            return earlier[0].entry
        raise NotToBeChosen
    entry = queues.enter(people[0].registration, event, session, people, takes, now)
    advance(event, now)
    return entry


@transaction.atomic
def stop_waiting_for(*, attendee: Attendee, session: Session, now: datetime | None = None) -> None:
    """One person waits no longer for a place in an item; a group that was too large may fit now. Twice changes nothing.

    Nobody is written to: whoever did it sees it. Raises RegistrationClosed.
    """
    now = now or timezone.now()
    event = lock(attendee.event)
    if not event.is_upcoming(now):
        raise RegistrationClosed
    waits = WaitingPerson.objects.filter(attendee=attendee, session=session)
    if waits.filter(state=Person.WAITING).exists():
        record(event, "waiting.left_one", person=attendee, title=both(session))
    queues.stop_waiting(waits, now)
    advance(event, now)


@transaction.atomic
def leave(*, entry: WaitingEntry, now: datetime | None = None) -> WaitingEntry:
    """Stop waiting; what was got stays. Of a registration of which nobody is left nothing stays.

    Twice changes nothing. Raises RegistrationClosed. Announces waiting_left, or registration_cancelled.
    """
    now = now or timezone.now()
    event, entry = _lock(entry, now)
    if entry.state != State.WAITING:
        return entry
    people = list(entry.people.filter(state=Person.WAITING).values_list("attendee", flat=True))
    _log("left", event, entry)
    queues.stop_waiting(entry.people.all(), now)
    entry.refresh_from_db()
    if entry.session_id is None and _withdraw(entry.registration, people, now):
        return entry
    signals.waiting_left.send(sender=WaitingEntry, entry=entry, people=people)
    advance(event, now)
    return entry


@transaction.atomic
def decline(*, entry: WaitingEntry, now: datetime | None = None) -> WaitingEntry:
    """Give back what was got through the list, for the next at once; who still waits keeps waiting.

    Twice changes nothing. Raises RegistrationClosed. Announces registration_changed or registration_cancelled where
    places of the event are given back.
    """
    now = now or timezone.now()
    event, entry = _lock(entry, now)
    people = list(entry.holding().values_list("pk", flat=True))
    if not people:
        return entry
    _log("declined", event, entry, count=len(people))
    entry.people.filter(attendee__in=people).update(state=Person.DECLINED)
    if entry.session_id:
        release_seats(SessionPlace.objects.filter(session=entry.session_id, attendee__in=people), now)
    else:
        _withdraw(entry.registration, people, now)
    advance(event, now)
    return entry


@transaction.atomic
def move_to_front(*, entry: WaitingEntry, reason: str, by: User, now: datetime | None = None) -> WaitingEntry:
    """Put an entry before all others of its queue, with the reason on record. Raises WrongState."""
    now = now or timezone.now()
    event = lock(entry.event)
    entry = WaitingEntry.objects.select_for_update().get(pk=entry.pk)
    if entry.state != State.WAITING or not reason.strip():
        raise WrongState
    first = event.waiting_entries.waiting().filter(session=entry.session_id).first()
    if first and first.pk == entry.pk and first.priority < 0:
        return entry  # a second click
    entry.priority = min(first.priority if first else 0, 0) - 1
    entry.priority_reason, entry.prioritised_by = reason.strip(), by
    entry.save(update_fields=["priority", "priority_reason", "prioritised_by"])
    _log("put_first", event, entry, by=by)
    advance(event, now)
    return entry


def advance_due(*, now: datetime | None = None) -> int:
    """The net under the promotions that happen where a place is freed, for a clock; how many entries it ended.

    Each event in a transaction of its own. Entries for what has begun, or will not be, expire. Announces
    waiting_promoted, waiting_expired.
    """
    now = now or timezone.now()
    pks = set(WaitingEntry.objects.filter(state=State.WAITING).order_by().values_list("event", flat=True))
    return sum(_advance_one(pk, now) for pk in sorted(pks))


# -- inside ---------------------------------------------------------------------------------------------------------


def _lock(entry: WaitingEntry, now: datetime) -> tuple[Event, WaitingEntry]:
    """Event first, as everywhere. Raises RegistrationClosed."""
    event = lock(entry.event)
    entries = WaitingEntry.objects.select_related("registration__event", "session").select_for_update(of=("self",))
    entry = entries.get(pk=entry.pk)
    if not event.is_upcoming(now):
        raise RegistrationClosed
    return event, entry


def _log(verb: str, event: Event, entry: WaitingEntry, **facts: Any) -> None:
    title = both(entry.session or event)
    record(event, f"waiting.{verb}", registration=entry.registration_id, subject=entry.pk, title=title, **facts)


def _withdraw(registration: Registration, people: Sequence[int], now: datetime) -> bool:
    """These people do not come; whether that was all of the registration, which is cancelled then."""
    leaving = registration.attendees.standing().filter(pk__in=people)
    if not registration.attendees.standing().exclude(pk__in=people).exists():
        if registration.is_active:
            give_all_back(registration, now)
        return True
    held = leaving.confirmed().exists()
    before = registration.recipients()
    release(leaving, now)
    stand(registration)
    if held:
        announce_change(registration, before)
    return False


@transaction.atomic
def _advance_one(pk: int, now: datetime) -> int:
    event = Event.objects.select_for_update().get(pk=pk)
    before = event.waiting_entries.filter(state=State.WAITING).count()
    advance(event, now)
    agenda = agendas.current(event)
    for entry in event.waiting_entries.waiting().select_related("session", "registration"):
        item = agenda.item(entry.session.key) if entry.session else None
        starts_at = item.starts_at if item else event.starts_at
        if not event.is_upcoming(now) or starts_at <= now:
            _expire(event, entry, now)
    return before - event.waiting_entries.filter(state=State.WAITING).count()


def _expire(event: Event, entry: WaitingEntry, now: datetime) -> None:
    people = list(entry.people.filter(state=Person.WAITING).values_list("attendee", flat=True))
    queues.stop_waiting(entry.people.all(), now)
    WaitingEntry.objects.filter(pk=entry.pk).update(state=State.EXPIRED, ended_at=now)
    registration = entry.registration
    _log("expired", event, entry, actor=Actor.PORTAL)
    if entry.session_id is None:
        release(registration.attendees.filter(pk__in=people), now)
        if not registration.attendees.standing().exists():
            registration.state, registration.cancelled_at = Registration.State.CANCELLED, now
            registration.revision += 1
            registration.save(update_fields=["state", "cancelled_at", "revision"])
            record(event, "registration.cancelled", actor=Actor.PORTAL, registration=registration)
    if event.is_upcoming(now):  # who waits for what was called off has heard of that
        signals.waiting_expired.send(sender=WaitingEntry, entry=entry)
