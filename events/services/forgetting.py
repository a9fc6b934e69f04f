"""Who was at an event, or wanted to be, is forgotten when their time is over (decision 0030): names go, numbers stay.

Each function takes one batch whose rows are due, in the caller's transaction, and gives how many rows it changed. It looks
again at each row under the event's lock: a batch that somebody else did meanwhile changes nothing.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from events import signals
from events.attendance.models import AttendanceRegister
from events.kept import ATTENDANCE, REGISTRATIONS
from events.log.recording import Actor, record
from events.models import Attendee, AttendeeQuerySet, Event, Registration, RegistrationQuerySet
from events.served import served, served_at
from organisations.links import hash_token


def registrations_due(now: datetime) -> RegistrationQuerySet:
    """Registrations whose contact is still named although nobody needs it."""
    return Registration.objects.filter(served(now, REGISTRATIONS), erased_at=None)


def people_due(now: datetime) -> AttendeeQuerySet:
    """Their people: addresses of all, names of those who did not come."""
    return Attendee.objects.filter(registration__in=registrations_due(now).values("pk"), erased_at=None)


def attendance_due(now: datetime) -> AttendeeQuerySet:
    """Those who came, when their presence need not be proved any more."""
    return Attendee.objects.filter(served(now, ATTENDANCE), erased_at=None, registration__erased_at__isnull=False)


@transaction.atomic
def forget_registrations(*, batch: Sequence[Registration], now: datetime) -> tuple[int, int]:
    """Forget the contacts, all addresses, and the people who did not come; how many registrations and people.

    Keys are renewed: old links and passes lead nowhere. Announces registration_erased.
    """
    found = people = 0
    for event, rows in _by_event(batch):
        is_proof_due = served_at(event, ATTENDANCE) <= now
        keeps_keys = _names_by_key(event)
        count = 0
        for registration in registrations_due(now).filter(pk__in=rows).select_for_update(of=("self",)).order_by("pk"):
            people += _forget_registration(registration, now, is_proof_due=is_proof_due, keeps_keys=keeps_keys)
            count += 1
        if count:
            record(event, "data.forgotten", actor=Actor.PORTAL, count=count)
        found += count
    return found, people


@transaction.atomic
def forget_attendance(*, batch: Sequence[Attendee], now: datetime) -> int:
    """Forget the names in the register; how many. That somebody came stays."""
    found = 0
    for event, rows in _by_event(batch):
        people = list(attendance_due(now).filter(pk__in=rows).order_by("pk"))
        forget_people(people, now, keeps_keys=_names_by_key(event))
        registrations = {attendee.registration_id for attendee in people}
        named = Attendee.objects.filter(registration__in=registrations, erased_at=None).values("registration")
        Registration.objects.filter(pk__in=registrations).exclude(pk__in=named).exclude(medium="").update(medium="")
        if people:
            record(event, "data.attendance_forgotten", actor=Actor.PORTAL, count=len(people))
        found += len(people)
    return found


def forget_people(people: Iterable[Attendee], now: datetime, *, keeps_keys: bool = False) -> None:
    """Their names, their links and their passes. `keeps_keys`: a register of before names them by these."""
    for attendee in people:
        Attendee.objects.filter(pk=attendee.pk, erased_at=None).update(
            key=attendee.key if keeps_keys else uuid.uuid4(), token_hash=None, token_version=F("token_version") + 1,
            pass_mark=None, full_name="", email="", office="", photo_consent_at=None, photo_consent_version="",
            erased_at=now,
        )  # fmt: skip


# -- inside ------------------------------------------------------------------------------------------------------------


def _forget_registration(registration: Registration, now: datetime, *, is_proof_due: bool, keeps_keys: bool) -> int:
    people = registration.attendees.filter(erased_at=None)
    addresses = {registration.contact_email, *people.values_list("email", flat=True)} - {""}
    staying = [] if is_proof_due else list(people.proven().values_list("pk", flat=True))
    going = list(people.exclude(pk__in=staying))
    forget_people(going, now, keeps_keys=keeps_keys)
    emptied = Attendee.objects.filter(pk__in=staying).exclude(email="").update(email="")
    if not staying:
        registration.medium = ""
    registration.contact_name = registration.contact_email = registration.contact_office = ""
    registration.contact_phone = registration.registrant_key = registration.refusal_reason = ""
    registration.key, registration.token_version = uuid.uuid4(), registration.token_version + 1
    registration.token_hash, registration.erased_at = hash_token(registration.token), now
    registration.save()
    signals.registration_erased.send(sender=Registration, registration=registration, addresses=addresses)
    return len(going) + emptied


def _by_event(batch: Sequence[Registration] | Sequence[Attendee]) -> Iterable[tuple[Event, list[int]]]:
    """Each event of a batch, locked, with the keys of its rows. In the order of keys: two who do it never wait in a ring."""
    rows: dict[int, list[int]] = {}
    for row in batch:
        rows.setdefault(row.event_id, []).append(row.pk)
    for event in Event.objects.select_for_update().filter(pk__in=rows).order_by("pk"):
        yield event, rows[event.pk]


def _names_by_key(event: Event) -> bool:
    """Whether an edition of its register was written when people were named by their keys instead of by their rows."""
    contents = AttendanceRegister.objects.filter(event=event).values_list("content", flat=True)
    return any(isinstance(one["attendee"], str) for content in contents for group in content for one in group["people"])
