"""What a device reports, read with suspicion: whatever is not exactly what the desk's script writes is refused whole."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from events.checkin.models import Scan
from events.checkin.services import Desk, Newcomer, Shown
from organisations.models import Organisation, User

#: So many facts in one report, and so many bytes.
MOST, MOST_BYTES = 200, 256 * 1024
#: A device never says what only the server knows, nor walks in where it may only read passes.
MEANS = frozenset(Scan.Means.values)
TOLD = frozenset({"", *Scan.Verdict.values})


class Unreadable(Exception):
    """Not a report. The message says which part of it."""


def read(body: bytes, *, by: User, now: datetime) -> tuple[Desk, list[Shown]]:
    """The desk and what happened there. Raises Unreadable."""
    if len(body) > MOST_BYTES:
        raise Unreadable("too large")
    try:
        report = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("no JSON") from error
    if not isinstance(report, dict) or not isinstance(report.get("scans"), list):
        raise Unreadable("scans")
    if not 0 < len(report["scans"]) <= MOST:
        raise Unreadable("number of scans")
    sent_at = _moment(report.get("device_now"), "device_now")
    ahead = now - sent_at if sent_at else timedelta()
    desk = Desk(_text(report, "desk", 60, needed=True), by, _uuid(report.get("device"), "device"), ahead)
    return desk, [_shown(one) for one in report["scans"]]


def _shown(one: Any) -> Shown:
    if not isinstance(one, dict):
        raise Unreadable("scan")
    means, told = one.get("means"), one.get("told", "")
    if means not in MEANS or told not in TOLD:
        raise Unreadable("means or told")
    newcomer = _newcomer(one.get("newcomer")) if means == Scan.Means.WALK_IN else None
    person = _uuid(one["person"], "person") if one.get("person") else None
    return Shown(
        key=_uuid(one.get("key"), "key"), means=means, code=_text(one, "code", 300), person=person, newcomer=newcomer,
        at=_moment(one.get("at"), "at"), told=told,
    )  # fmt: skip


def _newcomer(one: Any) -> Newcomer:
    if not isinstance(one, dict):
        raise Unreadable("newcomer")
    email, kind = _text(one, "email", 254), _text(one, "organisation_kind", 20)
    organisation = _text(one, "organisation_name", 200)
    try:
        if email:
            validate_email(email)
    except ValidationError as error:
        raise Unreadable("email") from error
    if organisation and kind not in Organisation.Kind.values:
        raise Unreadable("organisation_kind")
    return Newcomer(_text(one, "full_name", 150, needed=True), organisation, kind if organisation else "", email)


def _text(where: dict[str, Any], name: str, longest: int, *, needed: bool = False) -> str:
    value = where.get(name, "")
    # the database takes neither zeros nor halves of characters
    if (
        not isinstance(value, str)
        or len(value) > longest
        or "\0" in value
        or value != value.encode(errors="ignore").decode()
    ):
        raise Unreadable(name)
    value = " ".join(value.split())
    if needed and not value:
        raise Unreadable(name)
    return value


def _uuid(value: Any, name: str) -> uuid.UUID:
    try:
        return uuid.UUID(value if isinstance(value, str) else "")
    except ValueError as error:
        raise Unreadable(name) from error


def _moment(value: Any, name: str) -> datetime | None:
    """Milliseconds since 1970 by the device's clock, however wrong; nothing where it has none."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 4_102_444_800_000:  # the year 2100
        raise Unreadable(name)
    return datetime.fromtimestamp(value / 1000, UTC)


def read_rehearsal(body: bytes, *, by: User, now: datetime) -> tuple[Desk, uuid.UUID, int, int]:
    """The desk, its device, how many people its device knew, how many seconds it was cut off. Raises Unreadable."""
    try:
        report = json.loads(body[:MOST_BYTES])
    except (ValueError, RecursionError) as error:
        raise Unreadable("no JSON") from error
    if not isinstance(report, dict):
        raise Unreadable("no JSON")
    people, seconds = report.get("people"), report.get("seconds")
    for name, value in (("people", people), ("seconds", seconds)):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1_000_000:
            raise Unreadable(name)
    device = _uuid(report.get("device"), "device")
    return Desk(_text(report, "desk", 60, needed=True), by, device), device, report["people"], report["seconds"]
