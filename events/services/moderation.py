"""Who gets in: what a new registration becomes, and what organisers decide about those that wait for them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events import signals
from events.log.recording import record
from events.models import Attendee, Event, Invitation, Registration, WaitingEntry, most_people
from events.services import queues
from events.services.locking import lock
from events.services.places import Guest, attendee_of, give_places, release, take_up
from events.services.refusals import AlreadyDecided, InvitationNeeded, RegistrationClosed, TooManyAttendees
from organisations.models import User

State = Registration.State


def check_entry(event: Event, category: str, people: int, invitation: Invitation | None) -> None:
    """Whether so many may register so. Expects the event locked. Raises InvitationNeeded, TooManyAttendees."""
    stands = invitation and event.invitations.filter(pk=invitation.pk, revoked_at=None).exists()
    if (invitation or event.invitation_only) and not stands:
        raise InvitationNeeded
    if not 1 <= people <= most_people(event, category):
        raise TooManyAttendees(most_people(event, category))


def first_state(event: Event) -> str:
    """The state of a new registration."""
    return State.PENDING if event.moderated else State.CONFIRMED


def take_in(registration: Registration, event: Event, guests: Sequence[Guest], waits: str, now: datetime) -> None:
    """Write down the people of a new registration: with places, waiting for them, or without while it is to be approved.

    Expects the event locked. Raises EventFull. Announces registration_received, registration_confirmed, waiting_joined.
    """
    if registration.state == State.PENDING:
        Attendee.objects.bulk_create(
            attendee_of(registration, guest, now, state=Attendee.State.PENDING) for guest in guests
        )
        signals.registration_received.send(sender=Registration, registration=registration)
        return
    if not waits or not event.takes_waiting(now):
        seated = give_places(registration, event, guests, now)
        signals.registration_confirmed.send(sender=Registration, registration=registration, people=seated)
        return
    people = [attendee_of(registration, guest, now, state=Attendee.State.WAITING) for guest in guests]
    _seat_or_queue(registration, event, Attendee.objects.bulk_create(people), waits, now)


@transaction.atomic
def approve(*, registration: Registration, by: User, waits: str = "", now: datetime | None = None) -> Registration:
    """Give the people of a registration their places. The same person again changes nothing.

    All or none; with `waits` those who do not fit go on the waiting list, "all" together or "any" number of them. Raises
    AlreadyDecided, RegistrationClosed for an event that is over or called off, EventFull. Announces
    registration_confirmed, waiting_joined.
    """
    now = now or timezone.now()
    event, registration = _lock_pending(registration, now)
    if registration.state in {State.CONFIRMED, State.WAITING} and registration.decided_by_id == by.pk:
        return registration
    _refuse_decided(registration)
    people = list(registration.attendees.filter(state=Attendee.State.PENDING).order_by("pk"))
    registration.decided_by, registration.decided_at = by, now
    record(event, "registration.approved", by=by, registration=registration)
    if waits and event.has_waiting_list and now < event.starts_at:
        _seat_or_queue(registration, event, people, waits, now)
    else:
        take_up(people, event)
        _become(registration, State.CONFIRMED)
        signals.registration_confirmed.send(sender=Registration, registration=registration, people=people)
    return registration


@transaction.atomic
def refuse(*, registration: Registration, reason: str, by: User, now: datetime | None = None) -> Registration:
    """Say no, with the reason that its contact reads. The same person again changes nothing.

    Raises AlreadyDecided, RegistrationClosed for an event that is over or called off. Announces registration_refused.
    """
    now = now or timezone.now()
    event, registration = _lock_pending(registration, now)
    if registration.state == State.REFUSED and registration.decided_by_id == by.pk:
        return registration
    _refuse_decided(registration)
    release(registration.attendees.standing(), now)
    registration.refusal_reason, registration.decided_by, registration.decided_at = reason, by, now
    _become(registration, State.REFUSED)
    record(event, "registration.refused", by=by, registration=registration)
    signals.registration_refused.send(sender=Registration, registration=registration)
    return registration


# -- inside ---------------------------------------------------------------------------------------------------------


def _lock_pending(registration: Registration, now: datetime) -> tuple[Event, Registration]:
    """Event first, then registration, as everywhere. Raises RegistrationClosed."""
    event = lock(registration.event)
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    if not event.is_upcoming(now):
        raise RegistrationClosed
    return event, registration


def _refuse_decided(registration: Registration) -> None:
    if registration.state != State.PENDING:
        raise AlreadyDecided(registration)


def _seat_or_queue(
    registration: Registration, event: Event, people: Sequence[Attendee], takes: str, now: datetime
) -> None:
    """Places for all; for as many as there are, where any number may come; whoever got none waits, as one group."""
    free = event.places_free()
    fits = len(people) if free >= len(people) else free if takes == WaitingEntry.Takes.ANY else 0
    take_up(people[:fits], event)
    waiting = people[fits:]
    Attendee.objects.filter(pk__in=[one.pk for one in waiting]).update(state=Attendee.State.WAITING)
    _become(registration, State.CONFIRMED if fits else State.WAITING)
    if fits:
        signals.registration_confirmed.send(sender=Registration, registration=registration, people=people[:fits])
    if waiting:
        queues.enter(registration, event, None, waiting, takes, now)


def _become(registration: Registration, state: str) -> None:
    registration.state, registration.revision = state, registration.revision + 1
    registration.save(update_fields=["state", "decided_by", "decided_at", "refusal_reason", "revision"])
