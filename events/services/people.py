"""The people of a registration: one more, one corrected, one fewer."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events.models import MAX_ATTENDEES, Attendee, Registration
from events.services.places import Guest, announce_change, give_all_back, give_places, lock_live, release
from events.services.refusals import RegistrationClosed, TooManyAttendees
from events.services.waiting import advance


@transaction.atomic
def add_attendee(*, registration: Registration, guest: Guest, now: datetime | None = None) -> Attendee:
    """Give one more person a place; the same person again changes nothing.

    Raises RegistrationClosed, TooManyAttendees, EventFull. Announces registration_changed.
    """
    now = now or timezone.now()
    event, registration = lock_live(registration, now)
    if not event.is_open(now):
        raise RegistrationClosed
    here = list(registration.attendees.confirmed())
    for attendee in here:  # the same form again, a second click
        if (attendee.full_name.casefold(), attendee.email) == (guest.full_name.casefold(), guest.email):
            return attendee
    if len(here) >= MAX_ATTENDEES:
        raise TooManyAttendees
    before = registration.recipients()
    attendee = give_places(registration, event, [guest], now)[0]
    announce_change(registration, before)
    return attendee


@transaction.atomic
def edit_attendee(*, attendee: Attendee, guest: Guest, now: datetime | None = None) -> Attendee:
    """Correct a person's data; the place stays theirs. Raises RegistrationClosed. Announces registration_changed."""
    now = now or timezone.now()
    _event, registration = lock_live(attendee.registration, now)
    if not registration.attendees.confirmed().filter(pk=attendee.pk).exists():
        raise RegistrationClosed
    if (attendee.full_name, attendee.email, attendee.office) == (guest.full_name, guest.email, guest.office):
        return attendee
    before = registration.recipients()
    attendee.full_name, attendee.email, attendee.office = guest.full_name, guest.email, guest.office
    attendee.save(update_fields=["full_name", "email", "office"])
    announce_change(registration, before)
    return attendee


@transaction.atomic
def cancel_attendee(*, attendee: Attendee, now: datetime | None = None) -> Registration:
    """Give back one place, free at once; the last one gone cancels the registration.

    Cancelling twice changes nothing. Raises RegistrationClosed. Announces registration_changed or
    registration_cancelled.
    """
    now = now or timezone.now()
    if not attendee.registration.attendees.confirmed().exists():
        return attendee.registration
    event, registration = lock_live(attendee.registration, now)
    remaining = registration.attendees.confirmed()
    if not remaining.filter(pk=attendee.pk).exists():
        return registration
    if remaining.count() == 1:
        return give_all_back(registration, now)
    before = registration.recipients()
    release(remaining.filter(pk=attendee.pk), now)
    announce_change(registration, before)
    advance(event, now)
    return registration
