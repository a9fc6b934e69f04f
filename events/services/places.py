"""The numbered places of an event: given and given back only here, with the event locked."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from events import signals
from events.checkin import codes
from events.log.recording import record
from events.models import (
    ATTENDEE_LINK,
    Attendee,
    AttendeeQuerySet,
    Event,
    Registration,
    SessionPlace,
    SessionPlaceQuerySet,
    SpecialNeeds,
    WaitingPerson,
)
from events.services import queues
from events.services.locking import lock
from events.services.refusals import EventFull, RegistrationClosed
from organisations.links import hash_token, make_token


@dataclass(frozen=True, slots=True)
class Guest:
    """One person to be given a place; the address may be empty."""

    full_name: str
    email: str = ""
    office: str = ""


#: Registrations whose people hold places or wait for them.
LIVE = (Registration.State.CONFIRMED, Registration.State.WAITING)


def lock_live(registration: Registration, now: datetime) -> tuple[Event, Registration]:
    """Event first, then registration: one order everywhere, so no deadlock. Raises RegistrationClosed."""
    event, registration = lock_standing(registration, now)
    if registration.state not in LIVE:
        raise RegistrationClosed
    return event, registration


def lock_standing(registration: Registration, now: datetime) -> tuple[Event, Registration]:
    """The same also for one that is still to be approved: its people change, and nobody is told, for none has a place.

    Raises RegistrationClosed.
    """
    event = lock(registration.event)
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    if not registration.is_active or not event.is_upcoming(now):
        raise RegistrationClosed
    return event, registration


def give_places(registration: Registration, event: Event, guests: Sequence[Guest], now: datetime) -> list[Attendee]:
    """Lowest free numbers first. Expects the event locked. Raises EventFull."""
    free = free_numbers(event)
    if len(free) < len(guests):
        raise EventFull(len(free))
    return Attendee.objects.bulk_create(
        attendee_of(registration, guest, now, place_number=number) for guest, number in zip(guests, free, strict=False)
    )


def free_numbers(event: Event) -> Sequence[int]:
    """The place numbers that nobody holds, the lowest first. Expects the event locked.

    One query as long as nobody has given a place back; the numbers themselves are read only where there are gaps.
    """
    held = event.attendees.aggregate(count=Count("place_number"), last=Max("place_number"))
    if held["count"] == (held["last"] or 0):
        return range(held["count"] + 1, event.capacity + 1)
    taken = event.attendees.place_numbers()
    return [number for number in range(1, event.capacity + 1) if number not in taken]


def take_up(attendees: Sequence[Attendee], event: Event) -> None:
    """Give people who are written down already their places for good. Expects the event locked. Raises EventFull."""
    free = free_numbers(event)
    if len(free) < len(attendees):
        raise EventFull(len(free))
    for attendee, number in zip(attendees, free, strict=False):
        attendee.state, attendee.place_number = Attendee.State.CONFIRMED, number
    Attendee.objects.bulk_update(attendees, ["state", "place_number"])


def attendee_of(registration: Registration, guest: Guest, now: datetime, **fields: Any) -> Attendee:
    """A person of a registration with a link of their own. Does not save."""
    key = uuid.uuid4()
    # as the model derives them of a person of version 1
    token, code = make_token(ATTENDEE_LINK, key), codes.code_of(key, 1)
    return Attendee(
        registration=registration,
        event_id=registration.event_id,
        key=key,
        token_hash=hash_token(token),
        pass_mark=codes.mark_of(code),
        full_name=guest.full_name,
        email=guest.email,
        office=guest.office,
        created_at=now,
        **fields,
    )


def release(attendees: AttendeeQuerySet, now: datetime) -> None:
    """Their places are free, also those in items of the agenda, and they wait for none; what they told us for the day
    itself has no purpose any more. Expects the event locked; whoever calls lets the queues advance afterwards.
    """
    people = list(attendees.values_list("pk", flat=True))
    SpecialNeeds.objects.filter(attendee__in=people).delete()
    release_seats(SessionPlace.objects.filter(attendee__in=people), now)
    queues.stop_waiting(WaitingPerson.objects.filter(attendee__in=people), now)
    Attendee.objects.filter(pk__in=people).update(
        state=Attendee.State.CANCELLED, place_number=None, cancelled_at=now, photo_consent_at=None,
        photo_consent_version="",
    )  # fmt: skip


def release_seats(seats: SessionPlaceQuerySet, now: datetime) -> int:
    """These places in items of the agenda are free; how many were held. Expects the event locked."""
    return seats.held().update(state=SessionPlace.State.RELEASED, number=None, released_at=now)


def stand(registration: Registration) -> None:
    """Confirmed as long as one of its people holds a place, else waiting. Does not save."""
    confirmed = registration.attendees.confirmed().exists()
    registration.state = Registration.State.CONFIRMED if confirmed else Registration.State.WAITING


def give_all_back(registration: Registration, now: datetime) -> Registration:
    left = registration.recipients()
    release(registration.attendees.standing(), now)
    registration.state, registration.cancelled_at = Registration.State.CANCELLED, now
    registration.revision += 1
    registration.save(update_fields=["state", "cancelled_at", "revision"])
    record(registration.event, "registration.cancelled", registration=registration)
    signals.registration_cancelled.send(sender=Registration, registration=registration, left=left)
    return registration


def announce_change(registration: Registration, before: dict[str, str], *, told: Collection[str] = ()) -> None:
    """`told`: addresses that are written to as if they had joined, because somebody else reads them now."""
    registration.revision += 1
    registration.save(update_fields=["state", "revision"])
    after = registration.recipients()
    signals.registration_changed.send(
        sender=Registration,
        registration=registration,
        joined={address: name for address, name in after.items() if address not in before or address in told},
        left={address: name for address, name in before.items() if address not in after},
    )
