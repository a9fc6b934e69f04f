"""The register's verbs: write into it, close it, correct it by another edition. Closing gives the certificates."""

import hashlib
import json
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events import signals
from events.attendance import rows
from events.attendance.models import AttendanceMark, AttendanceRegister, Certificate, Status
from events.checkin import codes
from events.log.recording import record
from events.models import Attendee, Event
from events.services.locking import lock
from organisations.links import sign
from organisations.models import User


class NotOver(Exception):
    """The event goes on, or lies before us: its register cannot be closed."""


class NeedsReason(Exception):
    """The register is closed already: another edition says why."""


class NotPresent(Exception):
    """Only somebody who is present can speak for another."""


class HoldsNoPlace(Exception):
    """This person is not in the register."""


@transaction.atomic
def mark(
    *, attendee: Attendee, status: str, by: User, represented_by: Attendee | None = None, now: datetime | None = None
) -> AttendanceMark:
    """Write how somebody stands in the register, whatever the desks recorded. Raises HoldsNoPlace, NotPresent."""
    now = now or timezone.now()
    event = lock(attendee.event)
    attendee = event.attendees.get(pk=attendee.pk)
    if not attendee.is_confirmed:
        raise HoldsNoPlace
    if represented_by is not None and (represented_by == attendee or not _is_present(event, represented_by)):
        raise NotPresent
    written, _created = AttendanceMark.objects.update_or_create(
        attendee=attendee,
        defaults={"status": status, "represented_by": represented_by, "by": by, "at": now},
    )
    record(event, "register.marked", by=by, person=attendee, status=status)
    return written


@transaction.atomic
def unmark(*, attendee: Attendee, by: User) -> None:
    """Let what the desks recorded stand again."""
    event = lock(attendee.event)
    if AttendanceMark.objects.filter(attendee=attendee).delete()[0]:
        record(event, "register.unmarked", by=by, person=attendee)


@transaction.atomic
def close(
    *, event: Event, minutes: str, by: User, tell: bool, reason: str = "", now: datetime | None = None
) -> AttendanceRegister:
    """Freeze the register with its minutes and give everybody who came a certificate; `tell`: write to them.

    Whoever an edition before had said to have come and this one does not loses the certificate. Raises NotOver,
    NeedsReason. Announces attendance_closed.
    """
    now = now or timezone.now()
    event = lock(event)
    if now < event.ends_at or event.state not in (Event.State.PUBLISHED, Event.State.HELD):
        raise NotOver
    edition = event.registers.count() + 1
    if edition > 1 and not reason:
        raise NeedsReason
    sheet = rows.now_of(event)
    content = sheet.content
    register = AttendanceRegister.objects.create(
        event=event, edition=edition, content=content, minutes=minutes, reason=reason if edition > 1 else "",
        sha256=fingerprint(content, minutes), closed_at=now, closed_by=by,
    )  # fmt: skip
    came = [line.attendee for line in sheet.lines if line.status == Status.PRESENT]
    given = _certify(register, came, now)
    record(event, "register.closed", by=by, edition=edition, present=len(came))
    signals.attendance_closed.send(sender=AttendanceRegister, register=register, people=given if tell else [])
    return register


def code_of(attendee: Attendee) -> str:
    """The ten characters printed on a certificate: another person's, or another purpose's, are others."""
    number = int.from_bytes(sign("portal.certificates.code", attendee.key.hex)[:8], "big") >> 14
    return "".join(codes.ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(codes.LENGTH)))


def mark_of(code: str) -> str:
    """What the row stores of a code. Expects a code as `codes.normal` gives it."""
    return sign("portal.certificates.mark", code).hex()


def fingerprint(content: object, minutes: str) -> str:
    """SHA-256 over the canonical JSON of both, hexadecimal."""
    text = json.dumps([content, minutes], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# -- inside ------------------------------------------------------------------------------------------------------------


def _is_present(event: Event, attendee: Attendee) -> bool:
    written = AttendanceMark.objects.filter(attendee=attendee).first()
    if written:
        return written.status == Status.PRESENT
    return event.attendees.confirmed().present().filter(pk=attendee.pk).exists()


def _certify(register: AttendanceRegister, came: Collection[Attendee], now: datetime) -> list[Attendee]:
    """Everybody who came has a certificate that holds, nobody else does; those for whom that is news."""
    of_event = Certificate.objects.filter(attendee__event=register.event)
    of_event.holding().exclude(attendee__in=came).update(withdrawn_at=now)
    holding = set(of_event.holding().values_list("attendee", flat=True))
    news = [attendee for attendee in came if attendee.pk not in holding]
    # one that was withdrawn by mistake holds again, with the same code
    of_event.filter(attendee__in=news).update(withdrawn_at=None, register=register, issued_at=now)
    Certificate.objects.bulk_create(
        [Certificate(attendee=one, mark=mark_of(code_of(one)), register=register, issued_at=now) for one in news],
        ignore_conflicts=True, batch_size=500,
    )  # fmt: skip
    return news
