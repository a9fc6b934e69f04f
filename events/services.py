"""Everything that changes an event, a registration or a place. The only transactions and signals of this app."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from events import signals
from events.models import (
    INVITATION_LINK,
    MAX_ATTENDEES,
    REGISTRATION_LINK,
    Attendee,
    AttendeeQuerySet,
    Event,
    Invitation,
    Registration,
    Session,
)
from organisations.links import hash_token, make_token
from organisations.models import Organisation, User


class EventFull(Exception):
    """Fewer places are left than were asked for. `free` says how many."""

    def __init__(self, free: int) -> None:
        super().__init__(free)
        self.free = free


class RegistrationClosed(Exception):
    """The event takes no registrations (not yet, no longer, cancelled) or the registration no changes."""


class TooManyAttendees(Exception):
    """One registration brings at most MAX_ATTENDEES people."""


class WrongState(Exception):
    """The event is not in a state that allows this."""


class CapacityBelowTaken(Exception):
    """More places are held than the new capacity would leave. `taken` says how many."""

    def __init__(self, taken: int) -> None:
        super().__init__(taken)
        self.taken = taken


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


# -- registrations -------------------------------------------------------------------------------------------------


@transaction.atomic
def register(
    *,
    event: Event,
    applicant: Applicant,
    guests: Sequence[Guest],
    submission_id: uuid.UUID,
    privacy_notice_version: str,
    invitation: Invitation | None = None,
    now: datetime | None = None,
) -> Registration:
    """Give an organisation its places, all or none.

    The same `submission_id` again (a double click, a retried request) gives back the first registration and writes
    nothing. Raises RegistrationClosed, TooManyAttendees, EventFull. Announces registration_confirmed.
    """
    now = now or timezone.now()
    event = _lock(event)
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
    _give_places(registration, event, guests, now)
    signals.registration_confirmed.send(sender=Registration, registration=registration)
    return registration


@transaction.atomic
def add_attendee(*, registration: Registration, guest: Guest, now: datetime | None = None) -> Attendee:
    """Give one more person a place.

    Raises RegistrationClosed, TooManyAttendees, EventFull. Announces registration_changed.
    """
    now = now or timezone.now()
    event, registration = _lock_live(registration, now)
    if not event.is_open(now):
        raise RegistrationClosed
    if registration.attendees.confirmed().count() >= MAX_ATTENDEES:
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
    event = _lock(registration.event)
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


@transaction.atomic
def invite(*, event: Event, organisation: Organisation) -> Invitation:
    """The organisation's invitation to the event, made once. The mail is the campaign's business."""
    key = uuid.uuid4()
    invitation, _created = Invitation.objects.get_or_create(
        event=event,
        organisation=organisation,
        defaults={"key": key, "token_hash": hash_token(make_token(INVITATION_LINK, key))},
    )
    return invitation


@transaction.atomic
def invite_all(*, event: Event, organisations: Collection[int]) -> dict[int, uuid.UUID]:
    """The invitations of many organisations, each made once: organisation's key -> key of its link.

    Two queries and one insert for each thousand that is new.
    """
    mine = Invitation.objects.filter(event=event)
    known = dict(mine.values_list("organisation", "key"))
    fresh = [(pk, uuid.uuid4()) for pk in organisations if pk not in known]
    Invitation.objects.bulk_create(
        (
            Invitation(
                event=event, organisation_id=pk, key=key, token_hash=hash_token(make_token(INVITATION_LINK, key))
            )
            for pk, key in fresh
        ),
        ignore_conflicts=True,
        batch_size=1000,
    )
    known = dict(mine.values_list("organisation", "key")) if fresh else known
    return {pk: known[pk] for pk in organisations}


@transaction.atomic
def record_opening(*, invitation: Invitation, now: datetime | None = None) -> None:
    """The personal link was opened by a person's browser; the first time counts."""
    Invitation.objects.filter(pk=invitation.pk, opened_at__isnull=True).update(opened_at=now or timezone.now())


# -- events ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def create(*, by: User, **fields: Any) -> Event:
    """A new event, as a draft that only organisers see."""
    return Event.objects.create(**fields)


