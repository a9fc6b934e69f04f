"""Registrations and their people: every place is given and given back here."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events import signals
from events.attribution import sources as attribution
from events.models import (
    MAX_ATTENDEES,
    REGISTRATION_LINK,
    Attendee,
    AttendeeQuerySet,
    Event,
    Invitation,
    Registration,
)
from events.services.locking import lock
from events.services.refusals import EventFull, RegistrationClosed, TooManyAttendees
from organisations.links import hash_token, make_token
from organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Guest:
    """One person to be given a place; the address may be empty."""

    full_name: str
    email: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who registers: the organisation and its contact, as typed."""

    organisation_name: str
    organisation_kind: str
    contact_name: str
    contact_email: str
    contact_office: str = ""
    contact_phone: str = ""
    language: str = "it"


@transaction.atomic
def register(
    *,
    event: Event,
    applicant: Applicant,
    guests: Sequence[Guest],
    submission_id: uuid.UUID,
    privacy_notice_version: str,
    invitation: Invitation | None = None,
    source: str = "",
    now: datetime | None = None,
) -> Registration:
    """Give an organisation its places, all or none. `source`: what the address said, kept if it was declared.

    The same `submission_id` again (a double click, a retried request) gives back the first registration and writes
    nothing. Raises RegistrationClosed, TooManyAttendees, EventFull. Announces registration_confirmed.
    """
    now = now or timezone.now()
    event = lock(event)
    earlier = Registration.objects.filter(submission_id=submission_id, event=event).first()
    if earlier:
        return earlier
    if not event.is_open(now):
        raise RegistrationClosed
    if not 1 <= len(guests) <= MAX_ATTENDEES:
        raise TooManyAttendees
    key = uuid.uuid4()
    registration = Registration.objects.create(
        key=key,
        event=event,
        organisation=_organisation_of(applicant, invitation),
        invitation=invitation,
        organisation_name=applicant.organisation_name,
        organisation_kind=applicant.organisation_kind,
        contact_name=applicant.contact_name,
        contact_email=applicant.contact_email,
        contact_office=applicant.contact_office,
        contact_phone=applicant.contact_phone,
        language=applicant.language,
        submission_id=submission_id,
        token_hash=hash_token(make_token(REGISTRATION_LINK, key)),
        privacy_notice_version=privacy_notice_version,
        source=attribution.known(event, source),
        created_at=now,
    )
    _give_places(registration, event, guests, now)
    signals.registration_confirmed.send(sender=Registration, registration=registration)
    return registration


@transaction.atomic
def add_attendee(*, registration: Registration, guest: Guest, now: datetime | None = None) -> Attendee:
    """Give one more person a place; the same person again changes nothing.

    Raises RegistrationClosed, TooManyAttendees, EventFull. Announces registration_changed.
    """
    now = now or timezone.now()
    event, registration = _lock_live(registration, now)
    if not event.is_open(now):
        raise RegistrationClosed
    here = list(registration.attendees.confirmed())
    for attendee in here:  # the same form again, a second click
        if (attendee.full_name.casefold(), attendee.email) == (guest.full_name.casefold(), guest.email):
            return attendee
    if len(here) >= MAX_ATTENDEES:
        raise TooManyAttendees
    before = registration.recipients()
    attendee = _give_places(registration, event, [guest], now)[0]
    _announce_change(registration, before)
    return attendee


@transaction.atomic
def edit_attendee(*, attendee: Attendee, guest: Guest, now: datetime | None = None) -> Attendee:
    """Correct a person's data; the place stays theirs. Raises RegistrationClosed. Announces registration_changed."""
    now = now or timezone.now()
    _event, registration = _lock_live(attendee.registration, now)
    if not registration.attendees.confirmed().filter(pk=attendee.pk).exists():
        raise RegistrationClosed
    if (attendee.full_name, attendee.email, attendee.office) == (guest.full_name, guest.email, guest.office):
        return attendee
    before = registration.recipients()
    attendee.full_name, attendee.email, attendee.office = guest.full_name, guest.email, guest.office
    attendee.save(update_fields=["full_name", "email", "office"])
    _announce_change(registration, before)
    return attendee


