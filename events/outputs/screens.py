"""What runs now and what comes next, for displays in the hall and at the doors.

A screen fetches everything at once and then needs no network: the page finds now and next by itself (`static/screen.js`).
The same is worked out here for a browser that runs no script.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from events.agenda import Agenda, Item, Place
from events.models import Event
from events.outputs.frab import passing
from organisations.languages import Words


@dataclass(frozen=True, slots=True)
class Panel:
    """One room at one moment, or the whole event where it has no rooms."""

    room: Place | None
    now: tuple[Item, ...]
    #: All that begin first after this moment.
    next: tuple[Item, ...]


def labels() -> dict[str, Words]:
    """The words that a screen says, in both languages at once."""
    return {
        "now": Words.made_by(lambda: _("Now")),
        "next": Words.made_by(lambda: _("Next")),
        "nothing_now": Words.made_by(lambda: _("Nothing at the moment")),
        "over": Words.made_by(lambda: _("The agenda is over")),
        "called_off": Words.made_by(lambda: _("called off")),
        "cancelled": Words.made_by(lambda: _("This event is cancelled.")),
        "free": Words.made_by(lambda: _("free places")),
        "full": Words.made_by(lambda: _("full")),
        "old": Words.made_by(lambda: _("No network: what you see is as of")),
        "empty": Words.made_by(lambda: _("The agenda will be published here.")),
    }


def panels(agenda: Agenda, now: datetime, room: Place | None = None) -> list[Panel]:
    """One for each room, or the one asked for; one for all where there are no rooms."""
    rooms: Iterable[Place | None] = [room] if room else agenda.rooms or [None]
    return [_panel(agenda, now, one) for one in rooms]


def _panel(agenda: Agenda, now: datetime, room: Place | None) -> Panel:
    """What has no room is for everybody."""
    here = [item for item in agenda if room is None or item.room in (None, room)]
    running = tuple(item for item in here if item.starts_at <= now < item.ends_at)
    coming = [item for item in here if item.starts_at > now]
    first = min((item.starts_at for item in coming), default=None)
    return Panel(room, running, tuple(item for item in coming if item.starts_at == first))


def state(event: Event, agenda: Agenda, free: Mapping[UUID, int], *, free_in_event: int | None) -> dict[str, Any]:
    """All that a screen needs until it is asked again; moments in UTC. `free_in_event`: None once nobody registers."""
    return {
        "title": _both(Words.of(event, "title")),
        "venue": event.venue,
        "cancelled": event.state == Event.State.CANCELLED,
        "free": free_in_event,
        "labels": {name: _both(words) for name, words in labels().items()},
        "rooms": [{"id": room.pk, "name": _both(room.name)} for room in agenda.rooms],
        "items": [_item(item, free) for item in agenda],
    }


def _item(item: Item, free: Mapping[UUID, int]) -> dict[str, Any]:
    return {
        "id": str(item.key),
        "starts": _instant(item.starts_at),
        "ends": _instant(item.ends_at),
        "minutes": int(passing(item).total_seconds() // 60),
        "title": _both(item.title),
        "who": _both(spoken_by(item)),
        "room": item.room.pk if item.room else None,
        "off": item.is_cancelled,
        "places": item.places,
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
