"""Registrations: made, their contact corrected, given back, their link sent again."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from events import signals
from events.attribution import sources as attribution
from events.log.recording import differences, record, snapshot
from events.models import (
    REGISTRATION_LINK,
    Attendee,
    Event,
    Invitation,
    Registration,
    RegistrationQuerySet,
    registrant_key_of,
)
from events.questions import services as questions
from events.services import moderation
from events.services.locking import lock
from events.services.places import Guest, announce_change, give_all_back, lock_live
from events.services.promoting import advance
from events.services.refusals import AlreadyRegistered, RegistrationClosed
from organisations.links import hash_token, make_token
from organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who registers: organisation, private person or medium, and the contact, as typed.

    What does not fit the category is left empty: the schema refuses anything else.
    """

    organisation_name: str
    organisation_kind: str
    contact_name: str
    contact_email: str
    contact_office: str = ""
    contact_phone: str = ""
    language: str = "it"
    category: str = Registration.Category.ORGANISATION
    medium: str = ""


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
    waits: str = "",
    answers: "questions.Answers | None" = None,  # quoted: either module may be imported first
    now: datetime | None = None,
) -> Registration:
    """Give an organisation, a person or the press its places, all or none.

    `source`: what the address said, kept if it was declared. `waits`: where the places do not suffice, wait for them,
    "all" together or "any" number of people (`WaitingEntry.Takes`). `answers`: to the event's own questions. The same
    `submission_id` again (a double click, a retried request) gives back the first registration and writes nothing.
    Raises RegistrationClosed, TooManyAttendees, InvitationNeeded, AlreadyRegistered, EventFull. Announces
    registration_confirmed, waiting_joined, or registration_received where an organiser has still to approve it.
    """
    now = now or timezone.now()
    organisation = _organisation_of(applicant, invitation)  # not under the lock, at which everybody else waits
    registrant_key, source = _registrant_key(applicant, organisation), attribution.known(event, source)
    event = lock(event)
    same, others = _earlier(event, submission_id, registrant_key)
    if same:
        return same
    if not event.is_open(now):
        raise RegistrationClosed
    moderation.check_entry(event, applicant.category, len(guests), invitation)
    if others:
        raise AlreadyRegistered(others)
    key = uuid.uuid4()
    registration = Registration.objects.create(
        key=key,
        event=event,
        category=applicant.category,
        registrant_key=registrant_key,
        organisation=organisation,
        invitation=invitation,
        state=moderation.first_state(event),
        organisation_name=applicant.organisation_name,
        organisation_kind=applicant.organisation_kind,
        medium=applicant.medium,
        contact_name=applicant.contact_name,
        contact_email=applicant.contact_email,
        contact_office=applicant.contact_office,
        contact_phone=applicant.contact_phone,
        language=applicant.language,
        submission_id=submission_id,
        token_hash=hash_token(make_token(REGISTRATION_LINK, key)),
        privacy_notice_version=privacy_notice_version,
        source=source,
        created_at=now,
    )
    moderation.take_in(registration, event, guests, waits, now)
    if answers and answers.say_something:
        questions.keep(registration, list(registration.attendees.order_by("pk")), answers, now)
    return registration


#: The contact's data. The change log says which of them were corrected, and not how.
CONTACT = ("contact_name", "contact_email", "contact_office", "contact_phone")


@transaction.atomic
def edit_contact(
    *, registration: Registration, name: str, email: str, office: str, phone: str, now: datetime | None = None
) -> Registration:
    """Correct the contact's data; a new address gets a new link and the old link dies.

    Raises RegistrationClosed, AlreadyRegistered. Announces registration_changed.
    """
    now = now or timezone.now()
    event, registration = lock_live(registration, now)
    before, written = registration.recipients(), snapshot(registration, CONTACT)
    if email != registration.contact_email:
        registration.token_version += 1
        registration.token_hash = hash_token(registration.token)
        if registration.category != Registration.Category.ORGANISATION:
            key = registrant_key_of(registration.category, organisation=None, name="", email=email)
            registration.registrant_key = _refuse_taken(event, key, but=registration)
    registration.contact_name, registration.contact_email = name, email
    registration.contact_office, registration.contact_phone = office, phone
    registration.save()
    if changes := differences(written, snapshot(registration, CONTACT), unsaid=CONTACT):
        record(event, "registration.contact_changed", registration=registration, changes=changes)
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
    registration = give_all_back(registration, now)
    advance(event, now)
    return registration


@transaction.atomic
def request_link(*, event: Event, email: str) -> None:
    """Have the links of this address sent again: the contact's, and those of people registered by others.

    Silence for unknown addresses. Announces registration_link_requested and attendee_link_requested, once for each.
    """
    registrations = _best(event.registrations.filter(contact_email__iexact=email, erased_at=None))
    for registration in registrations:
        signals.registration_link_requested.send(sender=Registration, registration=registration)
    people = Attendee.objects.filter(event=event, email__iexact=email, erased_at=None).select_related("registration")
    people = people.exclude(registration__contact_email__iexact=email)
    standing = people.standing().order_by("pk")
    for attendee in standing or people.order_by("-cancelled_at", "-pk")[:1]:
        signals.attendee_link_requested.send(sender=Attendee, attendee=attendee)


def directory_entry(name: str) -> Organisation | None:
    """The directory's organisation of exactly this name; none where there are two."""
    matches = list(Organisation.objects.filter(name__iexact=name)[:2])
    return matches[0] if len(matches) == 1 else None


# -- inside ---------------------------------------------------------------------------------------------------------


def _best(registrations: RegistrationQuerySet) -> Iterable[Registration]:
    """Those that stand; where none does, the last one, whose data its contact may still see and erase."""
    return registrations.active().order_by("pk") or registrations.order_by("-created_at", "-pk")[:1]


def _organisation_of(applicant: Applicant, invitation: Invitation | None) -> Organisation | None:
    """The directory's entry: the invited one, or one of exactly this name; never a guess."""
    if applicant.category != Registration.Category.ORGANISATION:
        return None
    return invitation.organisation if invitation else directory_entry(applicant.organisation_name)


def _registrant_key(applicant: Applicant, organisation: Organisation | None) -> str:
    return registrant_key_of(
        applicant.category,
        organisation=organisation.pk if organisation else None,
        name=applicant.organisation_name,
        email=applicant.contact_email,
    )


def _earlier(
    event: Event, submission_id: uuid.UUID, registrant_key: str
) -> tuple[Registration | None, Registration | None]:
    """What the same form has made before, and the registration of this registrant that stands. One query."""
    standing = Q(registrant_key=registrant_key, state__in=Registration.ACTIVE)
    found = list(event.registrations.filter(Q(submission_id=submission_id) | standing).order_by("pk"))
    same = next((one for one in found if one.submission_id == submission_id), None)
    return same, next((one for one in found if one is not same), None)


def _refuse_taken(event: Event, key: str, *, but: Registration | None = None) -> str:
    standing = event.registrations.active().filter(registrant_key=key)
    earlier = (standing.exclude(pk=but.pk) if but else standing).first()
    if earlier:
        raise AlreadyRegistered(earlier)
    return key
