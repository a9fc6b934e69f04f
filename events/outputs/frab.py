"""The agenda in the open format that schedule apps and hall displays read (frab; https://c3voc.de/wiki/schedule).

JSON and XML say the same. What is called off is left out: apps then tell their users that it is gone.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from django.utils.translation import get_language

from events.agenda import Agenda, Item, Place, Voice
from events.models import Event
from events.outputs.listing import Day, by_day
from organisations.zone import ROME

GENERATOR = "SOCIALNEET portal"
#: What XML 1.0 cannot carry at all (section 2.2).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: The longest that the format can say, as hours and minutes.
_LONGEST = timedelta(hours=99, minutes=59)


@dataclass(frozen=True, slots=True)
class Schedule:
    """An agenda with the numbers and names that the format wants, in the active language."""

    event: Event
    agenda: Agenda
    language: str

    @property
    def items(self) -> list[Item]:
        """What takes place."""
        is_off = self.event.state == Event.State.CANCELLED
        return [] if is_off else [item for item in self.agenda if not item.is_cancelled]

    @property
    def days(self) -> tuple[Day, ...]:
        """Days with something on them; the event's first where nothing is, for the format wants one."""
        return by_day(self.items) or (Day(self.event.starts_at.astimezone(ROME).date(), ()),)

    @property
    def page(self) -> str:
        """The event's page."""
        return f"{settings.SITE_URL}{self.event.get_absolute_url()}"

    @property
    def acronym(self) -> str:
        """From the address: at least four of a-z, 0-9 and _."""
        name = re.sub(r"[^a-z0-9]+", "_", self.event.slug.lower()).strip("_")
        return name if len(name) >= 4 else f"event_{name}".rstrip("_")

    def numbers(self) -> dict[uuid.UUID, int]:
        """A whole number below 2**31 for each item, made from its key: apps still ask for one."""
        found: dict[uuid.UUID, int] = {}
        taken: set[int] = set()
        for key in sorted(item.key for item in self.agenda):
            number = key.int % (2**31 - 1) + 1
            while number in taken:
                number += 1
            taken.add(number)
            found[key] = number
        return found

    def room_name(self, room: Place | None) -> str:
        """An item without a room is in the event's place."""
        return str(room.name) if room else self.event.venue

    def room_guid(self, room: Place | None) -> str:
        """The same for life."""
        return str(uuid.uuid5(self.event.uid, f"room:{room.pk if room else ''}"))

    def by_room(self, day: Day) -> dict[str, list[Item]]:
        """The items of a day by the name of the room, rooms in their own order."""
        rooms: list[Place | None] = [None, *self.agenda.rooms]
        found: dict[str, list[Item]] = {}
        for room in rooms:
            items = [item for item in day.items if item.room == room]
            if items:
                found.setdefault(self.room_name(room), []).extend(items)
        return found

    def bounds(self, day: Day) -> tuple[datetime, datetime]:
        """From the first beginning to the last end."""
        if not day.items:
            return self.event.starts_at, self.event.ends_at
        starts = (item.starts_at.astimezone(UTC) for item in day.items)
        ends = (item.ends_at.astimezone(UTC) for item in day.items)
        return min(starts), max(ends)

    def persons(self, item: Item) -> Iterator[tuple[str, str]]:
        """Guid and name of who speaks; where organisers wrote free words, each part between semicolons."""
        if item.voices:
            yield from ((str(voice.key), _named(voice)) for voice in item.voices)
            return
        for part in str(item.speakers).split(";"):
            if part.strip():
                yield str(uuid.uuid5(self.event.uid, f"speaker:{part.strip()}")), part.strip()

    def slug(self, item: Item) -> str:
        """Does not change with the title."""
        return f"{self.acronym}-{item.key}"

    def version(self) -> str:
        """The number of the release and a fingerprint of all that is said: apps load anew when it changes."""
        said = json.dumps(_conference(self), ensure_ascii=False, sort_keys=True)
        return f"{self.agenda.version}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def schedule(event: Event, agenda: Agenda) -> Schedule:
    """The agenda for both formats."""
    return Schedule(event, agenda, get_language() or settings.LANGUAGE_CODE)


# -- JSON -----------------------------------------------------------------------------------------------------------------


