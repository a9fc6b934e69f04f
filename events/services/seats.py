"""Places of agenda items: chosen, exchanged and given back only here, with the event locked."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events.agenda import Agenda, current
from events.models import Attendee, AttendeeQuerySet, Event, Session, SessionPlace, WaitingPerson
from events.services.locking import lock
from events.services.refusals import (
    ChoiceOverlaps,
    NotToBeChosen,
    PlacesBelowTaken,
    RegistrationClosed,
    SessionFull,
)
from events.services.waiting import advance, end_waits_of


@transaction.atomic
def choose(*, attendee: Attendee, session: Session, now: datetime | None = None) -> SessionPlace:
    """Give the person a place in the item; choosing twice changes nothing.

    Raises RegistrationClosed, NotToBeChosen, ChoiceOverlaps, SessionFull.
    """
    now = now or timezone.now()
    event, attendee, session, agenda = _lock(attendee, session, now)
    held = attendee.seats.held().filter(session=session).first()
    if held:
        return held
    overlapping = overlaps_of(attendee, session, agenda)
    if overlapping:
        raise ChoiceOverlaps([place.session for place in overlapping])
    return _hold(event, attendee, session, now)


@transaction.atomic
def swap(*, attendee: Attendee, session: Session, now: datetime | None = None) -> SessionPlace:
    """Exchange what overlaps for the item: the old places go only once the new one is held, both or neither.

    Raises RegistrationClosed, NotToBeChosen, SessionFull.
    """
    now = now or timezone.now()
    event, attendee, session, agenda = _lock(attendee, session, now)
    held = attendee.seats.held().filter(session=session).first()
    if held:
        return held
    overlapping = overlaps_of(attendee, session, agenda)
    place = _hold(event, attendee, session, now)
    if overlapping:
        release_seats(overlapping, now)
        advance(event, now)
    return place


@transaction.atomic
def give_back(*, attendee: Attendee, session: Session, now: datetime | None = None) -> None:
    """Give the place in the item back, for the next in its queue at once. Raises RegistrationClosed."""
    now = now or timezone.now()
    event = lock(attendee.event)
    if not event.is_upcoming(now):
        raise RegistrationClosed
    release_seats(attendee.seats.held().filter(session=session), now)
    advance(event, now)


def overlaps_of(attendee: Attendee, session: Session, agenda: Agenda) -> list[SessionPlace]:
    """The places held that nobody could take up beside this item, by the agenda that the public reads."""
    wanted = agenda.item(session.key)
    places = attendee.seats.held().exclude(session=session).select_related("session").order_by("pk")
    items = ((place, agenda.item(place.session.key)) for place in places)
    return [place for place, item in items if wanted and item and not item.is_cancelled and item.overlaps(wanted)]


def release_seats(places: Iterable[SessionPlace], now: datetime) -> None:
    """Expects the event locked; whoever calls lets the queues advance."""
    SessionPlace.objects.filter(pk__in=[place.pk for place in places]).held().update(
        state=SessionPlace.State.RELEASED, number=None, released_at=now
    )


def fit_seats(session: Session, places: int | None) -> None:
    """Move people who sit above a lower number into free numbers below it. Raises PlacesBelowTaken, with the list."""
    held = list(session.seats.held().select_related("attendee").order_by("number"))
    if places is None:
        return
    if len(held) > places:
        raise PlacesBelowTaken([place.attendee.full_name for place in held])
    taken = {place.number for place in held}
    free = (number for number in range(1, places + 1) if number not in taken)
    for place in held:
        if place.number and place.number > places:
            place.number = next(free)
            place.save(update_fields=["number"])


def release_people(attendees: AttendeeQuerySet, now: datetime) -> None:
    """These people come no more: nothing of theirs is held or waited for. Expects the event locked."""
    people = list(attendees.values_list("pk", flat=True))
    release_seats(SessionPlace.objects.filter(attendee__in=people).held(), now)
    end_waits_of(WaitingPerson.objects.filter(attendee__in=people), now)


def empty(session: Session, now: datetime) -> None:
    """Nobody sits or waits in an item that will not take place. Expects the event locked."""
    release_seats(session.seats.held(), now)
    end_waits_of(WaitingPerson.objects.filter(session=session), now)


# -- inside ---------------------------------------------------------------------------------------------------------


def _lock(attendee: Attendee, session: Session, now: datetime) -> tuple[Event, Attendee, Session, Agenda]:
    """Event first, then the item. Raises RegistrationClosed, NotToBeChosen."""
    event = lock(attendee.event)
    attendee = Attendee.objects.get(pk=attendee.pk)
    if attendee.place_number is None or not event.is_upcoming(now):
        raise RegistrationClosed
    session = Session.objects.select_for_update().get(pk=session.pk)
    agenda = current(event)
    item = agenda.item(session.key)
    if session.event_id != event.pk or item is None or item.is_cancelled or not session.places or session.cancelled_at:
        raise NotToBeChosen
    if item.starts_at <= now:
        raise RegistrationClosed
    return event, attendee, session, agenda


def _hold(event: Event, attendee: Attendee, session: Session, now: datetime) -> SessionPlace:
    """The lowest free number. Raises SessionFull."""
    taken = set(session.seats.held().values_list("number", flat=True))
    number = next((number for number in range(1, (session.places or 0) + 1) if number not in taken), None)
    if number is None:
        raise SessionFull(session)
    place = SessionPlace.objects.create(session=session, attendee=attendee, number=number, created_at=now)
    end_waits_of(WaitingPerson.objects.filter(session=session, attendee=attendee), now)
    return place
