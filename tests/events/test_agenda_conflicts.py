"""The rules of an agenda: what blocks a release, what warns, and where each begins and ends."""

import random
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from events.agenda.conflicts import RULES, Facts, Level, examine
from events.agenda.values import Agenda, Item, Place, Thread, Voice
from organisations.languages import Words
from tests.events.conftest import rome

TEN = rome(2027, 2, 19, 10)
NOON = rome(2027, 2, 19, 12)
HALL = Place(1, Words("Sala grande", "Great hall"), 100, Words("", ""))
SMALL = Place(2, Words("Saletta", "Small room"), 20, Words("", ""))
ANNA = Voice(uuid.UUID(int=1), "Anna", Words("", ""), "")
BRUNO = Voice(uuid.UUID(int=2), "Bruno", Words("", ""), "")


def item(at: int = 0, minutes: int = 30, *, title: str = "Punto", **changes) -> Item:
    """An item that begins so many minutes after ten."""
    fields = {
        "key": uuid.uuid4(), "kind": "talk", "starts_at": TEN + timedelta(minutes=at), "title": Words(title, title),
        "ends_at": TEN + timedelta(minutes=at + minutes), "about": Words("", ""), "voices": (), "speakers": Words("", ""),
        "room": HALL, "track": None, "agreement": "", "places": None, "is_cancelled": False, "cancellation_reason": "",
        "revision": 0, "revised_at": TEN,
    }  # fmt: skip
    return Item(**(fields | changes))


def found(*items: Item, starts_at: datetime = TEN, ends_at: datetime = NOON, **facts) -> dict[str, list]:
    """Which rules find something, and the titles of the items they name."""
    verdicts = examine(Facts(Agenda(items, (HALL, SMALL), ()), starts_at, ends_at, **facts))
    return {v.rule.name: [[one.title.it for one in f.items] for f in v.findings] for v in verdicts}


def test_every_rule_has_words_and_a_level():
    assert len({rule.name for rule in RULES}) == len(RULES) == 11
    assert {rule.name for rule in RULES if rule.level == Level.BLOCK} == {
        "room_twice", "speaker_twice", "outside_the_event", "room_smaller_than_places", "fewer_places_than_held",
    }  # fmt: skip
    assert all(str(rule.heading) and str(rule.advice) for rule in RULES)


def test_nothing_is_wrong_with_an_ordinary_morning():
    assert found(item(0, voices=(ANNA,)), item(30, voices=(ANNA,)), item(60, 60)) == {}


def test_a_room_cannot_be_taken_twice_and_one_that_follows_at_once_is_fine():
    assert found(item(0, title="a"), item(29, title="b")) == {"room_twice": [["a", "b"]]}
    assert found(item(0), item(30)) == {}
    assert found(item(0), item(0, room=SMALL)) == {}


def test_one_long_item_meets_each_of_those_that_lie_in_it():
    long, first, second = item(0, 120, title="long"), item(10, title="a"), item(50, title="b")
    assert found(long, first, second)["room_twice"] == [["long", "a"], ["long", "b"]]


def test_nobody_speaks_twice_at_once():
    one, other = item(0, title="a", voices=(ANNA, BRUNO)), item(15, title="b", voices=(ANNA,), room=SMALL)
    assert found(one, other) == {"speaker_twice": [["a", "b"]]}
    assert found(one, replace(other, voices=(BRUNO,)))["speaker_twice"] == [["a", "b"]]
    assert found(one, replace(other, voices=())) == {}


def test_an_item_lies_within_the_event_to_the_minute():
    assert found(item(0, 120)) == {}
    assert found(item(-1, title="early"), item(90, 31, title="late"))["outside_the_event"] == [["early"], ["late"]]


def test_a_room_takes_the_places_of_its_item():
    assert found(item(places=20, room=SMALL)) == {}
    assert found(item(places=21, room=SMALL, title="a")) == {"room_smaller_than_places": [["a"]]}
    assert found(item(places=21, room=replace(SMALL, capacity=None))) == {}


def test_a_room_for_everybody_takes_everybody_who_is_registered():
    assert found(item(room=SMALL), registered=20) == {}
    assert found(item(room=SMALL, title="a"), registered=21) == {"room_smaller_than_registered": [["a"]]}
    assert found(item(room=SMALL, places=20), item(0, kind="break", room=SMALL), registered=500).keys() == {
        "break_overlaps"
    }


def test_an_item_keeps_as_many_places_as_are_held():
    one = item(places=2, title="a")
    assert found(one, choices={one.key: {1, 2}}) == {}
    assert found(one, choices={one.key: {1, 2, 3}}) == {"fewer_places_than_held": [["a"]]}
    assert found(replace(one, places=None), choices={one.key: {1, 2, 3}}) == {}


