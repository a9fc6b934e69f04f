"""What is different between two agendas, item by item, and the SEQUENCE that follows from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events.agenda.values import Agenda, Item
from organisations.languages import Words


class What(StrEnum):
    """In what an item changed."""

    ADDED = "added"
    DROPPED = "dropped"
    #: Called off before, and now no longer listed: nobody has to hear of that.
    CLEARED = "cleared"
    CALLED_OFF = "called_off"
    BACK = "back"
    MOVED = "moved"
    ROOM = "room"
    SPEAKERS = "speakers"
    TEXT = "text"
    DETAILS = "details"
    #: No item: a room's own capacity or accessibility.
    PLACE = "place"


#: What a calendar entry shows: a change of anything else moves nobody's calendar (RFC 5545 section 3.8.7.4).
FOR_CALENDARS = frozenset({What.DROPPED, What.CALLED_OFF, What.BACK, What.MOVED, What.ROOM})
#: What somebody who comes has to know; the rest stands in the list of changes for whoever looks.
FOR_PEOPLE = FOR_CALENDARS
#: What somebody who speaks has to know about their own items.
FOR_SPEAKERS = FOR_CALENDARS | {What.ADDED, What.SPEAKERS, What.TEXT}


@dataclass(frozen=True, slots=True)
class Slot:
    """When and where an item is."""

    starts_at: datetime
    ends_at: datetime
    room: Words | None

    @classmethod
    def of(cls, item: Item) -> "Slot":
        return cls(item.starts_at, item.ends_at, item.room.name if item.room else None)

    def __str__(self) -> str:
        return f"{_day(self.starts_at)}, {_hours(self)}"


@dataclass(frozen=True, slots=True)
class Change:
    """One item that changed. `old` is None where it is new, `new` where it is gone."""

    key: UUID | None
    title: Words
    what: tuple[What, ...]
    old: Slot | None
    new: Slot | None
    #: What it was called before, where that has changed.
    was_called: Words | None = None

    @property
    def moves_calendars(self) -> bool:
        """Whether calendars show something else from now on."""
        return not FOR_CALENDARS.isdisjoint(self.what)

    @property
    def name(self) -> str:
        """The item, for readers."""
        return read(self.title)

    def sentences(self) -> list[str]:
        """What changed, for readers in the active language."""
        return [
            _text_sentence(self) if what == What.TEXT else _sentence(what, self.old, self.new) for what in self.what
        ]

    def as_json(self) -> dict[str, Any]:
        """As a release keeps it."""
        return {
            "key": str(self.key) if self.key else None,
            "title": {"it": self.title.it, "en": self.title.en},
            "what": [str(what) for what in self.what],
            "old": _slot_as_json(self.old),
            "new": _slot_as_json(self.new),
            "was_called": {"it": self.was_called.it, "en": self.was_called.en} if self.was_called else None,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Change":
        """What `as_json` wrote."""
        return cls(
            UUID(kept["key"]) if kept["key"] else None,
            Words(**kept["title"]),
            tuple(What(what) for what in kept["what"]),
            _slot_from_json(kept["old"]),
            _slot_from_json(kept["new"]),
            Words(**kept["was_called"]) if kept["was_called"] else None,
        )


def between(old: Agenda, new: Agenda) -> tuple[Change, ...]:
    """Every difference, in the order of time: items, then rooms whose own facts changed. O(n log n)."""
    before, after = _by_key(old), _by_key(new)
    found = [change for key in {**before, **after} if (change := _change(before.get(key), after.get(key)))]
    found.sort(key=lambda change: ((change.new or change.old).starts_at, change.title.it))  # type: ignore[union-attr]  # never without both
    return (*found, *_of_rooms(old, new))


def joined(earlier: Iterable[Change], later: Iterable[Change]) -> tuple[Change, ...]:
    """Two lists of changes, one after the other, as one: what went there and back is not a change."""
    found: dict[UUID | str, Change] = {}
    for change in (*earlier, *later):
        key = change.key or change.title.it
        both = _both(found[key], change) if key in found else change
        if both.what:
            found[key] = both
        else:
            del found[key]
    return tuple(found.values())


def revised(draft: Agenda, last: Agenda, *, number: int, now: datetime) -> Agenda:
    """The draft as it is released: SEQUENCE and DTSTAMP of each item, and what has to be taken out of calendars.

    An item's SEQUENCE grows only when its time, place or status changed; one that is gone stays known as called off,
    and comes back, if it does, with a higher one.
    """
    before = _by_key(last) | {item.key: item for item in last.dropped}
    items = tuple(_revised(item, before.get(item.key), now) for item in draft)
    return replace(draft, items=items, dropped=_dropped(draft, last, now), version=number, released_at=now)


def called_off(last: Agenda, key: UUID, *, reason: str, number: int, now: datetime) -> Agenda:
    """What is public now, with one item called off and nothing else changed."""
    items = tuple(
        _raised(replace(item, is_cancelled=True, cancellation_reason=reason), item, now) if item.key == key else item
        for item in last
    )
    return replace(last, items=items, version=number, released_at=now)


def read(words: Words) -> str:
    """The words in the active language, else in the other."""
    return str(words) or words.it or words.en


# -- inside ------------------------------------------------------------------------------------------------------------


def _by_key(agenda: Agenda) -> dict[UUID, Item]:
    return {item.key: item for item in agenda}


def _change(old: Item | None, new: Item | None) -> Change | None:
    if old is None or new is None:
        there = old or new
        assert there is not None
        gone = What.CLEARED if there.is_cancelled else What.DROPPED
        what: tuple[What, ...] = (gone if old else What.ADDED,)
        return Change(there.key, there.title, what, Slot.of(old) if old else None, Slot.of(new) if new else None)
    what = tuple(_whats(old, new))
    was_called = old.title if old.title != new.title else None
    return Change(new.key, new.title, what, Slot.of(old), Slot.of(new), was_called) if what else None


def _whats(old: Item, new: Item) -> Iterator[What]:
    if old.is_cancelled != new.is_cancelled:
        yield What.CALLED_OFF if new.is_cancelled else What.BACK
    if (old.starts_at, old.ends_at) != (new.starts_at, new.ends_at):
        yield What.MOVED
    if Slot.of(old).room != Slot.of(new).room:
        yield What.ROOM
    if (old.voices, old.speakers) != (new.voices, new.speakers):
        yield What.SPEAKERS
    if (old.title, old.about) != (new.title, new.about):
        yield What.TEXT
    if (old.kind, old.track, old.places, old.agreement) != (new.kind, new.track, new.places, new.agreement):
        yield What.DETAILS


def _both(first: Change, second: Change) -> Change:
    old, new = first.old, second.new
    what = {*first.what, *second.what}
    if {What.CALLED_OFF, What.BACK} <= what:
        what -= {What.CALLED_OFF, What.BACK}
    if old and new:
        what -= {What.ADDED, What.DROPPED, What.MOVED, What.ROOM}
        what |= {What.MOVED} if (old.starts_at, old.ends_at) != (new.starts_at, new.ends_at) else set()
        what |= {What.ROOM} if old.room != new.room else set()
    elif first.key:
        what = {What.ADDED} if new else {What.DROPPED} if old else set()
    was_called = first.was_called or second.was_called
    return replace(second, what=tuple(one for one in What if one in what), old=old, was_called=was_called)


def _of_rooms(old: Agenda, new: Agenda) -> Iterator[Change]:
    before = {room.pk: room for room in old.rooms}
    for room in new.rooms:
        was = before.get(room.pk)
        if was and (was.capacity, was.accessibility) != (room.capacity, room.accessibility):
            yield Change(None, room.name, (What.PLACE,), None, None)


def _revised(item: Item, before: Item | None, now: datetime) -> Item:
    if before is None:
        return replace(item, revision=0, revised_at=now)
    same = (Slot.of(before), before.is_cancelled) == (Slot.of(item), item.is_cancelled)
    return replace(item, revision=before.revision, revised_at=before.revised_at) if same else _raised(item, before, now)


def _raised(item: Item, before: Item, now: datetime) -> Item:
    # calendars compare whole seconds, and the clock may stand still or go back
    revised_at = max(now, before.revised_at + timedelta(seconds=1))
    return replace(item, revision=before.revision + 1, revised_at=revised_at)


def _dropped(draft: Agenda, last: Agenda, now: datetime) -> tuple[Item, ...]:
    present = {item.key for item in draft}
    gone = (item for item in last if item.key not in present)
    # one that was called off before is out of calendars already
    now_gone = (item if item.is_cancelled else _raised(replace(item, is_cancelled=True), item, now) for item in gone)
    return (*(item for item in last.dropped if item.key not in present), *now_gone)


def _slot_as_json(slot: Slot | None) -> dict[str, Any] | None:
    if slot is None:
        return None
    room = {"it": slot.room.it, "en": slot.room.en} if slot.room else None
    return {"starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat(), "room": room}


def _slot_from_json(kept: dict[str, Any] | None) -> Slot | None:
    if kept is None:
        return None
    room = Words(**kept["room"]) if kept["room"] else None
    return Slot(datetime.fromisoformat(kept["starts_at"]), datetime.fromisoformat(kept["ends_at"]), room)


def _sentence(what: What, old: Slot | None, new: Slot | None) -> str:
    match what:
        case What.ADDED:
            return _("New in the agenda: %(slot)s.") % {"slot": _in_full(new)}
        case What.DROPPED:
            return _("No longer in the agenda; it was planned for %(slot)s.") % {"slot": _in_full(old)}
        case What.MOVED:
            assert old is not None
            assert new is not None
            same_day = _day(old.starts_at) == _day(new.starts_at)
            pair = (_hours(old), _hours(new)) if same_day else (str(old), str(new))
            return _("New time: %(new)s instead of %(old)s.") % {"old": pair[0], "new": pair[1]}
        case What.ROOM:
            return _room_sentence(old, new)
        case _:
            return str(_SENTENCES[what]())


def _text_sentence(change: Change) -> str:
    was = read(change.was_called) if change.was_called else ""
    if was and was != change.name:
        return _("New title; it was “%(old)s”.") % {"old": was}
    return _("Its texts were corrected.")


def _room_sentence(old: Slot | None, new: Slot | None) -> str:
    was, now = (read(slot.room) if slot and slot.room else "" for slot in (old, new))
    if not now:
        return _("The room is open again; it was %(old)s.") % {"old": was}
    if not was:
        return _("Room: %(new)s.") % {"new": now}
    return _("New room: %(new)s instead of %(old)s.") % {"old": was, "new": now}


_SENTENCES = {
    What.CLEARED: lambda: _("It was called off, and is no longer listed."),
    What.CALLED_OFF: lambda: _("It will not take place."),
    What.BACK: lambda: _("It takes place after all."),
    What.SPEAKERS: lambda: _("Who speaks has changed."),
    What.DETAILS: lambda: _("Its kind, track, places or agreement have changed."),
    What.PLACE: lambda: _("Capacity or accessibility of the room have changed."),
}


def _in_full(slot: Slot | None) -> str:
    assert slot is not None
    return f"{slot}, {read(slot.room)}" if slot.room else str(slot)


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "l j F Y")


def _hours(slot: Slot) -> str:
    return f"{timezone.localtime(slot.starts_at):%H:%M}–{timezone.localtime(slot.ends_at):%H:%M}"
