"""The change log as people read it: plain sentences, and each value before and after."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events.log.kinds import KINDS, Group, Kind
from events.log.models import LogEntry
from events.models import Attendee, Registration
from organisations.languages import Words
from organisations.models import Organisation
from organisations.zone import ROME, wall_clock

Actor = LogEntry.Actor
#: Names of what was changed and is no column.
OTHERS = {"options": gettext_lazy("Answers to choose"), "voices": gettext_lazy("Speakers")}
#: Entries of which the names are looked up together.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Detail:
    """One field that was changed. `is_unsaid`: its words may name somebody, so only that it changed was written."""

    label: str
    old: str
    new: str
    is_unsaid: bool

    def __str__(self) -> str:
        if self.is_unsaid:
            return _("%(field)s: changed") % {"field": self.label}
        return _("%(field)s: from “%(old)s” to “%(new)s”") % {"field": self.label, "old": self.old, "new": self.new}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words."""

    entry: LogEntry
    group: str
    who: str
    sentence: str
    details: tuple[Detail, ...]

    @property
    def day(self) -> date:
        """When it was, in Rome."""
        return self.entry.at.astimezone(ROME).date()

    @property
    def is_whole(self) -> bool:
        """Whether the sentence says all of it: one fact of the event."""
        return self.entry.action == "event.changed" and len(self.details) == 1


def lines(entries: Sequence[LogEntry]) -> list[Line]:
    """Entries in the active language, with the names that things bear now. Three queries beside the users' names.

    Whoever was erased since has no name any more, here either.
    """
    names = _Names.of(entries)
    return [_line(entry, names) for entry in entries]


def all_lines(entries: "models.QuerySet[LogEntry]") -> Iterator[Line]:
    """The same for any number of them, some hundreds at a time."""
    found = entries.select_related("by").iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        yield from lines(chunk)


# -- names -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Names:
    registrations: Mapping[int, str]
    people: Mapping[int, str]
    organisations: Mapping[int, str]

    @classmethod
    def of(cls, entries: Iterable[LogEntry]) -> "_Names":
        entries = list(entries)
        registrations = {entry.registration for entry in entries if entry.registration}
        people = {entry.subject for entry in entries if entry.subject and entry.registration}
        invited = {entry.values["organisation"] for entry in entries if "organisation" in entry.values}
        return cls(
            {
                one.pk: f"{one.registrant} ({one.reference})"
                for one in Registration.objects.filter(pk__in=registrations)
            },
            {one.pk: one.full_name for one in Attendee.objects.filter(pk__in=people, erased_at=None)},
            dict(Organisation.objects.filter(pk__in=invited).values_list("pk", "name")),
        )

    def who(self, entry: LogEntry) -> str:
        match entry.actor:
            case Actor.CONTACT:
                return _("The contact, through the link,")
            case Actor.PERSON:
                return _("One person, through their own link,")
            case Actor.PORTAL:
                return _("The portal, by itself,")
            case _:
                return str(entry.by)

    def in_sentence(self, entry: LogEntry) -> dict[str, Any]:
        return {
            "who": self.who(entry),
            "registration": self.registrations.get(entry.registration or 0) or _("a registration that is gone"),
            "person": self.people.get(entry.subject or 0) or _("a person whose data were erased"),
            "organisation": self.organisations.get(entry.values.get("organisation", 0)) or _("an organisation that is gone"),
        }  # fmt: skip


# -- words -------------------------------------------------------------------------------------------------------------


def _line(entry: LogEntry, names: _Names) -> Line:
    kind = KINDS.get(entry.action)
    who = names.who(entry).rstrip(",").rstrip()
    if kind is None:  # written by a newer portal, or by a room that is gone
        return Line(entry, "", who, f"{names.who(entry)} {entry.action}", ())
    details = _details(kind, entry.values.get("changes") or {})
    return Line(entry, str(Group(kind.group).label), who, _sentence(kind, entry, names, details), details)


def _sentence(kind: Kind, entry: LogEntry, names: _Names, details: Sequence[Detail]) -> str:
    values = {name: _spoken(value) for name, value in entry.values.items()}
    more = {name: str(value) for name, value in kind.more(entry.values).items()} if kind.more else {}
    words = values | names.in_sentence(entry) | more
    if kind.action == "event.changed":
        return _of_an_event(entry, words["who"], details)
    return str(kind.sentence % words)


def _of_an_event(entry: LogEntry, who: str, details: Sequence[Detail]) -> str:
    """The whole story where there is one fact; of several how many, for they stand below."""
    if len(details) != 1:
        words = ngettext(
            "%(who)s changed %(count)s fact of the event.", "%(who)s changed %(count)s facts of the event.", len(details)
        )  # fmt: skip
        return words % {"who": who, "count": len(details)}
    (field,) = entry.values["changes"]
    (one,) = details
    sentence = {
        "starts_at": _("%(who)s moved the start from %(old)s to %(new)s."),
        "ends_at": _("%(who)s moved the end from %(old)s to %(new)s."),
        "capacity": _("%(who)s changed the number of places from %(old)s to %(new)s."),
    }.get(field) or _("%(who)s changed “%(field)s” from “%(old)s” to “%(new)s”.")
    if one.is_unsaid:
        sentence = _("%(who)s changed “%(field)s”.")
    return sentence % {"who": who, "field": one.label, "old": one.old, "new": one.new}


def _details(kind: Kind, changes: Mapping[str, list[Any] | None]) -> tuple[Detail, ...]:
    model = apps.get_model(kind.model) if kind.model else None
    return tuple(_detail(model, name, pair) for name, pair in changes.items())


def _detail(model: type[models.Model] | None, name: str, pair: list[Any] | None) -> Detail:
    field = _field(model, name)
    label = str(capfirst(str(field.verbose_name))) if field else str(OTHERS.get(name, name))
    old, new = ("", "") if pair is None else (_said(field, value) for value in pair)
    return Detail(label, old, new, is_unsaid=pair is None)


def _field(model: type[models.Model] | None, name: str) -> "models.Field[Any, Any] | None":
    try:
        found = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, models.Field) else None


def _said(field: "models.Field[Any, Any] | None", value: Any) -> str:
    """A value that JSON kept, as people read it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    match field:
        case models.DateTimeField():
            return moment_in_words(datetime.fromisoformat(value))
        case models.DateField():
            return date_format(date.fromisoformat(value), "j F Y")
        case models.TimeField():
            return f"{time.fromisoformat(value):%H:%M}"
        case models.DurationField():
            hours, minutes = divmod(round(value) // 60, 60)
            return f"{hours}:{minutes:02d} h"
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return number_format(value) if isinstance(value, int | float) else str(value)


def moment_in_words(moment: datetime) -> str:
    """“21 February 2027, 10:30” by the clock in Rome; in the hour that October has twice with its zone."""
    return f"{date_format(moment.astimezone(ROME), 'j F Y')}, {wall_clock(moment)}"


def _spoken(value: Any) -> Any:
    """A value inside a sentence: a text in two languages in the reader's."""
    if isinstance(value, dict) and value.keys() == {"it", "en"}:
        return str(Words(**value))
    return value
