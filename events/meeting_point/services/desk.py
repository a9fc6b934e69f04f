"""What the desk writes down: who kept their appointment, who came without one, what a visit was about and what came of it.

A visit is corrected, never rewritten: each change stays readable with who made it, when and why.
"""

import uuid
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from events.meeting_point.models import Appointment, MeetingPoint, Topic, Visit, VisitChange
from events.meeting_point.services.locking import lock, lock_appointment
from events.meeting_point.services.refusals import NotYet, ReasonNeeded, TooLongAgo, WrongState
from organisations.models import User
from organisations.zone import ROME

State = Appointment.State
#: How long afterwards a visit can still be written down.
LATEST = timedelta(days=31)


@transaction.atomic
def record_arrival(
    *, appointment: Appointment, by: User, purpose: str = "", outcome: str = "", now: datetime | None = None
) -> Visit:
    """Somebody kept their appointment: a visit, about its topic unless said otherwise. Twice gives back the first.

    Who was recorded as missing may still come. Raises NotYet before its day, WrongState for a cancelled one.
    """
    now = now or timezone.now()
    point, appointment = lock_appointment(appointment)
    if appointment.state == State.ATTENDED:
        return appointment.visits.counted().get()
    _settle(appointment, State.ATTENDED, by, now)
    is_today = _day(now) == _day(appointment.starts_at)
    return Visit.objects.create(
        meeting_point=point,
        appointment=appointment,
        arrived_at=now if is_today else appointment.starts_at,
        purpose=purpose or appointment.topic or Topic.OTHER,
        outcome=outcome,
        recorded_by=by,
        recorded_at=now,
    )


@transaction.atomic
def record_missed(*, appointment: Appointment, by: User, now: datetime | None = None) -> Appointment:
    """Somebody did not come. Twice changes nothing. Raises NotYet before it begins, WrongState."""
    now = now or timezone.now()
    _point, appointment = lock_appointment(appointment)
    if appointment.state == State.MISSED:
        return appointment
    if now < appointment.starts_at:
        raise NotYet
    return _settle(appointment, State.MISSED, by, now)


@transaction.atomic
def take_back_missed(*, appointment: Appointment, by: User) -> Appointment:
    """It was a mistake: the appointment stands as if nothing had been said. Raises WrongState."""
    _point, appointment = lock_appointment(appointment)
    if appointment.state != State.MISSED:
        raise WrongState
    return _reopen(appointment)


@transaction.atomic
def record_walk_in(
    *,
    point: MeetingPoint,
    arrived_at: datetime,
    purpose: str,
    by: User,
    submission_id: uuid.UUID,
    outcome: str = "",
    now: datetime | None = None,
) -> Visit:
    """Somebody came without an appointment. The same `submission_id` again gives back the first visit.

    Raises NotYet for a time to come, TooLongAgo.
    """
    now = now or timezone.now()
    point = lock(point)
    earlier = Visit.objects.filter(submission_id=submission_id).first()
    if earlier:
        return earlier
    _refuse_odd_time(arrived_at, now)
    return Visit.objects.create(
        meeting_point=point,
        arrived_at=arrived_at,
        purpose=purpose,
        outcome=outcome,
        recorded_by=by,
        recorded_at=now,
        submission_id=submission_id,
    )


@transaction.atomic
def change_visit(
    *,
    visit: Visit,
    by: User,
    purpose: str,
    outcome: str,
    arrived_at: datetime,
    reason: str = "",
    now: datetime | None = None,
) -> Visit:
    """Add the outcome, or correct what was written; the change is kept. The same again changes nothing.

    Raises ReasonNeeded unless only a missing outcome is added, NotYet, TooLongAgo, WrongState for one struck out.
    """
    now = now or timezone.now()
    visit = _locked(visit)
    after = {"purpose": purpose, "outcome": outcome, "arrived_at": arrived_at.isoformat()}
    before = {"purpose": visit.purpose, "outcome": visit.outcome, "arrived_at": visit.arrived_at.isoformat()}
    if arrived_at == visit.arrived_at:
        after["arrived_at"] = before["arrived_at"]
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if not changed:
        return visit
    if not visit.is_counted:
        raise WrongState
    if not reason and changed != {"outcome": ["", outcome]}:
        raise ReasonNeeded
    if "arrived_at" in changed:
        _refuse_odd_time(arrived_at, now)
    visit.purpose, visit.outcome, visit.arrived_at = purpose, outcome, arrived_at
    visit.save(update_fields=["purpose", "outcome", "arrived_at"])
    VisitChange.objects.create(visit=visit, by=by, at=now, changed=changed, reason=reason)
    return visit


@transaction.atomic
def strike_visit(*, visit: Visit, by: User, reason: str, now: datetime | None = None) -> Visit:
    """It was recorded by mistake: it stays readable and counts no more; its appointment is as before. Twice changes nothing.

    Raises ReasonNeeded.
    """
    now = now or timezone.now()
    if visit.appointment:
        lock_appointment(visit.appointment)
    visit = _locked(visit)
    if not visit.is_counted:
        return visit
    if not reason:
        raise ReasonNeeded
    visit.struck_at = now
    visit.save(update_fields=["struck_at"])
    if visit.appointment:
        _reopen(visit.appointment)
    VisitChange.objects.create(visit=visit, by=by, at=now, changed={"struck": [False, True]}, reason=reason)
    return visit


# -- inside ------------------------------------------------------------------------------------------------------------


def _locked(visit: Visit) -> Visit:
    return Visit.objects.select_for_update(of=("self",)).select_related("appointment").get(pk=visit.pk)


def _settle(appointment: Appointment, state: State, by: User, now: datetime) -> Appointment:
    """Raises NotYet before its day, WrongState."""
    if state not in Appointment.TRANSITIONS[appointment.state]:
        raise WrongState
    if _day(now) < _day(appointment.starts_at):
        raise NotYet
    appointment.state, appointment.settled_by, appointment.settled_at = state, by, now
    appointment.remind_at = None
    appointment.save(update_fields=["state", "settled_by", "settled_at", "remind_at"])
    return appointment


def _reopen(appointment: Appointment) -> Appointment:
    appointment.state, appointment.settled_by, appointment.settled_at = State.BOOKED, None, None
    appointment.save(update_fields=["state", "settled_by", "settled_at"])
    return appointment


def _day(moment: datetime) -> date:
    return moment.astimezone(ROME).date()


def _refuse_odd_time(arrived_at: datetime, now: datetime) -> None:
    """Raises NotYet, TooLongAgo."""
    if arrived_at > now:
        raise NotYet
    if arrived_at < now - LATEST:
        raise TooLongAgo
