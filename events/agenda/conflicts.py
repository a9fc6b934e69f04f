"""What is wrong with an agenda, or may be: pure functions over its values, each with a level.

A blocking finding stops the release; a warning asks for a word. Every rule looks at the items in the order of time and
keeps one of them in mind, so that the whole costs O(n log n), and reports each item once, not each pair of items.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events.agenda.changes import Slot, read
from events.agenda.values import Agenda, Item
from events.models import Session


class Level(StrEnum):
    """What a finding does to a release."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. `registered`: people with a place; `choices`: attendees who chose an item with places."""

    agenda: Agenda
    starts_at: datetime
    ends_at: datetime
    registered: int = 0
    choices: Mapping[UUID, Collection[int]] = field(default_factory=dict)

    @property
    def items(self) -> list[Item]:
        """Those that take place, by time."""
        return sorted((item for item in self.agenda if not item.is_cancelled), key=lambda item: item.starts_at)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, in words."""

    items: tuple[Item, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, what its findings are called and what to do about them."""

    name: str
    level: Level
    heading: Promise
    advice: Promise
    find: Callable[[Facts], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule with what it found, never nothing."""

    rule: Rule
    findings: tuple[Finding, ...]


RULES: list[Rule] = []
Find = Callable[[Facts], Iterator[Finding]]


def rule(level: Level, heading: Promise, advice: Promise) -> Callable[[Find], Find]:
    """Enter a function among the rules, under its own name."""

    def enter(find: Find) -> Find:
        RULES.append(Rule(find.__name__, level, heading, advice, find))
        return find

    return enter


def examine(facts: Facts) -> tuple[Verdict, ...]:
    """What each rule finds, those that block first. No query."""
    found = (Verdict(one, tuple(one.find(facts))) for one in RULES)
    return tuple(sorted((verdict for verdict in found if verdict.findings), key=lambda one: one.rule.level))


# -- the rules ---------------------------------------------------------------------------------------------------------


@rule(Level.BLOCK, gettext_lazy("A room is taken twice"), gettext_lazy("Move one of the two, or give it another room."))
def room_twice(facts: Facts) -> Iterator[Finding]:
    """Two items, none of them a break, in one room at one time."""
    meant = (item for item in facts.items if item.room and item.kind != Session.Kind.BREAK)
    for _room, first, second in _meetings(meant, lambda item: [item.room.pk] if item.room else []):
        assert second.room is not None
        words = {"room": read(second.room.name), "first": named(first), "second": named(second)}
        yield Finding((first, second), _("%(room)s: %(first)s and %(second)s.") % words)


@rule(
    Level.BLOCK,
    gettext_lazy("Somebody speaks twice at the same time"),
    gettext_lazy("Move one of the two, or let somebody else speak."),
)
def speaker_twice(facts: Facts) -> Iterator[Finding]:
    """One speaker in two items at one time."""
    for voice, first, second in _meetings(facts.items, lambda item: item.voices):
        words = {"name": voice, "first": named(first), "second": named(second)}
        yield Finding((first, second), _("%(name)s: %(first)s and %(second)s.") % words)


@rule(
    Level.BLOCK,
    gettext_lazy("An item lies outside the time of the event"),
    gettext_lazy("Move it, or change when the event begins or ends."),
)
def outside_the_event(facts: Facts) -> Iterator[Finding]:
    """An item that begins before the event or ends after it."""
    for item in facts.items:
        if item.starts_at < facts.starts_at or item.ends_at > facts.ends_at:
            yield Finding((item,), f"{named(item)}.")


@rule(
    Level.BLOCK,
    gettext_lazy("A room is smaller than the places of an item"),
    gettext_lazy("Give it a larger room, or fewer places."),
)
def room_smaller_than_places(facts: Facts) -> Iterator[Finding]:
    """An item has more places of its own than its room takes people."""
    for item in facts.items:
        if item.places and item.room and item.room.capacity is not None and item.room.capacity < item.places:
            words = {
                "item": named(item),
                "room": read(item.room.name),
                "capacity": item.room.capacity,
                "places": item.places,
            }
            yield Finding((item,), _("%(item)s: %(places)s places, and %(capacity)s in the room (%(room)s).") % words)


@rule(
    Level.BLOCK,
    gettext_lazy("An item has fewer places than people who hold one"),
    gettext_lazy("Leave it as many places as are held, or write to those people first."),
)
def fewer_places_than_held(facts: Facts) -> Iterator[Finding]:
    """The places of an item were made fewer than the people who have chosen it."""
    for item in facts.items:
        held = len(facts.choices.get(item.key, ()))
        if item.places is not None and item.places < held:
            words = {"item": named(item), "held": held, "places": item.places}
            yield Finding(
                (item,), _("%(item)s: %(held)s people hold a place, %(places)s places are left to it.") % words
            )


@rule(
    Level.WARN,
    gettext_lazy("A room is smaller than the number of people registered"),
    gettext_lazy("Give it a larger room, or places of its own, so that people choose."),
)
def room_smaller_than_registered(facts: Facts) -> Iterator[Finding]:
    """Everybody may come to an item, and its room does not take everybody."""
    for item in facts.items:
        if item.kind == Session.Kind.BREAK or item.places or item.room is None or item.room.capacity is None:
            continue
        if item.room.capacity < facts.registered:
            words = {"item": named(item), "room": read(item.room.name), "capacity": item.room.capacity,
                     "registered": facts.registered}  # fmt: skip
            yield Finding(
                (item,),
                _("%(item)s: %(registered)s people registered, and %(capacity)s places in the room (%(room)s).")
                % words,
            )


@rule(
    Level.WARN,
    gettext_lazy("Somebody has chosen two items that now meet"),
    gettext_lazy("They keep both choices and are told; move one of the two to spare them that."),
)
def choices_clash(facts: Facts) -> Iterator[Finding]:
    """Attendees whose chosen items are at one time, counted for each pair of items. O(choices log choices)."""
    chosen = [item for item in facts.items if facts.choices.get(item.key)]
    pairs: dict[tuple[UUID, UUID], int] = defaultdict(int)
    by_key = {item.key: item for item in chosen}
    for _attendee, first, second in _meetings(chosen, lambda item: facts.choices[item.key]):
        pairs[first.key, second.key] += 1
    for (one, other), count in pairs.items():
        first, second = by_key[one], by_key[other]
        words = {"first": named(first), "second": named(second), "count": count}
        yield Finding((first, second), ngettext(
            "%(first)s and %(second)s: %(count)s person.", "%(first)s and %(second)s: %(count)s people.", count) % words)  # fmt: skip


@rule(
    Level.WARN,
    gettext_lazy("A break meets something else"),
    gettext_lazy("Whoever is there has no break. Move one of the two if that is not meant."),
)
def break_overlaps(facts: Facts) -> Iterator[Finding]:
    """A break while something goes on in the same room, or in no room that is named."""
    latest: dict[tuple[bool, int | str | None], Item] = {}
    for item in facts.items:
        is_break, room = item.kind == Session.Kind.BREAK, item.room.pk if item.room else None
        others = [latest.get((not is_break, where)) for where in ([_ANYWHERE] if room is None else [room, None])]
        before = max((one for one in others if one), key=lambda one: one.ends_at, default=None)
        if before and item.starts_at < before.ends_at:
            yield Finding(
                (before, item), _("%(first)s and %(second)s.") % {"first": named(before), "second": named(item)}
            )
        for where in (room, _ANYWHERE):
            known = latest.get((is_break, where))
            if known is None or item.ends_at > known.ends_at:
                latest[is_break, where] = item


@rule(
    Level.WARN,
    gettext_lazy("Two items at the same time, and one of them without a room"),
    gettext_lazy("Say in which room it is: people will not know where to go."),
)
def no_room_to_go_to(facts: Facts) -> Iterator[Finding]:
    """Items at one time need rooms that tell them apart."""
    meant = (item for item in facts.items if item.kind != Session.Kind.BREAK)
    for _all, first, second in _meetings(meant, lambda _item: [0]):
        if first.room is None or second.room is None:
            yield Finding(
                (first, second), _("%(first)s and %(second)s.") % {"first": named(first), "second": named(second)}
            )


@rule(
    Level.WARN,
    gettext_lazy("English is missing"),
    gettext_lazy("English readers see the Italian text, marked as such."),
)
def english_missing(facts: Facts) -> Iterator[Finding]:
    """A text that there is in Italian alone."""
    for item in facts.items:
        fields = {_("title"): item.title, _("description"): item.about, _("who speaks"): item.speakers}
        missing = [name for name, words in fields.items() if words.it and not words.en]
        if missing:
            yield Finding((item,), f"{named(item)}: {', '.join(missing)}.")


@rule(
    Level.WARN,
    gettext_lazy("A signing ceremony without an agreement"),
    gettext_lazy("Write the last part of the agreement’s address, so that readers find what is signed."),
)
def signing_without_agreement(facts: Facts) -> Iterator[Finding]:
    """A ceremony that names nothing to sign."""
    for item in facts.items:
        if item.kind == Session.Kind.SIGNING and not item.agreement:
            yield Finding((item,), f"{named(item)}.")


def named(item: Item) -> str:
    """An item as a finding names it: with its time, since two may be called alike."""
    return _("“%(title)s” (%(slot)s)") % {"title": read(item.title).strip(), "slot": Slot.of(item)}


# -- inside ------------------------------------------------------------------------------------------------------------

Group = TypeVar("Group", bound=Hashable)
_ANYWHERE = "anywhere"


def _meetings(items: Iterable[Item], groups: Callable[[Item], Iterable[Group]]) -> Iterator[tuple[Group, Item, Item]]:
    """For each group (a room, a person) the items that begin before an earlier one of it has ended.

    `items` by their start. Of several earlier ones the last to end is named: whoever moves that apart sees the next.
    """
    latest: dict[Group, Item] = {}
    for item in items:
        for group in groups(item):
            before = latest.get(group)
            if before and item.starts_at < before.ends_at:
                yield group, before, item
            if before is None or item.ends_at > before.ends_at:
                latest[group] = item
