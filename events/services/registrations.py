"""Registrations: made, their contact corrected, given back, their link sent again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events import signals
from events.models import MAX_ATTENDEES, REGISTRATION_LINK, Event, Invitation, Registration
from events.services.locking import lock
from events.services.places import Guest, announce_change, give_all_back, give_places, lock_live, wait_for_places
from events.services.refusals import EventFull, RegistrationClosed, TooManyAttendees
from organisations.links import hash_token, make_token
from organisations.models import Organisation


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
    waits: str = "",
    now: datetime | None = None,
) -> Registration:
    """Give an organisation its places, all or none; with `waits` ("all" or "any") a full event lets them wait.

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
        created_at=now,
    )
    try:
        give_places(registration, event, guests, now)
    except EventFull:
        if not waits:
            raise
        return wait_for_places(registration, event, guests, waits, now)
    signals.registration_confirmed.send(sender=Registration, registration=registration)
    return registration


@transaction.atomic
def edit_contact(
    *, registration: Registration, name: str, email: str, office: str, phone: str, now: datetime | None = None
) -> Registration:
    """Correct the contact's data; a new address gets a new link and the old link dies.

    Raises RegistrationClosed. Announces registration_changed.
    """
    now = now or timezone.now()
    _event, registration = lock_live(registration, now)
    before = registration.recipients()
    if email != registration.contact_email:
        registration.token_version += 1
        registration.token_hash = hash_token(registration.token)
    registration.contact_name, registration.contact_email = name, email
    registration.contact_office, registration.contact_phone = office, phone
    registration.save()
    announce_change(registration, before)
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
    return give_all_back(registration, now)


@transaction.atomic
def request_link(*, event: Event, email: str) -> None:
    """Have the management link sent again to the contact; silence for unknown addresses.

    Announces registration_link_requested, once per registration of that address.
    """
    registrations = event.registrations.filter(contact_email__iexact=email, state=Registration.State.CONFIRMED)
    for registration in registrations:
        signals.registration_link_requested.send(sender=Registration, registration=registration)


# -- inside ---------------------------------------------------------------------------------------------------------


def _organisation_of(applicant: Applicant, invitation: Invitation | None) -> Organisation | None:
    """The directory's entry: the invited one, or one of exactly this name; never a guess."""
    if invitation:
        return invitation.organisation
    matches = list(Organisation.objects.filter(name__iexact=applicant.organisation_name)[:2])
    return matches[0] if len(matches) == 1 else None
