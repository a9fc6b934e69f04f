"""Places of agenda items: chosen, exchanged and given back only here, with the event locked."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from events import agenda as agendas
from events.agenda import Agenda
from events.agenda.people import CHOOSERS
from events.log.recording import both, record
from events.models import Attendee, Event, Session, SessionPlace, WaitingPerson
from events.services import queues
from events.services.locking import lock
from events.services.places import release_seats
from events.services.promoting import advance, clashing
from events.services.refusals import ChoiceOverlaps, NotToBeChosen, RegistrationClosed, SessionFull


@transaction.atomic
def choose(*, attendee: Attendee, session: Session, now: datetime | None = None) -> SessionPlace:
    """Give the person a place in the item; choosing twice changes nothing.

    Raises RegistrationClosed, NotToBeChosen, ChoiceOverlaps, SessionFull.
    """
    return _choose(attendee, session, now or timezone.now(), exchanging=False)


@transaction.atomic
def swap(*, attendee: Attendee, session: Session, now: datetime | None = None) -> SessionPlace:
    """Exchange what is at the same time for the item: the old places go only once the new one is held, both or neither.

    Raises RegistrationClosed, NotToBeChosen, SessionFull.
    """
    return _choose(attendee, session, now or timezone.now(), exchanging=True)


@transaction.atomic
def give_back(*, attendee: Attendee, session: Session, now: datetime | None = None) -> None:
    """Give the place in the item back, for the next in its queue at once. Twice changes nothing.

    Raises RegistrationClosed once the item has begun.
    """
    now = now or timezone.now()
    event = lock(attendee.event)
    item = agendas.current(event).item(session.key)
    if not event.is_upcoming(now) or (item and item.starts_at <= now):
        raise RegistrationClosed
    if release_seats(SessionPlace.objects.filter(attendee=attendee, session=session), now):
        record(event, "seat.given_back", person=attendee, title=both(session))
    advance(event, now)


def to_be_chosen(event: Event, session: Session, now: datetime) -> tuple[Session, Agenda]:
    """The item, locked, and the agenda that the public reads. Raises RegistrationClosed, NotToBeChosen."""
    session = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if not event.is_upcoming(now):
        raise RegistrationClosed
    agenda = agendas.current(event)
    item = agenda.item(session.key)
    if session.event_id != event.pk or item is None or not session.open_places or item.starts_at <= now:
        raise NotToBeChosen
    return session, agenda


def settle(event: Event, agenda: Agenda, now: datetime) -> None:
    """After a release: as many places as it says; nobody waits for what cannot be chosen; new places go to who waits.

    Who holds a place of something called off, dropped or open to everybody now keeps it: their calendars say what became
    of it. Expects the event locked, and that the rules let no item have fewer places than are held.
    """
    released = {item.key: item.places for item in agenda if not item.is_cancelled}
    changed = []
    for session in event.sessions.order_by("pk"):
        places = released.get(session.key)
        if session.open_places != places:
            if places is not None:
                _fit(session, places)
            session.open_places = places
            changed.append(session)
    Session.objects.bulk_update(changed, ["open_places"])
    shut = WaitingPerson.objects.filter(session__event=event, session__open_places=None)
    queues.stop_waiting(shut, now)
    advance(event, now)


def held_by(attendee: Attendee) -> Sequence[SessionPlace]:
    """Their places in items, to be handed over to somebody. One query."""
    return list(attendee.seats.held().select_related("session"))


def hand_over(seats: Sequence[SessionPlace], attendee: Attendee, now: datetime) -> None:
    """Give somebody the places that another has just given back. Those of what cannot be chosen any more are gone.

    Expects the event locked all the while.
    """
    SessionPlace.objects.bulk_create(
        SessionPlace(session=seat.session, attendee=attendee, number=seat.number, created_at=now)
        for seat in seats
        if seat.session.open_places
    )


# -- inside ---------------------------------------------------------------------------------------------------------


def _holders(event: Event) -> Mapping[UUID, Collection[int]]:
    """Who holds a place in which item. One query."""
    found: dict[UUID, list[int]] = defaultdict(list)
    for key, attendee in (
        SessionPlace.objects.held().filter(session__event=event).values_list("session__key", "attendee")
    ):
        found[key].append(attendee)
    return found


CHOOSERS.append(_holders)


def _choose(attendee: Attendee, session: Session, now: datetime, *, exchanging: bool) -> SessionPlace:
    """Event first, then the item, as everywhere."""
    event = lock(attendee.event)
    session, agenda = to_be_chosen(event, session, now)
    if not Attendee.objects.confirmed().filter(pk=attendee.pk, event=event).exists():
        raise RegistrationClosed
    held = SessionPlace.objects.held().filter(attendee=attendee, session=session).first()
    if held:
        return held
    clash = clashing(agenda, session)
    meeting = SessionPlace.objects.held().filter(attendee=attendee, session__key__in=clash).select_related("session")
    old = list(meeting.order_by("pk"))
    if old and not exchanging:
        raise ChoiceOverlaps([place.session for place in old])
    place = _hold(attendee, session, now)
    record(event, "seat.exchanged" if old else "seat.chosen", person=attendee, title=both(session))
    # whoever got a place waits for nothing at the same time, nor for this one
    queues.stop_waiting(WaitingPerson.objects.filter(attendee=attendee, session__key__in=[session.key, *clash]), now)
    if old:
        release_seats(SessionPlace.objects.filter(pk__in=[one.pk for one in old]), now)
        advance(event, now)
    return place


def _hold(attendee: Attendee, session: Session, now: datetime) -> SessionPlace:
    """The lowest free number. Raises SessionFull."""
    taken = session.seats.numbers()
    number = next((number for number in range(1, (session.open_places or 0) + 1) if number not in taken), None)
    if number is None:
        raise SessionFull
    return SessionPlace.objects.create(session=session, attendee=attendee, number=number, created_at=now)


def _fit(session: Session, places: int) -> None:
    """Move people who sit above a lower number into free numbers below it."""
    held = list(session.seats.held().order_by("number"))
    taken = {place.number for place in held}
    free = (number for number in range(1, places + 1) if number not in taken)
    for place in held:
        if place.number and place.number > places:
            place.number = next(free)
            place.save(update_fields=["number"])