def as_json(found: Schedule) -> bytes:
    """JSON in UTF-8."""
    document = {
        "$schema": "https://c3voc.de/schedule/schema.json",
        "generator": {"name": GENERATOR, "url": settings.SITE_URL},
        "schedule": {
            "url": found.page,
            "version": found.version(),
            "base_url": f"{settings.SITE_URL}/",
            "conference": _conference(found),
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _conference(found: Schedule) -> dict[str, Any]:
    days, numbers = found.days, found.numbers()
    rooms: list[Place | None] = list(found.agenda.rooms)
    if any(item.room is None for item in found.items):
        rooms.insert(0, None)
    return {
        "acronym": found.acronym,
        "title": found.event.title,
        "description": found.event.summary,
        "start": days[0].on.isoformat(),
        "end": days[-1].on.isoformat(),
        "daysCount": len(days),
        "timeslot_duration": "00:05",
        "time_zone_name": "Europe/Rome",
        "url": found.page,
        "tracks": [{"name": str(track.name), "slug": f"track-{track.pk}"} for track in found.agenda.tracks],
        "rooms": [
            {
                "name": found.room_name(room),
                "guid": found.room_guid(room),
                "type": "other",
                "capacity": room.capacity if room else None,
                "description": str(room.accessibility) if room else None,
            }
            for room in rooms
        ],
        "days": [_day(found, day, index, numbers) for index, day in enumerate(days, start=1)],
    }


def _day(found: Schedule, day: Day, index: int, numbers: dict[uuid.UUID, int]) -> dict[str, Any]:
    starts_at, ends_at = found.bounds(day)
    return {
        "index": index,
        "date": day.on.isoformat(),
        "day_start": _local(starts_at),
        "day_end": _local(ends_at),
        "rooms": {
            room: [_event(found, item, numbers[item.key]) for item in items]
            for room, items in found.by_room(day).items()
        },
    }


def _event(found: Schedule, item: Item, number: int) -> dict[str, Any]:
    return {
        "guid": str(item.key),
        "id": number,
        "slug": found.slug(item),
        "url": f"{found.page}#item-{item.key}",
        "date": _local(item.starts_at),
        "start": _hours(item.starts_at),
        "end": _local(item.ends_at),
        "duration": _duration(item),
        "room": found.room_name(item.room),
        "title": str(item.title),
        "subtitle": None,
        "track": str(item.track.name) if item.track else None,
        "type": item.kind,
        "language": item.title.reading().language,
        "abstract": str(item.about) or None,
        "description": None,
        "persons": [{"guid": guid, "name": name} for guid, name in found.persons(item)],
        "links": [],
    }


# -- XML ------------------------------------------------------------------------------------------------------------------


def as_xml(found: Schedule, address: str) -> bytes:
    """XML in UTF-8. `address`: where this file is."""
    root = ElementTree.Element("schedule")
    ElementTree.SubElement(root, "generator", name=GENERATOR, system=settings.SITE_URL)
    _leaf(root, "url", address)
    _leaf(root, "version", found.version())
    _conference_element(root, found)
    numbers = found.numbers()
    for index, day in enumerate(found.days, start=1):
        starts_at, ends_at = found.bounds(day)
        about = {"index": str(index), "date": day.on.isoformat(), "start": _local(starts_at), "end": _local(ends_at)}
        element = ElementTree.SubElement(root, "day", about)
        for name, items in found.by_room(day).items():
            room = ElementTree.SubElement(element, "room", name=_clean(name), guid=found.room_guid(items[0].room))
            for item in items:
                _event_element(room, found, item, numbers[item.key])
    ElementTree.indent(root)
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _conference_element(root: ElementTree.Element, found: Schedule) -> None:
    said = _conference(found)
    conference = ElementTree.SubElement(root, "conference")
    for name, value in (
        ("acronym", said["acronym"]), ("title", said["title"]), ("start", said["start"]), ("end", said["end"]),
        ("days", said["daysCount"]), ("timeslot_duration", said["timeslot_duration"]),
        ("base_url", f"{settings.SITE_URL}/"), ("url", said["url"]), ("time_zone_name", said["time_zone_name"]),
    ):  # fmt: skip
        _leaf(conference, name, str(value))
    for track in said["tracks"]:
        element = ElementTree.SubElement(conference, "track", name=_clean(track["name"]), slug=track["slug"])
        element.text = _clean(track["name"])


def _event_element(room: ElementTree.Element, found: Schedule, item: Item, number: int) -> None:
    said = _event(found, item, number)
    element = ElementTree.SubElement(room, "event", guid=said["guid"], id=str(number))
    for name in ("room", "title", "subtitle", "type", "date", "start", "duration", "abstract", "slug", "track"):
        _leaf(element, name, said[name] or "")
    persons = ElementTree.SubElement(element, "persons")
    for guid, name in found.persons(item):
        _leaf(persons, "person", name).set("guid", guid)
    for name in ("language", "description", "url"):
        _leaf(element, name, said[name] or "")


def _leaf(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name)
    element.text = _clean(text)
    return element


# -- values -----------------------------------------------------------------------------------------------------------------


def _named(voice: Voice) -> str:
    where = voice.organisation if voice.name and voice.organisation else ""
    return f"{voice.name} ({where})" if where else str(voice)


def _local(moment: datetime) -> str:
    return moment.astimezone(ROME).isoformat(timespec="seconds")


def _hours(moment: datetime) -> str:
    return f"{moment.astimezone(ROME):%H:%M}"


def _duration(item: Item) -> str:
    """Hours and minutes that pass, whatever the clocks do meanwhile."""
    minutes = -(-min(passing(item), _LONGEST) // timedelta(minutes=1))
    return f"{minutes // 60:02}:{minutes % 60:02}"


def passing(item: Item) -> timedelta:
    """How long it lasts. Python itself takes the wall's hours apart when both moments are in the same zone."""
    return item.ends_at.astimezone(UTC) - item.starts_at.astimezone(UTC)


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
