"""After the freeze a change of people becomes a request. Giving places back is always possible at once.

`asked_when_frozen` is the one place that turns a change into a request.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import wraps
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from events.log.recording import record
from events.models import Attendee, ChangeRequest, Event, Registration, fingerprint_of, most_people
from events.services.places import LIVE, Guest, lock_standing
from events.services.refusals import RegistrationClosed, TooManyAttendees
from organisations.models import User

Kind = ChangeRequest.Kind
State = ChangeRequest.State
Outcome = Attendee | ChangeRequest


def asked_when_frozen(kind: str) -> Callable[[Callable[..., Attendee]], Callable[..., Outcome]]:
    """For a verb that changes people: after the event's freeze it gives a ChangeRequest instead.

    An organiser (`by`) changes at once.
    """

    def decorate(change: Callable[..., Attendee]) -> Callable[..., Outcome]:
        @wraps(change)
        @transaction.atomic
        def changed(*, guest: Guest, by: User | None = None, now: datetime | None = None, **whose: Any) -> Outcome:
            now = now or timezone.now()
            attendee: Attendee | None = whose.get("attendee")
            registration = attendee.registration if attendee else whose["registration"]
            event, registration = lock_standing(registration, now)
            # one that is to be approved is read by an organiser anyhow
            if by is None and event.is_frozen(now) and registration.state in LIVE:
                return _ask(event, registration, kind, attendee, guest, now)
            return change(guest=guest, by=by, now=now, **whose)

        return changed

    return decorate


@transaction.atomic
def withdraw_change(*, request: ChangeRequest, now: datetime | None = None) -> ChangeRequest:
    """The registrant does not want it any more; what is decided stays as it was decided."""
    request = ChangeRequest.objects.select_related("event").select_for_update(of=("self",)).get(pk=request.pk)
    if request.state == State.OPEN:
        request.state, request.decided_at = State.WITHDRAWN, now or timezone.now()
        request.save(update_fields=["state", "decided_at"])
        _log("withdrawn", request)
    return request


def forget(people: Collection[int], registration: int | None) -> None:
    """For an erasure: requests name people, so they go."""
    about = Q(attendee__in=people)
    ChangeRequest.objects.filter(about | Q(registration=registration) if registration else about).delete()


# -- inside ---------------------------------------------------------------------------------------------------------


def _ask(
    event: Event, registration: Registration, kind: str, attendee: Attendee | None, guest: Guest, now: datetime
) -> Outcome:
    """Write the request once. What could never be applied is refused as before the freeze."""
    here = registration.attendees.standing()
    if attendee and not here.filter(pk=attendee.pk).exists():
        raise RegistrationClosed
    if kind == Kind.ADD:
        if not event.is_open(now):
            raise RegistrationClosed
        most = most_people(event, registration.category)
        if here.count() >= most:
            raise TooManyAttendees(most)
    values = (guest.full_name, guest.email, guest.office)
    if attendee and (attendee.full_name, attendee.email, attendee.office) == values:
        return attendee
    request, is_new = ChangeRequest.objects.get_or_create(
        registration=registration,
        state=State.OPEN,
        fingerprint=fingerprint_of(kind, attendee.pk if attendee else None, *values),
        defaults={
            "event": event, "kind": kind, "attendee": attendee, "full_name": guest.full_name, "email": guest.email,
            "office": guest.office, "asked_at": now,
        },
    )  # fmt: skip
    if is_new:
        _log("asked", request)
    return request


def _log(verb: str, request: ChangeRequest) -> None:
    about = request.registration_id
    record(request.event, f"change.{verb}", registration=about, subject=request.pk, kind=request.kind)
