"""Appointments booked, moved and given up. Whoever does it, the point's row is the lock and one function finds the place."""

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from events import signals
from events.meeting_point import slots, timetables
from events.meeting_point.models import APPOINTMENT_LINK, Appointment, MeetingPoint
from events.meeting_point.services.locking import lock, lock_appointment
from events.meeting_point.services.refusals import (
    AlreadyBooked,
    NoLongerBooked,
    NotOffered,
    NotTakingAppointments,
    SlotTaken,
)
from events.meeting_point.slots import Slot, Window
from organisations.languages import Language, Words
from organisations.links import hash_token, make_token
from organisations.models import User
from organisations.zone import ROME

logger = logging.getLogger(__name__)
State = Appointment.State
#: So many appointments to come one address may have; the desk books more for whoever asks.
MOST_OPEN = 3
#: Of the day before, on the wall in Rome: when people are reminded, as those of events are.
REMINDS_AT = time(9)


@dataclass(frozen=True, slots=True)
class Person:
    """Who comes, as typed: a first name and a way to answer. Nothing else is asked."""

    first_name: str
    email: str = ""
    phone: str = ""
    topic: str = ""
    language: str = Language.ITALIAN.value


@transaction.atomic
def book(
    *,
    point: MeetingPoint,
    starts_at: datetime,
    person: Person,
    submission_id: uuid.UUID,
    privacy_notice_version: str = "",
    by: User | None = None,
    now: datetime | None = None,
) -> Appointment:
    """Give somebody the slot that begins then. `by`: the desk, which needs no lead time.

    The same `submission_id` again (a double click, a retried request) gives back the first appointment and writes
    nothing. Raises NotTakingAppointments, NotOffered, SlotTaken, AlreadyBooked. Announces appointment_booked.
    """
    now = now or timezone.now()
    point = lock(point)
    earlier = Appointment.objects.filter(submission_id=submission_id).first()
    if earlier:
        return earlier
    if by is None:
        _refuse_too_many(person, now)
    slot = _offered(point, starts_at, now, by=by)
    _refuse_at_that_time(person.email, slot)
    key = uuid.uuid4()
    appointment = Appointment.objects.create(
        key=key,
        meeting_point=point,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        place_number=_place(point, slot),
        first_name=person.first_name,
        email=person.email,
        phone=person.phone,
        topic=person.topic,
        language=person.language,
        submission_id=submission_id,
        token_hash=hash_token(make_token(APPOINTMENT_LINK, key)),
        privacy_notice_version=privacy_notice_version,
        booked_by=by,
        created_at=now,
        revised_at=now,
        remind_at=_reminder(slot, person.email, now),
    )
    signals.appointment_booked.send(sender=Appointment, appointment=appointment)
    return appointment


@transaction.atomic
def move(
    *, appointment: Appointment, starts_at: datetime, by: User | None = None, now: datetime | None = None
) -> Appointment:
    """Another time for the same person; the link and the calendar entry stay. The same time again changes nothing.

    Raises NoLongerBooked, NotTakingAppointments, NotOffered, SlotTaken, AlreadyBooked. Announces appointment_moved.
    """
    now = now or timezone.now()
    point, appointment = lock_appointment(appointment)
    if appointment.starts_at == starts_at.astimezone(UTC) and appointment.state == State.BOOKED:
        return appointment
    if not appointment.is_upcoming(now):
        raise NoLongerBooked
    slot = _offered(point, starts_at, now, by=by, but=appointment)
    _refuse_at_that_time(appointment.email, slot, but=appointment)
    appointment.place_number = _place(point, slot, but=appointment)
    appointment.starts_at, appointment.ends_at = slot.starts_at, slot.ends_at
    appointment.remind_at = _reminder(slot, appointment.email, now)
    _revise(appointment, now)
    appointment.save()
    signals.appointment_moved.send(sender=Appointment, appointment=appointment)
    return appointment


@transaction.atomic
def cancel(
    *, appointment: Appointment, by: User | None = None, reason: str = "", now: datetime | None = None
) -> Appointment:
    """Give the time back, free at once. Cancelling twice changes nothing. `by` and `reason`: of the desk, for the person.

    Raises NoLongerBooked once it has begun. Announces appointment_cancelled.
    """
    now = now or timezone.now()
    _point, appointment = lock_appointment(appointment)
    if appointment.state == State.CANCELLED:
        return appointment
    if not appointment.is_upcoming(now):
        raise NoLongerBooked
    appointment.state, appointment.place_number, appointment.remind_at = State.CANCELLED, None, None
    appointment.cancelled_at, appointment.cancelled_by, appointment.cancellation_reason = now, by, reason
    _revise(appointment, now)
    appointment.save()
    signals.appointment_cancelled.send(sender=Appointment, appointment=appointment)
    return appointment


