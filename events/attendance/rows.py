"""The register as it stands now: everybody who held a place, by who registered them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from events.attendance.models import AttendanceMark, AttendanceRegister, Status
from events.models import Attendee, Event, Registration


@dataclass(frozen=True, slots=True)
class Line:
    """One person. `arrived_at`: by the desks; `is_marked`: an organiser wrote the status."""

    attendee: Attendee
    status: str
    arrived_at: datetime | None
    represented_by: Attendee | None = None
    is_marked: bool = False

    @property
    def words(self) -> str:
        """The status as it is printed."""
        return str(Status(self.status).label)


@dataclass(frozen=True, slots=True)
class Group:
    """Those whom one registration brought."""

    registration: Registration
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole register."""

    groups: tuple[Group, ...]

    @property
    def lines(self) -> list[Line]:
        """Everybody, in the order of the sheet."""
        return [line for group in self.groups for line in group.lines]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many of each status, in words, those of nobody left out."""
        found = Counter(line.status for line in self.lines)
        return [(str(status.label), found[status]) for status in Status if found[status]]

    @property
    def content(self) -> list[dict[str, Any]]:
        """As an edition keeps it: rows instead of names."""
        return [
            {"registration": group.registration.pk, "people": [_kept(line) for line in group.lines]}
            for group in self.groups
        ]


def now_of(event: Event) -> Sheet:
    """From what the desks recorded and organisers wrote. Three queries."""
    people = event.attendees.confirmed().with_arrival().select_related("registration")
    marks = {
        mark.attendee_id: mark
        for mark in AttendanceMark.objects.filter(attendee__event=event).select_related("represented_by")
    }
    return _sheet(_line(attendee, marks.get(attendee.pk)) for attendee in people)


def closed(register: AttendanceRegister) -> Sheet:
    """An edition with the names of today: who was erased since has none. Two queries."""
    entries = [one for group in register.content for one in group["people"]]
    people = _named(entries)
    return _sheet(
        Line(
            people[one["attendee"]],
            one["status"],
            parse_datetime(one["arrived_at"]) if one["arrived_at"] else None,
            people.get(one["represented_by"] or 0),
        )
        for one in entries
        if one["attendee"] in people
    )


def has_changed(register: AttendanceRegister, sheet: Sheet) -> bool:
    """Whether the register as it stands says another thing than an edition; the order, which follows names, is none."""
    return _facts(closed(register).content) != _facts(sheet.content)


# -- inside ------------------------------------------------------------------------------------------------------------


def _line(attendee: Attendee, mark: AttendanceMark | None) -> Line:
    arrived_at: datetime | None = vars(attendee)["arrived_at"]
    if mark:
        return Line(attendee, mark.status, arrived_at, mark.represented_by, is_marked=True)
    return Line(attendee, Status.PRESENT if arrived_at else Status.ABSENT, arrived_at)


def _sheet(lines: Iterable[Line]) -> Sheet:
    """Organisations by name, then everybody who came for themselves; people by name."""
    groups: dict[int, Group] = {}
    for line in lines:
        registration = line.attendee.registration
        groups.setdefault(registration.pk, Group(registration)).lines.append(line)
    for group in groups.values():
        group.lines.sort(key=lambda line: (line.attendee.full_name.casefold(), line.attendee.pk))
    return Sheet(tuple(sorted(groups.values(), key=_place)))


def _place(group: Group) -> tuple[bool, str, int]:
    registration = group.registration
    is_person = registration.category == Registration.Category.PERSON
    return is_person, registration.registrant.casefold(), registration.pk


def _kept(line: Line) -> dict[str, Any]:
    return {
        "attendee": line.attendee.pk,
        "status": str(line.status),
        "arrived_at": line.arrived_at.isoformat() if line.arrived_at else None,
        "represented_by": line.represented_by.pk if line.represented_by else None,
    }


def _facts(content: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    people = (one for group in content for one in group["people"])
    return sorted(
        (one["attendee"], one["status"], one["arrived_at"] or "", one["represented_by"] or 0) for one in people
    )


def _named(entries: Iterable[Mapping[str, Any]]) -> dict[int | str, Attendee]:
    """The people of an edition, as it names them: by their rows; the first portals wrote their keys (decision 0030)."""
    named = {one["attendee"] for one in entries} | {one["represented_by"] for one in entries if one["represented_by"]}
    rows, keys = {one for one in named if isinstance(one, int)}, {one for one in named if isinstance(one, str)}
    found = Attendee.objects.filter(Q(pk__in=rows) | Q(key__in=keys)).select_related("registration")
    return {name: attendee for attendee in found for name in (attendee.pk, str(attendee.key)) if name in named}
