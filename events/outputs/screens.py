"""What runs now and what comes next, for displays in the hall and at the doors.

A screen fetches everything at once and then needs no network: the page finds now and next by itself (`static/screen.js`).
The same is worked out here for a browser that runs no script.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events.agenda import Agenda, Item, Place
from events.agenda.people import choices_of
from events.models import Event
from organisations.languages import Language, Reading, Words
from organisations.zone import ROME, wall_clock


@dataclass(frozen=True, slots=True)
class Line:
    """One item as a screen says it, in the reader's language and, where there is one, beneath it in the other."""

    key: UUID
    when: str
    title: Reading
    other: Reading | None
    who: str
    is_off: bool
    #: Places left of the item's own; None where it has none.
    free: int | None


@dataclass(frozen=True, slots=True)
class Panel:
    """One room at one moment, or the whole event where it has no rooms."""

    room: Place | None
    now: tuple[Line, ...]
    #: All that begin first after this moment.
    next: tuple[Line, ...]
    is_over: bool


def labels() -> dict[str, Words]:
    """The words that a screen says, in both languages at once."""
    return {
        "now": Words.made_by(lambda: _("Now")),
        "next": Words.made_by(lambda: _("Coming next")),
        "nothing_now": Words.made_by(lambda: _("Nothing at the moment")),
        "over": Words.made_by(lambda: _("The agenda is over")),
        "called_off": Words.made_by(lambda: _("called off")),
        "cancelled": Words.made_by(lambda: _("This event is cancelled.")),
        "free": Words.made_by(lambda: _("free places:")),
        "full": Words.made_by(lambda: _("full")),
        "old": Words.made_by(lambda: _("No network. The agenda is as it was at")),
        "empty": Words.made_by(lambda: _("The agenda will be published here.")),
    }


def panels(
    agenda: Agenda, now: datetime, *, free: Mapping[UUID, int], language: str, room: Place | None = None
) -> list[Panel]:
    """One for each room, or the one asked for; one for all where there are no rooms."""
    rooms: Iterable[Place | None] = [room] if room else rooms_of(agenda) or [None]
    return [_panel(agenda, now, one, lambda item: _line(item, now, free, language)) for one in rooms]


def rooms_of(agenda: Agenda) -> list[Place]:
    """The rooms in which anything takes place, in their order."""
    used = {item.room.pk for item in agenda if item.room}
    return [room for room in agenda.rooms if room.pk in used]


def _panel(agenda: Agenda, now: datetime, room: Place | None, line: Callable[[Item], Line]) -> Panel:
    """What has no room is for everybody. The twin of `panel` in `static/screen.js`."""
    here = [item for item in agenda if room is None or item.room in (None, room)]
    running = [item for item in here if item.starts_at <= now < item.ends_at]
    coming = [item for item in here if item.starts_at > now]
    first = min((item.starts_at for item in coming), default=None)
    following = [item for item in coming if item.starts_at == first]
    return Panel(room, tuple(map(line, running)), tuple(map(line, following)), not running and not following)


def _line(item: Item, now: datetime, free: Mapping[UUID, int], language: str) -> Line:
    title = item.title.reading(language)
    other = item.title.reading(Language.ITALIAN if language == Language.ENGLISH else Language.ENGLISH)
    return Line(
        key=item.key,
        when=_when(item, now),
        title=title,
        other=None if other.text == title.text else other,
        who=spoken_by(item).in_language(language),
        is_off=item.is_cancelled,
        free=free.get(item.key),
    )


def _when(item: Item, now: datetime) -> str:
    """From when to when on the wall; with the day where it is not today."""
    hours = f"{wall_clock(item.starts_at)}–{wall_clock(item.ends_at)}"
    if item.starts_at.astimezone(ROME).date() == now.astimezone(ROME).date():
        return hours
    return f"{date_format(item.starts_at.astimezone(ROME), 'l j F')}, {hours}"


def free_places(event: Event, agenda: Agenda) -> dict[UUID, int]:
    """How many places are left in each item that has places of its own. The queries of the choosers, if any has."""
    if not any(item.places for item in agenda):
        return {}
    holders = choices_of(event)
    return {item.key: max(0, item.places - len(holders.get(item.key, ()))) for item in agenda if item.places}


def state(event: Event, agenda: Agenda, free: Mapping[UUID, int]) -> dict[str, Any]:
    """All that a screen needs until it asks again; moments in UTC."""
    return {
        "title": _both(Words.of(event, "title")),
        "venue": event.venue,
        "cancelled": event.state == Event.State.CANCELLED,
        "labels": {name: _both(words) for name, words in labels().items()},
        "rooms": [{"id": room.pk, "name": _both(room.name)} for room in rooms_of(agenda)],
        "items": [_item(item, free) for item in agenda],
    }


def _item(item: Item, free: Mapping[UUID, int]) -> dict[str, Any]:
    return {
        "id": str(item.key),
        "starts": _instant(item.starts_at),
        "ends": _instant(item.ends_at),
        "title": _both(item.title),
        "who": _both(spoken_by(item)),
        "room": item.room.pk if item.room else None,
        "off": item.is_cancelled,
        "free": free.get(item.key),
    }


def spoken_by(item: Item) -> Words:
    """Who speaks, in both languages."""
    if not item.voices:
        return item.speakers
    return Words.made_by(lambda: " · ".join(map(str, item.voices)))


def _both(words: Words) -> dict[str, str]:
    """Each language that there is, and no language twice."""
    if words.it and words.it == words.en:
        return {"it": words.it}
    return {language: text for language, text in (("it", words.it), ("en", words.en)) if text}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