@transaction.atomic
def request_links(*, email: str, now: datetime | None = None) -> None:
    """Have the links of an address's appointments to come sent again. Silence for unknown addresses.

    Announces appointment_link_requested, once for each.
    """
    upcoming = Appointment.objects.upcoming(now or timezone.now()).filter(email=email)
    for appointment in upcoming.order_by("starts_at", "pk")[:MOST_OPEN]:
        signals.appointment_link_requested.send(sender=Appointment, appointment=appointment)


def call_off(*, appointments: Iterable[Appointment], reason: Words, by: User, now: datetime) -> None:
    """Cancel several because of new hours, each with the reason in its person's language. Announces as `cancel`."""
    for appointment in appointments:
        cancel(appointment=appointment, by=by, reason=reason.in_language(appointment.language), now=now)


def remind_due(*, now: datetime | None = None) -> int:
    """Remind everybody whose reminder is due, for a clock; how many. One query where there is nobody.

    Each in a transaction of its own, taken by a compare-and-set. Announces appointment_reminder_due.
    """
    now = now or timezone.now()
    due = list(Appointment.objects.to_remind(now).order_by("remind_at", "pk").values_list("pk", flat=True)[:500])
    return sum(_remind_safely(pk, now) for pk in due)


# -- inside ------------------------------------------------------------------------------------------------------------


def _remind_safely(pk: int, now: datetime) -> int:
    try:
        return _remind(pk, now)
    except Exception:  # one that cannot be reminded of must not stop the clock, which also sends all other mail
        logger.exception("cannot remind of the appointment %s", pk)
        return 0


@transaction.atomic
def _remind(pk: int, now: datetime) -> int:
    """One, unless another clock took it, or its time has come meanwhile."""
    if not Appointment.objects.to_remind(now).filter(pk=pk).update(remind_at=None):
        return 0
    appointment = Appointment.objects.select_related("meeting_point").get(pk=pk)
    if not appointment.is_upcoming(now):
        return 0
    signals.appointment_reminder_due.send(sender=Appointment, appointment=appointment)
    return 1


def _offered(
    point: MeetingPoint, starts_at: datetime, now: datetime, *, by: User | None, but: Appointment | None = None
) -> Slot:
    """The slot, if its time is offered. Raises NotTakingAppointments, NotOffered."""
    if by is None and not point.takes_appointments:
        raise NotTakingAppointments
    window = Window.for_desk(now) if by else Window.for_people(point, now, grace=slots.GRACE)
    slot = slots.slot_at(point, timetables.of(point), window, starts_at, but=but)
    if slot is None:
        raise NotOffered
    return slot


def _place(point: MeetingPoint, slot: Slot, *, but: Appointment | None = None) -> int:
    """A place of the slot. Raises SlotTaken."""
    place = slots.free_place(point, slot, but=but)
    if place is None:
        raise SlotTaken
    return place


def _refuse_too_many(person: Person, now: datetime) -> None:
    if Appointment.objects.upcoming(now).filter(email=person.email).count() >= MOST_OPEN:
        raise AlreadyBooked


def _refuse_at_that_time(email: str, slot: Slot, *, but: Appointment | None = None) -> None:
    """Nobody is in two places at once. Raises AlreadyBooked."""
    same = Appointment.objects.booked().filter(email=email).meeting(slot.starts_at, slot.ends_at)
    if email and (same.exclude(pk=but.pk) if but else same).exists():
        raise AlreadyBooked


def _reminder(slot: Slot, email: str, now: datetime) -> datetime | None:
    """When to remind; nobody without an address, and nobody who has just been told."""
    day = slot.starts_at.astimezone(ROME).date() - timedelta(days=1)
    due = timetables.moment(day, REMINDS_AT)
    return due if email and due > now else None


def _revise(appointment: Appointment, now: datetime) -> None:
    """The calendar entry's next revision: calendars compare whole seconds, and the clock may stand still."""
    appointment.sequence += 1
    appointment.revised_at = max(now, appointment.revised_at + timedelta(seconds=1))
