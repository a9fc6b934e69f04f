"""The desk's verbs: record what was shown, let in who is not registered, take an arrival back, settle what is contested.

Everything may come late, twice, in another order and from a clock that goes wrong: the desk makes the key of each fact,
and the facts of one person queue at that person's row.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from events import signals
from events.checkin import codes
from events.checkin.models import Reconciliation, Rehearsal, Scan, WalkIn
from events.log.recording import record as record_change
from events.models import Attendee, AttendeeQuerySet, Event, Registration, registrant_key_of
from events.services import EventFull
from events.services.locking import lock
from events.services.places import Guest, give_places
from events.services.registrations import directory_entry
from organisations.compiled import Compiled
from organisations.links import hash_token, make_token
from organisations.models import User

Verdict = Scan.Verdict
#: A person who was let in by mistake is taken back within the event; so long a device may report afterwards.
LATEST_REPORT = timedelta(days=7)


class NotThatDay(Exception):
    """The event takes no scans: it is a draft, called off, or long over."""


class NotHere(Exception):
    """There is no arrival that could be taken back."""


class NothingContested(Exception):
    """Nobody has to look at this scan, or somebody already has."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where something happens, by whose hand, and how wrong its clock goes (added to what it says)."""

    name: str
    by: User
    device: uuid.UUID | None = None
    ahead: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who came without a registration, as written down at the desk. Only the name is needed."""

    full_name: str
    organisation_name: str = ""
    organisation_kind: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing that happened at a desk: a code, a person who was found, or a newcomer.

    `told`: what a desk without network said to the person; empty where the desk waits for this answer.
    """

    key: uuid.UUID
    means: str
    code: str = ""
    person: uuid.UUID | None = None
    newcomer: Newcomer | None = None
    at: datetime | None = None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fact as recorded, whom it is about, and the arrival by which that person is here already."""

    scan: Scan
    attendee: Attendee | None = None
    first: Scan | None = None


def record(*, event: Event, shown: Sequence[Shown], desk: Desk, now: datetime | None = None) -> list[Outcome]:
    """Record what happened, each thing for itself, in the order in which it is given; the same key again changes nothing.

    Raises NotThatDay. Raises EventFull for a newcomer, unless a desk without network let them in: that is recorded
    and stands in the list of what is contested. Announces attendee_arrived for each person who is here now.
    """
    now = now or timezone.now()
    if not takes_scans(event, now):
        raise NotThatDay
    return [_record(event, one, desk, now) for one in shown]


def takes_scans(event: Event, now: datetime) -> bool:
    """Whether desks may report: from its publication, so that a device can be tried, until a week after its end."""
    return event.state in (Event.State.PUBLISHED, Event.State.HELD) and now < event.ends_at + LATEST_REPORT


@transaction.atomic
def take_back(*, attendee: Attendee, desk: Desk, now: datetime | None = None) -> Scan:
    """Somebody was recorded by mistake: from now on they are not here. Raises NotHere."""
    now = now or timezone.now()
    attendee = Attendee.objects.select_for_update().get(pk=attendee.pk)
    here = attendee.scans.arrivals().first()
    if here is None:
        raise NotHere
    record_change(attendee.event, "arrival.taken_back", by=desk.by, person=attendee)
    return Scan.objects.create(
        event_id=attendee.event_id, attendee=attendee, kind=Scan.Kind.TAKEN_BACK, means=Scan.Means.FOUND,
        verdict=Verdict.ADMITTED, arrival=here.arrival, desk=desk.name, device=desk.device, by=desk.by,
        happened_at=now, received_at=now,
    )  # fmt: skip


@transaction.atomic
def reconcile(*, scan: Scan, finding: str, note: str, by: User, now: datetime | None = None) -> Reconciliation:
    """Say what was behind a person who was let in although the record says otherwise. Raises NothingContested."""
    scan = Scan.objects.select_for_update().get(pk=scan.pk)
    if not scan.is_contested or Reconciliation.objects.filter(scan=scan).exists():
        raise NothingContested
    record_change(scan.event, "arrival.settled", by=by, person=scan.attendee)
    return Reconciliation.objects.create(scan=scan, finding=finding, note=note, by=by, at=now or timezone.now())


@transaction.atomic
def seat_walk_in(*, walk_in: WalkIn, desk: Desk, now: datetime | None = None) -> Outcome:
    """Give a place to somebody who came while none was left, since there is one now; what was contested is settled.

    Raises EventFull, NothingContested.
    """
    now = now or timezone.now()
    event = lock(walk_in.scan.event)
    found = WalkIn.objects.filter(pk=walk_in.pk).select_related("scan").first()
    if found is None:
        raise NothingContested
    who = Newcomer(found.full_name, found.organisation_name, found.organisation_kind, found.email)
    attendee = _newcomer(event, uuid.uuid4(), who, now)
    scan = _scan(event, Shown(uuid.uuid4(), Scan.Means.WALK_IN), desk, now, attendee=attendee, verdict=Verdict.ADMITTED,
                 arrival=1)  # fmt: skip
    scan.happened_at = found.scan.happened_at
    scan.save()
    found.delete()
    Reconciliation.objects.create(scan=found.scan, finding=Reconciliation.Finding.RIGHTLY, note="", by=desk.by, at=now)
    signals.attendee_arrived.send(sender=Attendee, attendee=attendee, scan=scan)
    return Outcome(scan, attendee)


def note_rehearsal(
    *, event: Event, desk: Desk, device: uuid.UUID, people: int, seconds: int, now: datetime | None = None
) -> Rehearsal:
    """A device has shown that it works without network, knowing so many people, cut off for so many seconds."""
    return Rehearsal.objects.create(
        event=event, device=device, desk=desk.name, by=desk.by, people=people, seconds=seconds,
        passed_at=now or timezone.now(),
    )  # fmt: skip


# -- inside ------------------------------------------------------------------------------------------------------------


def _record(event: Event, shown: Shown, desk: Desk, now: datetime) -> Outcome:
    try:
        with transaction.atomic():
            return _newcomers(event, shown, desk, now) if shown.newcomer else _persons(event, shown, desk, now)
    except IntegrityError:
        # the same fact by another request at the same moment: that one was first
        same = _same(shown.key)
        if same is None:
            raise
        return same


def _persons(event: Event, shown: Shown, desk: Desk, now: datetime) -> Outcome:
    """A pass, or somebody who was found by name. The facts of one person queue at that person's row."""
    attendee = _found(shown)
    if attendee is None or attendee.event_id != event.pk:
        same = _same(shown.key)
        if same:
            return same
        foreign = Verdict.UNKNOWN if attendee is None else Verdict.OTHER_EVENT
        scan = _scan(event, shown, desk, now, attendee=None, verdict=foreign)
        scan.save()
        return Outcome(scan)
    facts = _ARRIVALS_OF.rows(attendee.pk)
    # a fact that let nobody in is found by the key's own constraint when it comes again (see _record)
    same_scan = next((one for one in facts if one.key == shown.key), None)
    here = _here(facts)
    if same_scan:
        return _outcome(same_scan, attendee, here)
    verdict = _verdict(attendee, here)
    arrival = _last(facts) + 1 if verdict == Verdict.ADMITTED else None
    scan = _scan(event, shown, desk, now, attendee=attendee, verdict=verdict, arrival=arrival)
    scan.save()
    if verdict == Verdict.ADMITTED:
        signals.attendee_arrived.send(sender=Attendee, attendee=attendee, scan=scan)
    return _outcome(scan, attendee, here)


