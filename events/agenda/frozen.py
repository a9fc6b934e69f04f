"""An agenda as JSON that stays readable for life: what a release keeps, and the way back.

The layout has a number. A later one gets a step in `_UPGRADES` that makes it out of the one before; nothing that was
written is ever rewritten.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from events.agenda.values import Agenda, Item, Place, Thread, Voice
from organisations.languages import Words

SCHEMA = 1
T = TypeVar("T", Place, Thread)
Content = dict[str, Any]
#: From the layout of this number to the next.
_UPGRADES: dict[int, Callable[[Content], Content]] = {}


class UnknownSchema(Exception):
    """The content was written by a newer portal than this one, or by none."""


def freeze(agenda: Agenda) -> Content:
    """The agenda as JSON of the present layout. Rooms, tracks and speakers stand once, whoever refers to them."""
    everything = (*agenda.items, *agenda.dropped)
    rooms = _once((*agenda.rooms, *(item.room for item in everything if item.room)))
    tracks = _once((*agenda.tracks, *(item.track for item in everything if item.track)))
    # the present words of who speaks win over those of an item that is gone
    voices = {voice.key: voice for item in reversed(everything) for voice in item.voices}
    return {
        "schema": SCHEMA,
        "rooms": [_place(room, is_listed=room in agenda.rooms) for room in rooms],
        "tracks": [{"id": track.pk, "name": _words(track.name), "listed": track in agenda.tracks} for track in tracks],
        "speakers": [
            {"key": str(voice.key), "name": voice.name, "office": _words(voice.office), "organisation": voice.organisation}
            for voice in voices.values()
        ],
        "items": [_item(item) for item in agenda.items],
        "dropped": [_item(item) for item in agenda.dropped],
    }  # fmt: skip


def thaw(content: Content, *, version: int, released_at: datetime | None) -> Agenda:
    """The agenda that was frozen. Raises UnknownSchema."""
    content = _upgraded(content)
    known = _Known(
        {one["id"]: Place(one["id"], Words(**one["name"]), one["capacity"], Words(**one["accessibility"]))
         for one in content["rooms"]},
        {one["id"]: Thread(one["id"], Words(**one["name"])) for one in content["tracks"]},
        {one["key"]: Voice(UUID(one["key"]), one["name"], Words(**one["office"]), one["organisation"])
         for one in content["speakers"]},
    )  # fmt: skip
    return Agenda(
        items=tuple(known.item(one) for one in content["items"]),
        rooms=tuple(known.rooms[one["id"]] for one in content["rooms"] if one["listed"]),
        tracks=tuple(known.tracks[one["id"]] for one in content["tracks"] if one["listed"]),
        version=version,
        released_at=released_at,
        dropped=tuple(known.item(one) for one in content["dropped"]),
    )


def fingerprint(agenda: Agenda) -> str:
    """The same for two agendas that say the same, whatever their revisions, and different for all others."""
    bare = replace(agenda, items=tuple(replace(item, revision=0, revised_at=_NEVER) for item in agenda), dropped=())
    return hashlib.sha256(json.dumps(freeze(bare), sort_keys=True).encode()).hexdigest()


# -- inside ------------------------------------------------------------------------------------------------------------

_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Known:
    """What items refer to."""

    rooms: Mapping[int, Place]
    tracks: Mapping[int, Thread]
    voices: Mapping[str, Voice]

    def item(self, one: Content) -> Item:
        return Item(
            key=UUID(one["key"]),
            kind=one["kind"],
            starts_at=datetime.fromisoformat(one["starts_at"]),
            ends_at=datetime.fromisoformat(one["ends_at"]),
            title=Words(**one["title"]),
            about=Words(**one["about"]),
            voices=tuple(self.voices[key] for key in one["voices"]),
            speakers=Words(**one["speakers"]),
            room=self.rooms[one["room"]] if one["room"] is not None else None,
            track=self.tracks[one["track"]] if one["track"] is not None else None,
            agreement=one["agreement"],
            places=one["places"],
            is_cancelled=one["cancelled"],
            cancellation_reason=one["reason"],
            revision=one["revision"],
            revised_at=datetime.fromisoformat(one["revised_at"]),
        )


def _once(found: "Iterable[T]") -> "list[T]":
    first: dict[int, T] = {}
    for one in found:
        first.setdefault(one.pk, one)
    return list(first.values())


def _upgraded(content: Content) -> Content:
    schema = content.get("schema")
    while schema != SCHEMA:
        if schema not in _UPGRADES:
            raise UnknownSchema(schema)
        content = _UPGRADES[schema](content)
        schema = content["schema"]
    return content


def _words(words: Words) -> Content:
    return {"it": words.it, "en": words.en}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _place(room: Place, *, is_listed: bool) -> Content:
    return {
        "id": room.pk,
        "name": _words(room.name),
        "capacity": room.capacity,
        "accessibility": _words(room.accessibility),
        "listed": is_listed,
    }


def _item(item: Item) -> Content:
    return {
        "key": str(item.key),
        "kind": item.kind,
        "starts_at": _moment(item.starts_at),
        "ends_at": _moment(item.ends_at),
        "title": _words(item.title),
        "about": _words(item.about),
        "speakers": _words(item.speakers),
        "voices": [str(voice.key) for voice in item.voices],
        "room": item.room.pk if item.room else None,
        "track": item.track.pk if item.track else None,
        "agreement": item.agreement,
        "places": item.places,
        "cancelled": item.is_cancelled,
        "reason": item.cancellation_reason,
        "revision": item.revision,
        "revised_at": _moment(item.revised_at),
    }
