"""The numbered places of an event: given and given back only here, with the event locked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from events import signals
from events.models import Attendee, AttendeeQuerySet, Event, Registration
from events.services import seats
from events.services.locking import lock
from events.services.refusals import EventFull, RegistrationClosed
from events.services.waiting import advance, queue_registration


@dataclass(frozen=True, slots=True)
class Guest:
    """One person to be given a place; the address may be empty."""

    full_name: str
    email: str = ""
    office: str = ""


def lock_live(registration: Registration, now: datetime) -> tuple[Event, Registration]:
    """Event first, then registration: one order everywhere, so no deadlock. Raises RegistrationClosed."""
    event = lock(registration.event)
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    if registration.state != Registration.State.CONFIRMED or not event.is_upcoming(now):
        raise RegistrationClosed
    return event, registration


def give_places(registration: Registration, event: Event, guests: Sequence[Guest], now: datetime) -> list[Attendee]:
    """Lowest free numbers first. Expects the event locked. Raises EventFull."""
    taken = event.attendees.place_numbers()
    free = [number for number in range(1, event.capacity + 1) if number not in taken]
    if len(free) < len(guests):
        raise EventFull(len(free))
    return Attendee.objects.bulk_create(
        Attendee(
            registration=registration,
            event=event,
            full_name=guest.full_name,
            email=guest.email,
            office=guest.office,
            place_number=number,
            created_at=now,
        )
        for guest, number in zip(guests, free, strict=False)
    )


def wait_for_places(
    registration: Registration, event: Event, guests: Sequence[Guest], takes: str, now: datetime
) -> Registration:
    """All its people on the event's waiting list. Expects the event locked. Announces waiting_joined."""
    registration.state = Registration.State.WAITING
    registration.save(update_fields=["state"])
    people = Attendee.objects.bulk_create(
        Attendee(
            registration=registration,
            event=event,
            full_name=guest.full_name,
            email=guest.email,
            office=guest.office,
            state=Attendee.State.WAITING,
            created_at=now,
        )
        for guest in guests
    )
    queue_registration(registration, event, people, takes, now)
    registration.refresh_from_db()
    return registration


def release(attendees: AttendeeQuerySet, now: datetime) -> None:
    seats.release_people(attendees, now)
    attendees.update(state=Attendee.State.CANCELLED, place_number=None, cancelled_at=now)


def give_all_back(registration: Registration, now: datetime) -> Registration:
    left = registration.recipients()
    release(registration.attendees.exclude(state=Attendee.State.CANCELLED), now)
    registration.state, registration.cancelled_at = Registration.State.CANCELLED, now
    registration.revision += 1
    registration.save(update_fields=["state", "cancelled_at", "revision"])
    signals.registration_cancelled.send(sender=Registration, registration=registration, left=left)
    advance(registration.event, now)
    return registration


def announce_change(registration: Registration, before: dict[str, str]) -> None:
    registration.revision += 1
    registration.save(update_fields=["revision"])
    after = registration.recipients()
    signals.registration_changed.send(
        sender=Registration,
        registration=registration,
        joined={address: name for address, name in after.items() if address not in before},
        left={address: name for address, name in before.items() if address not in after},
    )