def _newcomers(event: Event, shown: Shown, desk: Desk, now: datetime) -> Outcome:
    """Somebody without a registration gets one and is here; who is registered after all is simply here."""
    who = shown.newcomer
    assert who is not None
    event = lock(event)
    same = _same(shown.key)
    if same:
        return same
    known = event.attendees.confirmed().filter(email__iexact=who.email).first() if who.email else None
    if known:
        return _persons(event, Shown(shown.key, shown.means, person=known.key, at=shown.at, told=shown.told), desk, now)
    try:
        attendee = _newcomer(event, shown.key, who, now)
    except EventFull:
        if not shown.told:
            raise
        scan = _scan(event, shown, desk, now, attendee=None, verdict=Verdict.FULL)
        scan.save()
        WalkIn.objects.create(
            scan=scan, full_name=who.full_name, organisation_name=who.organisation_name,
            organisation_kind=who.organisation_kind, email=who.email,
        )  # fmt: skip
        return Outcome(scan)
    scan = _scan(event, shown, desk, now, attendee=attendee, verdict=Verdict.ADMITTED, arrival=1)
    scan.save()
    signals.attendee_arrived.send(sender=Attendee, attendee=attendee, scan=scan)
    return Outcome(scan, attendee)


def _newcomer(event: Event, submission_id: uuid.UUID, who: Newcomer, now: datetime) -> Attendee:
    """A place in the registration of their organisation, or in one of their own. Raises EventFull."""
    guest = Guest(who.full_name, who.email)
    of_theirs = event.registrations.filter(state=Registration.State.CONFIRMED, category="organisation", erased_at=None)
    registration = of_theirs.filter(organisation_name__iexact=who.organisation_name).first()
    if not who.organisation_name or registration is None:
        registration = _registration(event, submission_id, who, now)
    [attendee] = give_places(registration, event, [guest], now)
    if registration.walked_in_at == now:
        signals.registration_confirmed.send(sender=Registration, registration=registration, people=[attendee])
    return attendee


