"""The numbered places of an event: given and given back only here, with the event locked."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events import signals
from events.models import ATTENDEE_LINK, Attendee, AttendeeQuerySet, Event, Registration, SpecialNeeds
from events.services.locking import lock
from events.services.refusals import EventFull, RegistrationClosed
from organisations.links import hash_token, make_token


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
        attendee_of(registration, guest, now, place_number=number) for guest, number in zip(guests, free, strict=False)
    )


def attendee_of(registration: Registration, guest: Guest, now: datetime, **fields: Any) -> Attendee:
    """A person of a registration with a link of their own. Does not save."""
    key = uuid.uuid4()
    return Attendee(
        registration=registration,
        event_id=registration.event_id,
        key=key,
        token_hash=hash_token(make_token(ATTENDEE_LINK, key)),
        full_name=guest.full_name,
        email=guest.email,
        office=guest.office,
        created_at=now,
        **fields,
    )


def release(attendees: AttendeeQuerySet, now: datetime) -> None:
    """Their places are free; what they told us for the day itself has no purpose any more."""
    SpecialNeeds.objects.filter(attendee__in=attendees.values("pk")).delete()
    attendees.update(
        state=Attendee.State.CANCELLED, place_number=None, cancelled_at=now, photo_consent_at=None,
        photo_consent_version="",
    )  # fmt: skip


def give_all_back(registration: Registration, now: datetime) -> Registration:
    left = registration.recipients()
    release(registration.attendees.standing(), now)
    registration.state, registration.cancelled_at = Registration.State.CANCELLED, now
    registration.revision += 1
    registration.save(update_fields=["state", "cancelled_at", "revision"])
    signals.registration_cancelled.send(sender=Registration, registration=registration, left=left)
    return registration


def announce_change(registration: Registration, before: dict[str, str], *, told: Collection[str] = ()) -> None:
    """`told`: addresses that are written to as if they had joined, because somebody else reads them now."""
    registration.revision += 1
    registration.save(update_fields=["revision"])
    after = registration.recipients()
    signals.registration_changed.send(
        sender=Registration,
        registration=registration,
        joined={address: name for address, name in after.items() if address not in before or address in told},
        left={address: name for address, name in before.items() if address not in after},
    )