def test_people_whose_choices_meet_are_counted_for_each_pair():
    one, other = item(0, places=5, title="a"), item(15, places=5, room=SMALL, title="b")
    choices = {one.key: {1, 2, 3}, other.key: {2, 3, 4}}
    verdicts = examine(Facts(Agenda((one, other), (), ()), TEN, NOON, 5, choices))
    assert [(v.rule.name, len(v.findings)) for v in verdicts] == [("choices_clash", 1)]
    assert verdicts[0].findings[0].words.endswith(": 2 persone.")
    assert found(one, replace(other, starts_at=one.ends_at), choices=choices) == {}


def test_a_break_meets_what_goes_on_in_its_room_or_in_none():
    pause = item(30, kind="break", title="pause")
    assert found(pause, item(40, title="a")) == {"break_overlaps": [["pause", "a"]]}
    assert found(pause, item(40, room=SMALL)) == {}
    assert found(replace(pause, room=None), item(40, room=SMALL, title="a")) == {"break_overlaps": [["pause", "a"]]}
    assert found(pause, item(0), item(60)) == {}


def test_two_at_once_need_rooms_that_tell_them_apart():
    assert found(item(0, title="a", room=None), item(10, title="b")) == {"no_room_to_go_to": [["a", "b"]]}
    assert found(item(0, room=None), item(30, room=None)) == {}


def test_a_missing_english_text_and_a_signing_without_agreement_warn():
    words = Words("Saluti", "")
    assert found(item(title="x", about=words))["english_missing"] == [["x"]]
    assert found(item(about=Words("Saluti", "Greetings"))) == {}
    assert found(item(kind="signing", title="s")) == {"signing_without_agreement": [["s"]]}
    assert found(item(kind="signing", agreement="protocollo")) == {}


def test_what_is_called_off_is_in_nobodys_way():
    off = item(0, 200, is_cancelled=True, voices=(ANNA,), places=500, about=Words("x", ""))
    assert found(off, item(0, voices=(ANNA,))) == {}


@pytest.mark.parametrize("day", [datetime(2027, 3, 28, tzinfo=UTC), datetime(2027, 10, 31, tzinfo=UTC)])
def test_on_the_days_on_which_the_clock_changes_time_is_compared_not_the_clock(day):
    """01:30–02:30 by the clock is one hour in one night, none or two in the others; real time decides."""
    starts_at = day.replace(hour=0)
    one = item(title="a", starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    other = item(title="b", starts_at=starts_at + timedelta(hours=1), ends_at=starts_at + timedelta(hours=2))
    facts = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3)}
    assert found(one, other, **facts) == {}
    assert found(one, replace(other, starts_at=other.starts_at - timedelta(minutes=1)), **facts) == {
        "room_twice": [["a", "b"]]
    }


@pytest.mark.parametrize("seed", range(30))
def test_an_item_is_reported_exactly_when_it_meets_an_earlier_one(seed):
    """Against the plain comparison of each with each."""
    chance = random.Random(seed)
    rooms, voices = [HALL, SMALL, None], [ANNA, BRUNO]
    items = [
        item(chance.randrange(0, 100, 5), chance.randrange(5, 40, 5), title=str(number), room=chance.choice(rooms),
             voices=tuple(chance.sample(voices, chance.randrange(3))), kind=chance.choice(["talk", "break", "panel"]))
        for number in range(25)
    ]  # fmt: skip
    result = found(*items, ends_at=NOON + timedelta(hours=1))
    ordered = sorted(items, key=lambda one: one.starts_at)

    def later(meets) -> set[str]:
        return {b.title.it for n, b in enumerate(ordered) for a in ordered[:n] if a.overlaps(b) and meets(a, b)}

    def reported(rule: str) -> set[str]:
        return {names[-1] for names in result.get(rule, [])}

    assert reported("room_twice") == later(lambda a, b: a.room and a.room == b.room and "break" not in {a.kind, b.kind})
    assert reported("speaker_twice") == later(lambda a, b: set(a.voices) & set(b.voices))
    assert reported("break_overlaps") == later(
        lambda a, b: (a.kind == "break") != (b.kind == "break") and (a.room == b.room or not a.room or not b.room)
    )


def test_three_thousand_items_are_examined_in_less_than_the_square_of_their_number():
    """Counted, not timed: how often two items are compared."""
    compared = 0

    class Counted(datetime):
        def __lt__(self, other):
            nonlocal compared
            compared += 1
            return datetime.__lt__(self, other)

    def counted(moment: datetime) -> Counted:
        return Counted.fromtimestamp(moment.timestamp(), tz=UTC)

    items = [item(number, 500, voices=(ANNA,)) for number in range(3000)]
    items = [replace(one, starts_at=counted(one.starts_at), ends_at=counted(one.ends_at)) for one in items]
    facts = Facts(Agenda(tuple(items), (HALL,), (Thread(1, Words("", "")),)), TEN, TEN + timedelta(days=9))
    for rule in RULES:
        if rule.name != "english_missing":
            for _finding in rule.find(facts):
                pass
    assert 3000 < compared < 3000 * 150