def _registration(event: Event, submission_id: uuid.UUID, who: Newcomer, now: datetime) -> Registration:
    category = Registration.Category.ORGANISATION if who.organisation_name else Registration.Category.PERSON
    organisation = directory_entry(who.organisation_name) if who.organisation_name else None
    registrant = registrant_key_of(
        category, organisation=organisation.pk if organisation else None, name=who.organisation_name, email=who.email
    )
    if not who.email and not who.organisation_name:
        registrant = ""  # nothing tells one person without mailbox from another
    key = uuid.uuid4()
    return Registration.objects.create(
        key=key, event=event, category=category, registrant_key=registrant, organisation=organisation,
        organisation_name=who.organisation_name,
        organisation_kind=who.organisation_kind if who.organisation_name else "", contact_name=who.full_name,
        contact_email=who.email, submission_id=submission_id, token_hash=hash_token(make_token("registration", key)),
        privacy_notice_version=settings.PRIVACY_NOTICE_VERSION, created_at=now, walked_in_at=now,
    )  # fmt: skip


def _found(shown: Shown) -> Attendee | None:
    """Whose pass it is, of whatever event, locked, with whom they represent."""
    if shown.person:
        return _people().filter(key=shown.person).first()
    code = codes.normal(shown.code)
    return _OF_PASS.first(codes.mark_of(code)) if code else None


def _people() -> AttendeeQuerySet:
    return Attendee.objects.select_for_update(of=("self",)).with_represented()


def _of_pass(mark: RawSQL) -> AttendeeQuerySet:
    return _people().filter(pass_mark=mark)


def _arrivals_of(attendee: RawSQL) -> QuerySet[Scan]:
    """The facts by which one person came or was taken back, in order."""
    return Scan.objects.filter(attendee=attendee, arrival__isnull=False).order_by("pk")


_OF_PASS, _ARRIVALS_OF = Compiled(_of_pass), Compiled(_arrivals_of)


def _same(key: uuid.UUID) -> Outcome | None:
    """What this fact was answered the first time."""
    scan = Scan.objects.filter(key=key).select_related("attendee__registration").first()
    if scan is None:
        return None
    return _outcome(scan, scan.attendee, _here(_ARRIVALS_OF.rows(scan.attendee.pk)) if scan.attendee else None)


def _outcome(scan: Scan, attendee: Attendee | None, here: Scan | None) -> Outcome:
    return Outcome(scan, attendee, here if scan.verdict == Verdict.AGAIN else None)


def _last(facts: Sequence[Scan]) -> int:
    return max((one.arrival or 0 for one in facts), default=0)


def _here(facts: Sequence[Scan]) -> Scan | None:
    """The arrival that was not taken back, if there is one. Twin of `ScanQuerySet.arrivals`, of one person's facts."""
    taken_back = {one.arrival for one in facts if one.kind == Scan.Kind.TAKEN_BACK}
    arrived = (one for one in facts if one.kind == Scan.Kind.ARRIVED and one.arrival)
    return next((one for one in arrived if one.arrival not in taken_back), None)


def _verdict(attendee: Attendee, here: Scan | None) -> str:
    if here:
        return Verdict.AGAIN
    if attendee.is_confirmed:
        return Verdict.ADMITTED
    return Verdict.NOT_CONFIRMED if attendee.is_standing else Verdict.CANCELLED


def _scan(
    event: Event, shown: Shown, desk: Desk, now: datetime, *, attendee: Attendee | None, verdict: str,
    arrival: int | None = None,
) -> Scan:  # fmt: skip
    at = min(shown.at + desk.ahead, now) if shown.at else now
    return Scan(
        key=shown.key, event=event, attendee=attendee, means=shown.means, verdict=verdict, told=shown.told,
        arrival=arrival, desk=desk.name, device=desk.device, by=desk.by, device_at=shown.at, happened_at=at,
        received_at=now,
    )  # fmt: skip
