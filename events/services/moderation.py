"""Who gets in: what a new registration becomes, and what organisers decide about those that wait for them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events import signals
from events.models import Attendee, Event, Invitation, Registration, most_people
from events.services.locking import lock
from events.services.places import Guest, attendee_of, give_places, release
from events.services.refusals import AlreadyDecided, EventFull, InvitationNeeded, RegistrationClosed, TooManyAttendees
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


def take_in(registration: Registration, event: Event, guests: Sequence[Guest], now: datetime) -> None:
    """Write down the people of a new registration, with places or, while it is to be approved, without.

    Expects the event locked. Raises EventFull. Announces registration_received or registration_confirmed.
    """
    if registration.state == State.PENDING:
        Attendee.objects.bulk_create(
            attendee_of(registration, guest, now, state=Attendee.State.PENDING) for guest in guests
        )
        signals.registration_received.send(sender=Registration, registration=registration)
    else:
        give_places(registration, event, guests, now)
        signals.registration_confirmed.send(sender=Registration, registration=registration)


@transaction.atomic
def approve(*, registration: Registration, by: User, now: datetime | None = None) -> Registration:
    """Give the people of a registration their places, all or none. The same person again changes nothing.

    Raises AlreadyDecided, RegistrationClosed for an event that is over or called off, EventFull. Announces
    registration_confirmed.
    """
    now = now or timezone.now()
    event, registration = _lock_pending(registration, now)
    if registration.state == State.CONFIRMED and registration.decided_by_id == by.pk:
        return registration
    _refuse_decided(registration)
    _seat(registration, event)
    _decide(registration, State.CONFIRMED, by, now)
    signals.registration_confirmed.send(sender=Registration, registration=registration)
    return registration


@transaction.atomic
def refuse(*, registration: Registration, reason: str, by: User, now: datetime | None = None) -> Registration:
    """Say no, with the reason that its contact reads. The same person again changes nothing.

    Raises AlreadyDecided, RegistrationClosed for an event that is over or called off. Announces registration_refused.
    """
    now = now or timezone.now()
    _event, registration = _lock_pending(registration, now)
    if registration.state == State.REFUSED and registration.decided_by_id == by.pk:
        return registration
    _refuse_decided(registration)
    release(registration.attendees.standing(), now)
    registration.refusal_reason = reason
    _decide(registration, State.REFUSED, by, now)
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


def _seat(registration: Registration, event: Event) -> None:
    """The one place that decides what an approval means: places for all, or none. Raises EventFull.

    The waiting list takes those for whom there is no room here.
    """
    people = list(registration.attendees.filter(state=Attendee.State.PENDING).order_by("pk"))
    taken = event.attendees.place_numbers()
    free = [number for number in range(1, event.capacity + 1) if number not in taken]
    if len(free) < len(people):
        raise EventFull(len(free))
    for attendee, number in zip(people, free, strict=False):
        attendee.state, attendee.place_number = Attendee.State.CONFIRMED, number
        attendee.save(update_fields=["state", "place_number"])


def _decide(registration: Registration, state: str, by: User, now: datetime) -> None:
    registration.state, registration.decided_by, registration.decided_at = state, by, now
    registration.revision += 1
    registration.save(update_fields=["state", "decided_by", "decided_at", "refusal_reason", "revision"])