@transaction.atomic
def publish(*, event: Event, by: User) -> Event:
    """Show the event to the public. Raises WrongState. Announces event_published."""
    event = _lock(event, for_state=Event.State.PUBLISHED)
    event.state = Event.State.PUBLISHED
    event.save(update_fields=["state"])
    signals.event_published.send(sender=Event, event=event, by=by)
    return event


@transaction.atomic
def change(*, event: Event, by: User, **fields: Any) -> Event:
    """Write new values of the event's fields.

    A change of time or place of a published event raises `revision`, from which calendars take their SEQUENCE
    (RFC 5545 section 3.8.7.4), and announces event_rescheduled. Raises WrongState, CapacityBelowTaken.
    """
    event = _lock(event)
    if not event.is_editable:
        raise WrongState
    moved = any(fields.get(name, getattr(event, name)) != getattr(event, name) for name in CALENDAR_FIELDS)
    capacity = fields.get("capacity", event.capacity)
    if capacity < event.capacity:
        _fit_places(event, capacity)
    for name, value in fields.items():
        setattr(event, name, value)
    if moved:
        _revise(event)
    event.save()
    if moved and event.state == Event.State.PUBLISHED:
        signals.event_rescheduled.send(sender=Event, event=event, by=by)
    return event


#: What a calendar entry shows; a change of anything else moves nobody's calendar.
CALENDAR_FIELDS = ("starts_at", "ends_at", "venue", "address")


@transaction.atomic
def cancel(*, event: Event, reason: str, by: User) -> Event:
    """Call the event off; registrations stay on record. Raises WrongState. Announces event_cancelled."""
    event = _lock(event, for_state=Event.State.CANCELLED)
    was_public = event.state == Event.State.PUBLISHED
    event.state, event.cancelled_at, event.cancellation_reason = Event.State.CANCELLED, timezone.now(), reason
    _revise(event)
    event.save()
    if was_public:
        signals.event_cancelled.send(sender=Event, event=event, by=by)
    return event


@transaction.atomic
def close(*, event: Event, by: User, now: datetime | None = None) -> Event:
    """Record that the event was held. Raises WrongState, also before its end."""
    event = _lock(event, for_state=Event.State.HELD)
    if not event.is_over(now or timezone.now()):
        raise WrongState
    event.state = Event.State.HELD
    event.save(update_fields=["state"])
    return event


@transaction.atomic
def save_session(*, event: Event, by: User, session: Session | None = None, **fields: Any) -> Session:
    """Add an item to the agenda, or rewrite one; nobody's calendar moves. Raises WrongState."""
    event = _lock(event)
    if not event.is_editable:
        raise WrongState
    session = session or Session(event=event)
    for name, value in fields.items():
        setattr(session, name, value)
    session.save()
    return session


@transaction.atomic
def remove_session(*, session: Session, by: User) -> None:
    """Take an item off the agenda. Raises WrongState."""
    if not _lock(session.event).is_editable:
        raise WrongState
    session.delete()


# -- inside -----------------------------------------------------------------------------------------------------------


def _lock(event: Event, for_state: str | None = None) -> Event:
    """The event's row, locked: every change of its places queues here. Raises WrongState."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    if for_state and for_state not in Event.TRANSITIONS[event.state]:
        raise WrongState
    return event


def _lock_live(registration: Registration, now: datetime) -> tuple[Event, Registration]:
    """Event first, then registration: one order everywhere, so no deadlock. Raises RegistrationClosed."""
    event = _lock(registration.event)
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


def _fit_places(event: Event, capacity: int) -> None:
    """Move people who sit above a lower capacity into free numbers below it. Raises CapacityBelowTaken."""
    seated = list(event.attendees.confirmed().order_by("place_number"))
    if len(seated) > capacity:
        raise CapacityBelowTaken(len(seated))
    taken = {attendee.place_number for attendee in seated}
    free = (number for number in range(1, capacity + 1) if number not in taken)
    for attendee in seated:
        if attendee.place_number is not None and attendee.place_number > capacity:
            attendee.place_number = next(free)
            attendee.save(update_fields=["place_number"])


def _revise(event: Event) -> None:
    event.revision += 1
    event.revised_at = timezone.now()
