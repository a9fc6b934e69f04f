"""The people of a registration: one more, one corrected, another in their place, one fewer; and their links."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events import signals
from events.log.recording import differences, record, snapshot
from events.models import Attendee, ChangeRequest, Registration, WaitingEntry, WaitingPerson, most_people
from events.services import queues, seats
from events.services.change_requests import asked_when_frozen
from events.services.places import (
    Guest,
    announce_change,
    attendee_of,
    give_all_back,
    give_places,
    lock_live,
    lock_standing,
    release,
    stand,
)
from events.services.promoting import advance
from events.services.refusals import AlreadyComing, EventFull, RegistrationClosed, TooManyAttendees
from organisations.models import User


@asked_when_frozen(ChangeRequest.Kind.ADD)
def add_attendee(
    *,
    registration: Registration,
    guest: Guest,
    waits: bool = False,
    by: User | None = None,
    now: datetime | None = None,
) -> Attendee:
    """Give one more person a place; the same person again changes nothing. With `waits`, where there is none, they wait.

    While the registration is to be approved so is whoever joins it. Raises RegistrationClosed, TooManyAttendees, EventFull.
    Announces registration_changed or waiting_joined.
    """
    now = now or timezone.now()
    event, registration = lock_standing(registration, now)
    if by is None and not event.is_open(now):
        raise RegistrationClosed
    here = list(registration.attendees.standing())
    for attendee in here:  # the same form again, a second click
        if _is_same(attendee, guest):
            return attendee
    most = most_people(event, registration.category)
    if len(here) >= most:
        raise TooManyAttendees(most)
    if registration.state == Registration.State.PENDING:
        attendee = attendee_of(registration, guest, now, state=Attendee.State.PENDING)
        attendee.save()
        return attendee
    before = registration.recipients()
    try:
        attendee = give_places(registration, event, [guest], now)[0]
    except EventFull:
        if not waits or not event.takes_waiting(now):
            raise
        attendee = attendee_of(registration, guest, now, state=Attendee.State.WAITING)
        attendee.save()
        record(event, "person.added", by=by, person=attendee)
        queues.enter(registration, event, None, [attendee], WaitingEntry.Takes.ALL, now)
        return attendee
    record(event, "person.added", by=by, person=attendee)
    stand(registration)
    announce_change(registration, before)
    return attendee


@asked_when_frozen(ChangeRequest.Kind.CORRECT)
def edit_attendee(*, attendee: Attendee, guest: Guest, by: User | None = None, now: datetime | None = None) -> Attendee:
    """Correct a person's data; the place stays theirs. A new address gets a new link, and the old link dies.

    Raises RegistrationClosed. Announces registration_changed.
    """
    now = now or timezone.now()
    event, registration = lock_standing(attendee.registration, now)
    if not registration.attendees.standing().filter(pk=attendee.pk).exists():
        raise RegistrationClosed
    if (attendee.full_name, attendee.email, attendee.office) == (guest.full_name, guest.email, guest.office):
        return attendee
    before, written = registration.recipients(), snapshot(attendee, PERSON)
    if guest.email != attendee.email:
        attendee.renew_token()
    attendee.full_name, attendee.email, attendee.office = guest.full_name, guest.email, guest.office
    attendee.save(update_fields=["full_name", "email", "office", "token_version", "token_hash", "pass_mark"])
    changes = differences(written, snapshot(attendee, PERSON), unsaid=PERSON)
    record(event, "person.corrected", by=by, person=attendee, changes=changes)
    if attendee.is_confirmed:  # who waits is in nobody's calendar yet
        announce_change(registration, before)
    return attendee


#: What of a person can be corrected. The change log says which of it was, and not how.
PERSON = ("full_name", "email", "office")
#: Who keeps something for a person (places in sessions) enters what becomes of it here: called with the person who
#: left and the one who came in their place, inside the transaction.
ON_REPLACED: list[Callable[[Attendee, Attendee], None]] = []


@asked_when_frozen(ChangeRequest.Kind.REPLACE)
def replace_attendee(
    *, attendee: Attendee, guest: Guest, by: User | None = None, now: datetime | None = None
) -> Attendee:
    """Give somebody's place to another person: the number stays, the old link dies, both are told.

    Places in items of the agenda, and the position on a waiting list, are handed over too. The one who comes is another
    row: what the one who left had told us is not theirs. The same form again gives back the one who came. Raises
    RegistrationClosed, AlreadyComing. Announces registration_changed.
    """
    now = now or timezone.now()
    event, registration = lock_standing(attendee.registration, now)
    here = registration.attendees.standing()
    leaving = here.filter(pk=attendee.pk).first()
    if leaving is None:
        came = here.filter(full_name=guest.full_name, email=guest.email).first()
        if came is None:
            raise RegistrationClosed
        return came
    if any(_is_same(one, guest) for one in here):
        raise AlreadyComing
    before, held = registration.recipients(), seats.held_by(leaving)
    coming = attendee_of(registration, guest, now, state=Attendee.State.WAITING)
    coming.save()
    leaving.waits.filter(state=WaitingPerson.State.WAITING).update(attendee=coming)
    release(registration.attendees.filter(pk=leaving.pk), now)
    coming.state, coming.place_number = leaving.state, leaving.place_number
    coming.save(update_fields=["state", "place_number"])
    seats.hand_over(held, coming, now)
    for follow in ON_REPLACED:
        follow(leaving, coming)
    record(event, "person.replaced", by=by, person=coming, replaced=leaving.pk)
    if coming.is_confirmed:
        announce_change(registration, before, told={guest.email} - {registration.contact_email})
    return coming


@transaction.atomic
def confirm_coming(*, registration: Registration, attendee: Attendee | None = None, now: datetime | None = None) -> int:
    """Record that one person, or everybody of a registration, really comes; of how many that is news.

    Nobody is told: it changes no place. Raises RegistrationClosed.
    """
    now = now or timezone.now()
    event, registration = lock_live(registration, now)
    people = registration.attendees.confirmed().filter(coming_confirmed_at=None)
    if attendee:
        people = people.filter(pk=attendee.pk)
    count = people.update(coming_confirmed_at=now)
    if count:
        record(event, "registration.confirmed_coming", registration=registration, count=count)
    return count


@transaction.atomic
def send_link(*, attendee: Attendee) -> None:
    """Send a person their own link again, at their own address. Announces attendee_link_requested."""
    signals.attendee_link_requested.send(sender=Attendee, attendee=attendee)


@transaction.atomic
def cancel_attendee(*, attendee: Attendee, now: datetime | None = None) -> Registration:
    """Give back one place, for the next at once, or stop waiting for it; the last one gone cancels the registration.

    Of a registration that is to be approved somebody comes no more, and nobody is told. Cancelling twice changes nothing.
    Raises RegistrationClosed. Announces registration_changed, waiting_left or registration_cancelled.
    """
    now = now or timezone.now()
    if not attendee.registration.attendees.standing().exists():
        return attendee.registration
    event, registration = lock_standing(attendee.registration, now)
    remaining = registration.attendees.standing()
    leaving = remaining.filter(pk=attendee.pk).first()
    if leaving is None:
        return registration
    record(event, "person.cancelled", person=leaving)
    if remaining.count() == 1:
        registration = give_all_back(registration, now)
    elif registration.state == Registration.State.PENDING:
        release(remaining.filter(pk=leaving.pk), now)
        return registration
    else:
        before, entry = registration.recipients(), _waits_in(leaving)
        release(remaining.filter(pk=leaving.pk), now)
        stand(registration)
        if entry:
            signals.waiting_left.send(sender=WaitingEntry, entry=entry, people=[leaving.pk])
        else:
            announce_change(registration, before)
    advance(event, now)
    return registration


# -- inside ---------------------------------------------------------------------------------------------------------


def _waits_in(attendee: Attendee) -> WaitingEntry | None:
    """The entry by which a person waits for the event."""
    waits = attendee.waits.filter(session=None, state=WaitingPerson.State.WAITING)
    wait = waits.select_related("entry__registration").first()
    return wait.entry if wait else None


def _is_same(attendee: Attendee, guest: Guest) -> bool:
    return (attendee.full_name.casefold(), attendee.email) == (guest.full_name.casefold(), guest.email)
