"""What of this room's data has served its time, and the steps of its deletion: once a night, and by `manage.py purge`."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from events.checkin.models import Reconciliation, WalkIn
from events.kept import ATTENDANCE, REGISTRATIONS
from events.limits import LONGEST
from events.meeting_point import retention as of_meeting_point
from events.models import Answer, ChangeRequest, Pace, Speaker, SpecialNeeds, WaitingEntry
from events.served import served
from events.services import forgetting
from organisations.kept import Numbers, Step, in_batches, simple


def due(now: datetime) -> Numbers:
    """Class of data -> how many leave today."""
    return {key: number for step in STEPS for key, number in step.due(now).items()}


@transaction.atomic
def purge(now: datetime) -> Numbers:
    """All steps of this room at once; what left. The clock runs them in batches (`notifications.kept`)."""
    numbers: Counter[str] = Counter()
    for step in STEPS:
        numbers.update(step.run_whole(now))
    return dict(numbers)


def free_answers(now: datetime) -> QuerySet[Answer]:
    """Words and dates, of which somebody might be known again. What was counted stays (`events.kept`)."""
    said = Answer.objects.filter(~Q(text="") | Q(day__isnull=False), question__sensitive=False)
    return said.filter(served(now, REGISTRATIONS, "question__event"))


def requests(now: datetime) -> QuerySet[ChangeRequest]:
    """Requests for a change."""
    return ChangeRequest.objects.filter(served(now, REGISTRATIONS))


def priorities(now: datetime) -> QuerySet[WaitingEntry]:
    """Reasons why somebody went first; with the reason the number goes, as the constraint wants it."""
    return WaitingEntry.objects.filter(served(now, REGISTRATIONS)).exclude(priority_reason="")


def walk_ins(now: datetime) -> QuerySet[WalkIn]:
    """Who found no place at the door."""
    return WalkIn.objects.filter(served(now, REGISTRATIONS, "scan__event"))


def door_notes(now: datetime) -> QuerySet[Reconciliation]:
    """Notes of the door; what was found out stays."""
    return Reconciliation.objects.filter(served(now, REGISTRATIONS, "scan__event")).exclude(note="")


def speakers_addresses(now: datetime) -> QuerySet[Speaker]:
    """Addresses that nobody writes to any more."""
    return Speaker.objects.filter(served(now, REGISTRATIONS)).exclude(email="")


# -- inside ------------------------------------------------------------------------------------------------------------


def _needs_due(now: datetime) -> Numbers:
    return _needs(list(SpecialNeeds.objects.outlived(now)))


def _needs(rows: list[SpecialNeeds]) -> Numbers:
    return {
        "access_needs": sum(bool(row.access) for row in rows),
        "dietary_needs": sum(bool(row.dietary) for row in rows),
    }


def _needs_run(now: datetime) -> Iterator[Numbers]:
    for batch in in_batches(SpecialNeeds.objects.outlived(now)):
        numbers = _needs(list(batch))
        SpecialNeeds.objects.filter(pk__in=[row.pk for row in batch]).delete()
        yield numbers


def _registrations_due(now: datetime) -> Numbers:
    people = forgetting.people_due(now)
    unchanged = people.proven().filter(email="").exclude(served(now, ATTENDANCE))
    return {
        "contacts": forgetting.registrations_due(now).count(),
        "people": people.exclude(pk__in=unchanged.values("pk")).count(),
    }


def _registrations_run(now: datetime) -> Iterator[Numbers]:
    for batch in in_batches(forgetting.registrations_due(now)):
        contacts, people = forgetting.forget_registrations(batch=batch, now=now)
        yield {"contacts": contacts, "people": people}


def _attendance_run(now: datetime) -> Iterator[Numbers]:
    for batch in in_batches(forgetting.attendance_due(now)):
        yield {"attendance": forgetting.forget_attendance(batch=batch, now=now)}


STEPS = (
    Step("needs", _needs_due, _needs_run),
    simple("sensitive_answers", lambda now: Answer.objects.outlived(now), lambda rows: rows.delete()),
    simple("answers", free_answers, lambda rows: rows.delete()),
    simple("requests", requests, lambda rows: rows.delete()),
    simple("waiting", priorities, lambda rows: rows.update(priority=0, priority_reason="", prioritised_by=None)),
    simple("walk_ins", walk_ins, lambda rows: rows.delete()),
    simple("door_notes", door_notes, lambda rows: rows.update(note="")),
    simple("speakers_addresses", speakers_addresses, lambda rows: rows.update(email="")),
    Step("registrations", _registrations_due, _registrations_run),
    Step("attendance", lambda now: {"attendance": forgetting.attendance_due(now).count()}, _attendance_run),
    *of_meeting_point.STEPS,
    simple("counts_of_forms", lambda now: Pace.objects.filter(since__lte=now - LONGEST), lambda rows: rows.delete()),
)
