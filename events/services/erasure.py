"""Erasure on the wish of the person (article 17 GDPR): the names go, the numbers of the attendance record stay.

What stays of a registration: event, category, the organisation's name, state, dates, place numbers. What stays of a
person: that somebody held this place. None of it leads back to anybody.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events import signals
from events.log.recording import record
from events.models import Attendee, AttendeeQuerySet, Event, Registration, SpecialNeeds
from events.services import change_requests
from events.services.locking import lock
from events.services.people import cancel_attendee
from events.services.places import LIVE, give_all_back, release
from events.services.promoting import advance

#: Who keeps more of a person (answers, choices) enters its deletion here: called inside the transaction with the keys
#: of the people, and with the registration's where all of it goes.
ON_ERASED: list[Callable[[Collection[int], int | None], None]] = [change_requests.forget]


@transaction.atomic
def erase_registration(*, registration: Registration, now: datetime | None = None) -> Registration:
    """Forget the contact and all people; a registration that stands for an event to come is given back first.

    Erasing twice changes nothing. Announces registration_cancelled where places were given back, registration_erased.
    """
    now = now or timezone.now()
    event, registration = _locked(registration)
    if registration.erased_at:
        return registration
    if registration.is_active and event.is_upcoming(now):
        registration = give_all_back(registration, now)
        advance(event, now)
    people = registration.attendees.filter(erased_at=None)
    addresses = {registration.contact_email, *people.values_list("email", flat=True)} - {""}
    _forget(people, now, registration=registration.pk)
    registration.contact_name = registration.contact_email = registration.contact_office = ""
    registration.contact_phone = registration.registrant_key = registration.medium = registration.refusal_reason = ""
    registration.erased_at = now
    registration.save()
    record(event, "data.registration_erased", registration=registration)
    signals.registration_erased.send(sender=Registration, registration=registration, addresses=addresses)
    return registration


@transaction.atomic
def erase_attendee(*, attendee: Attendee, now: datetime | None = None) -> Attendee:
    """Forget one person; their place at an event to come is given back first.

    Erasing twice changes nothing. Announces what cancelling announces, and attendee_erased.
    """
    now = now or timezone.now()
    event, registration = _locked(attendee.registration)
    attendee = registration.attendees.get(pk=attendee.pk)
    if attendee.erased_at:
        return attendee
    if attendee.is_standing and event.is_upcoming(now):
        if registration.state in LIVE:
            cancel_attendee(attendee=attendee, now=now)
        else:  # nobody was told of a place, so nobody is told that it is gone
            release(registration.attendees.filter(pk=attendee.pk), now)
    address = attendee.email
    _forget(registration.attendees.filter(pk=attendee.pk), now)
    attendee.refresh_from_db()
    record(event, "data.person_erased", person=attendee)
    signals.attendee_erased.send(sender=Attendee, attendee=attendee, address=address)
    return attendee


# -- inside ---------------------------------------------------------------------------------------------------------


def _locked(registration: Registration) -> tuple[Event, Registration]:
    event = lock(registration.event)
    return event, Registration.objects.select_for_update().get(pk=registration.pk)


def _forget(people: AttendeeQuerySet, now: datetime, *, registration: int | None = None) -> None:
    keys = list(people.values_list("pk", flat=True))
    SpecialNeeds.objects.filter(attendee__in=keys).delete()
    for forget in ON_ERASED:
        forget(keys, registration)
    Attendee.objects.filter(pk__in=keys).update(
        full_name="",
        email="",
        office="",
        photo_consent_at=None,
        photo_consent_version="",
        pass_mark=None,
        erased_at=now,
    )