@transaction.atomic
def edit_contact(
    *, registration: Registration, name: str, email: str, office: str, phone: str, now: datetime | None = None
) -> Registration:
    """Correct the contact's data; a new address gets a new link and the old link dies.

    Raises RegistrationClosed. Announces registration_changed.
    """
    now = now or timezone.now()
    _event, registration = _lock_live(registration, now)
    before = registration.recipients()
    if email != registration.contact_email:
        registration.token_version += 1
        registration.token_hash = hash_token(registration.token)
    registration.contact_name, registration.contact_email = name, email
    registration.contact_office, registration.contact_phone = office, phone
    registration.save()
    _announce_change(registration, before)
    return registration


@transaction.atomic
def cancel_attendee(*, attendee: Attendee, now: datetime | None = None) -> Registration:
    """Give back one place, free at once; the last one gone cancels the registration.

    Cancelling twice changes nothing. Raises RegistrationClosed. Announces registration_changed or
    registration_cancelled.
    """
    now = now or timezone.now()
    if not attendee.registration.attendees.confirmed().exists():
        return attendee.registration
    _event, registration = _lock_live(attendee.registration, now)
    remaining = registration.attendees.confirmed()
    if not remaining.filter(pk=attendee.pk).exists():
        return registration
    if remaining.count() == 1:
        return _cancel(registration, now)
    before = registration.recipients()
    _release(remaining.filter(pk=attendee.pk), now)
    _announce_change(registration, before)
    return registration


@transaction.atomic
def cancel_registration(*, registration: Registration, now: datetime | None = None) -> Registration:
    """Give back all places, free at once. Cancelling twice changes nothing.

    Raises RegistrationClosed. Announces registration_cancelled.
    """
    now = now or timezone.now()
    event = lock(registration.event)
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    if registration.state == Registration.State.CANCELLED:
        return registration
    if not event.is_upcoming(now):
        raise RegistrationClosed
    return _cancel(registration, now)


@transaction.atomic
def request_link(*, event: Event, email: str) -> None:
    """Have the management link sent again to the contact; silence for unknown addresses.

    Announces registration_link_requested, once per registration of that address.
    """
    registrations = event.registrations.filter(contact_email__iexact=email, state=Registration.State.CONFIRMED)
    for registration in registrations:
        signals.registration_link_requested.send(sender=Registration, registration=registration)


# -- inside ---------------------------------------------------------------------------------------------------------


def _lock_live(registration: Registration, now: datetime) -> tuple[Event, Registration]:
    """Event first, then registration: one order everywhere, so no deadlock. Raises RegistrationClosed."""
    event = lock(registration.event)
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    if registration.state != Registration.State.CONFIRMED or not event.is_upcoming(now):
        raise RegistrationClosed
    return event, registration


def _organisation_of(applicant: Applicant, invitation: Invitation | None) -> Organisation | None:
    """The directory's entry: the invited one, or one of exactly this name; never a guess."""
    if invitation:
        return invitation.organisation
    matches = list(Organisation.objects.filter(name__iexact=applicant.organisation_name)[:2])
    return matches[0] if len(matches) == 1 else None


def _give_places(registration: Registration, event: Event, guests: Sequence[Guest], now: datetime) -> list[Attendee]:
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


def _release(attendees: AttendeeQuerySet, now: datetime) -> None:
    attendees.update(state=Attendee.State.CANCELLED, place_number=None, cancelled_at=now)


def _cancel(registration: Registration, now: datetime) -> Registration:
    left = registration.recipients()
    _release(registration.attendees.confirmed(), now)
    registration.state, registration.cancelled_at = Registration.State.CANCELLED, now
    registration.revision += 1
    registration.save(update_fields=["state", "cancelled_at", "revision"])
    signals.registration_cancelled.send(sender=Registration, registration=registration, left=left)
    return registration


def _announce_change(registration: Registration, before: dict[str, str]) -> None:
    registration.revision += 1
    registration.save(update_fields=["revision"])
    after = registration.recipients()
    signals.registration_changed.send(
        sender=Registration,
        registration=registration,
        joined={address: name for address, name in after.items() if address not in before},
        left={address: name for address, name in before.items() if address not in after},
    )
