"""What organisers decide about requests: an approval makes the change by the same services, under the same lock."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events import signals
from events.log.recording import record
from events.models import Attendee, ChangeRequest
from events.services.locking import lock
from events.services.people import add_attendee, edit_attendee, replace_attendee
from events.services.places import Guest, lock_live
from events.services.refusals import AlreadyDecided, RegistrationClosed
from organisations.models import User

Kind = ChangeRequest.Kind
State = ChangeRequest.State


@transaction.atomic
def approve_change(*, request: ChangeRequest, by: User, now: datetime | None = None) -> ChangeRequest:
    """Make the change that was asked for. The same person again changes nothing.

    Raises AlreadyDecided; and what the change itself raises where it no longer fits: EventFull, TooManyAttendees,
    AlreadyComing, RegistrationClosed. Then the request stays open. Announces registration_changed.
    """
    now = now or timezone.now()
    request = _locked(request)
    if request.state == State.APPROVED and request.decided_by_id == by.pk:
        return request
    if request.state != State.OPEN:
        raise AlreadyDecided(request)
    request.attendee = _apply(request, by, now)
    request.state, request.decided_by, request.decided_at = State.APPROVED, by, now
    request.save(update_fields=["attendee", "state", "decided_by", "decided_at"])
    _log("approved", request, by)
    return request


@transaction.atomic
def refuse_change(*, request: ChangeRequest, reason: str, by: User, now: datetime | None = None) -> ChangeRequest:
    """Leave the registration as it is, and say why. The same person again changes nothing.

    Raises AlreadyDecided. Announces change_refused.
    """
    request = _locked(request)
    if request.state == State.REFUSED and request.decided_by_id == by.pk:
        return request
    if request.state != State.OPEN:
        raise AlreadyDecided(request)
    request.state, request.decided_by, request.decided_at = State.REFUSED, by, now or timezone.now()
    request.reason = reason
    request.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    _log("refused", request, by)
    signals.change_refused.send(sender=ChangeRequest, request=request)
    return request


# -- inside ---------------------------------------------------------------------------------------------------------


def _log(verb: str, request: ChangeRequest, by: User) -> None:
    about = request.registration_id
    record(request.event, f"change.{verb}", by=by, registration=about, subject=request.pk, kind=request.kind)


def _locked(request: ChangeRequest) -> ChangeRequest:
    """Event first, as everywhere, then the request."""
    lock(request.event)
    return (
        ChangeRequest.objects.select_related("registration", "event").select_for_update(of=("self",)).get(pk=request.pk)
    )


def _apply(request: ChangeRequest, by: User, now: datetime) -> Attendee:
    lock_live(request.registration, now)
    guest = Guest(request.full_name, request.email, request.office)
    if request.kind == Kind.ADD:
        outcome = add_attendee(registration=request.registration, guest=guest, by=by, now=now)
    elif request.attendee is None:
        raise RegistrationClosed
    else:
        change = edit_attendee if request.kind == Kind.CORRECT else replace_attendee
        outcome = change(attendee=request.attendee, guest=guest, by=by, now=now)
    assert isinstance(outcome, Attendee)  # an organiser's change is made at once
    return outcome
