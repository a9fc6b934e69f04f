"""Freezing an agenda and reading it back; what is different between two; SEQUENCE."""

import json
import random
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from events.agenda.changes import Change, What, between, called_off, joined, revised
from events.agenda.frozen import UnknownSchema, fingerprint, freeze, thaw
from events.agenda.values import Agenda, Thread
from organisations.languages import Words
from tests.events.test_agenda_conflicts import ANNA, BRUNO, HALL, SMALL, TEN, item

LATER = TEN + timedelta(days=1)
TRACK = Thread(7, Words("Lavoro", "Work"))


def agenda(*items, **changes) -> Agenda:
    return Agenda(**({"items": tuple(items), "rooms": (HALL, SMALL), "tracks": (TRACK,)} | changes))


def whats(old: Agenda, new: Agenda) -> list[tuple[str, ...]]:
    return [change.what for change in between(old, new)]


def test_what_is_frozen_comes_back_as_it_was_through_real_json():
    full = item(
        5, voices=(BRUNO, ANNA), track=TRACK, places=3, agreement="x", about=Words("‮שלום 🎉", ""), is_cancelled=True,
        cancellation_reason="neve", revision=4,
    )  # fmt: skip
    gone = item(
        20, room=replace(HALL, pk=9, name=Words("Vecchia", "")), voices=(replace(ANNA, name="Anna vecchia"), ANNA)
    )
    whole = agenda(full, item(60, room=None), version=3, released_at=LATER, dropped=(replace(gone, voices=(ANNA,)),))
    assert thaw(json.loads(json.dumps(freeze(whole))), version=3, released_at=LATER) == whole


def test_a_content_that_nobody_knows_is_refused():
    for schema in (0, 2, "1", None):
        with pytest.raises(UnknownSchema):
            thaw({**freeze(agenda()), "schema": schema}, version=1, released_at=None)


def test_the_fingerprint_tells_apart_what_readers_can_tell_apart():
    one = item()
    same = agenda(replace(one, revision=9, revised_at=LATER), version=4, dropped=(item(),))
    assert fingerprint(agenda(one)) == fingerprint(same)
    for other in (
        agenda(replace(one, title=Words("x", ""))), agenda(one, rooms=(SMALL, HALL)), agenda(),
        agenda(replace(one, room=SMALL)), agenda(one, rooms=(replace(HALL, capacity=1), SMALL)),
    ):  # fmt: skip
        assert fingerprint(agenda(one)) != fingerprint(other)


@pytest.mark.parametrize(("change", "what"), [
    ({"starts_at": TEN + timedelta(minutes=1)}, What.MOVED), ({"room": SMALL}, What.ROOM), ({"room": None}, What.ROOM),
    ({"room": replace(HALL, name=Words("Altra", ""))}, What.ROOM), ({"voices": (ANNA,)}, What.SPEAKERS),
    ({"speakers": Words("x", "")}, What.SPEAKERS), ({"title": Words("x", "")}, What.TEXT), ({"about": Words("x", "")}, What.TEXT),
    ({"is_cancelled": True}, What.CALLED_OFF), ({"places": 4}, What.DETAILS), ({"track": TRACK}, What.DETAILS),
    ({"kind": "panel"}, What.DETAILS), ({"agreement": "x"}, What.DETAILS),
])  # fmt: skip
def test_each_difference_has_its_name(change, what):
    one = item()
    assert whats(agenda(one), agenda(replace(one, **change))) == [(what,)]
    assert whats(agenda(one), agenda(one)) == []


def test_items_come_and_go_and_rooms_have_differences_of_their_own():
    one = item()
    assert whats(agenda(), agenda(one)) == [(What.ADDED,)]
    assert whats(agenda(one), agenda()) == [(What.DROPPED,)]
    assert whats(agenda(), agenda(rooms=(replace(HALL, capacity=3), SMALL))) == [(What.PLACE,)]


def test_a_change_is_said_in_words_and_survives_json():
    one = item(title="Saluti")
    moved = replace(
        one, starts_at=one.starts_at + timedelta(minutes=15), ends_at=one.ends_at + timedelta(minutes=15), room=SMALL
    )
    (change,) = between(agenda(one), agenda(moved))
    assert change.sentences() == [
        "Nuovo orario: 10:15–10:45 invece di 10:00–10:30.",
        "Nuova sala: Saletta invece di Sala grande.",
    ]
    assert Change.from_json(json.loads(json.dumps(change.as_json()))) == change
    another_day = replace(one, starts_at=one.starts_at + timedelta(days=1), ends_at=one.ends_at + timedelta(days=1))
    (change,) = between(agenda(one), agenda(another_day))
    assert "sabato 20 febbraio 2027, 10:00–10:30 invece di venerdì 19 febbraio 2027" in change.sentences()[0]


def test_a_new_title_says_what_it_was():
    one = item(title="Saluti")
    (change,) = between(agenda(one), agenda(replace(one, title=Words("Benvenuto", "Saluti"))))
    assert change.sentences() == ["Nuovo titolo; era «Saluti»."]
    assert Change.from_json(json.loads(json.dumps(change.as_json()))) == change
    (change,) = between(agenda(one), agenda(replace(one, about=Words("x", ""))))
    assert change.sentences() == ["I testi sono stati corretti."]


@pytest.mark.parametrize(("history", "expected"), [
    ([{}, {"room": SMALL}, {}], ()), ([{}, {"room": SMALL}, {"room": SMALL, "title": Words("x", "")}], (What.ROOM, What.TEXT)),
    ([None, {}, {"room": SMALL}], (What.ADDED,)), ([None, {}, None], ()), ([{}, {"room": SMALL}, None], (What.DROPPED,)),
    ([{}, None, {"starts_at": TEN - timedelta(hours=1)}], (What.MOVED,)), ([{}, None, {}], ()),
    ([{}, {"is_cancelled": True}, {}], ()),
    ([{}, {"is_cancelled": True}, {"is_cancelled": True, "places": 3}], (What.CALLED_OFF, What.DETAILS)),
])  # fmt: skip
def test_what_went_there_and_back_is_no_change(history, expected):
    one = item()
    first, second, third = (agenda() if step is None else agenda(replace(one, **step)) for step in history)
    changes = joined(between(first, second), between(second, third))
    assert tuple(what for change in changes for what in change.what) == expected
    assert all(change.sentences() for change in changes)
    rooms = between(agenda(), agenda(rooms=(replace(HALL, capacity=3), SMALL)))
    assert joined(rooms, rooms) == rooms


def test_the_sequence_grows_with_time_place_and_status_alone():
    one = replace(item(), revision=3, revised_at=TEN)
    last = agenda(one, version=1)
    for change in ({"title": Words("x", "y")}, {"voices": (ANNA,)}, {"places": 3}, {"kind": "panel"}, {"track": TRACK}):
        (same,) = revised(agenda(replace(one, **change)), last, number=2, now=LATER)
        assert (same.revision, same.revised_at) == (3, TEN), change
    for change in ({"starts_at": TEN - timedelta(1)}, {"room": SMALL}, {"is_cancelled": True}):
        (other,) = revised(agenda(replace(one, **change)), last, number=2, now=LATER)
        assert (other.revision, other.revised_at) == (4, LATER), change


def test_the_stamp_moves_on_where_the_clock_stands_still():
    one = item()
    moved = replace(one, room=SMALL)
    (again,) = revised(agenda(moved), agenda(one), number=2, now=one.revised_at - timedelta(hours=1))
    assert again.revised_at == one.revised_at + timedelta(seconds=1)


def test_what_is_dropped_stays_known_as_called_off_and_comes_back_higher():
    one, first = item(), agenda(version=1)
    first = revised(agenda(one), first, number=1, now=TEN)
    second = revised(agenda(), first, number=2, now=LATER)
    assert [(gone.key, gone.is_cancelled, gone.revision) for gone in second.dropped] == [(one.key, True, 1)]
    third = revised(agenda(), second, number=3, now=LATER)
    assert third.dropped == second.dropped
    fourth = revised(agenda(one), third, number=4, now=LATER)
    assert (fourth.dropped, fourth.items[0].revision) == ((), 2)


def test_calling_off_changes_one_item_and_nothing_else():
    one, other = item(title="a"), item(30, title="b")
    after = called_off(agenda(one, other, version=1), other.key, reason="neve", number=2, now=LATER)
    assert after.items[0] == one
    assert (after.items[1].is_cancelled, after.items[1].revision, after.items[1].cancellation_reason) == (
        True,
        1,
        "neve",
    )
    assert [change.what[0] for change in between(agenda(one, other), after)] == [What.CALLED_OFF]


@pytest.mark.parametrize("seed", range(20))
def test_over_any_history_no_calendar_ever_sees_a_sequence_fall(seed):
    """Items are added, moved, dropped, brought back, called off: SEQUENCE and DTSTAMP only grow, and differ if facts do."""
    chance, pool = random.Random(seed), [item(title=str(n), key=uuid.UUID(int=n + 1)) for n in range(6)]
    last, seen = agenda(version=0), {}
    for number in range(1, 15):
        chosen = [
            replace(one, starts_at=TEN + timedelta(minutes=chance.randrange(3)), room=chance.choice([HALL, SMALL]),
                    is_cancelled=chance.random() < 0.1)
            for one in pool if chance.random() < 0.7
        ]  # fmt: skip
        last = revised(agenda(*chosen), last, number=number, now=TEN + timedelta(hours=number))
        last = thaw(freeze(last), version=number, released_at=None)
        for one in (*last.items, *last.dropped):
            facts = (one.starts_at, one.ends_at, one.room, one.is_cancelled)
            sequence, stamp, before = seen.get(one.key, (-1, TEN - timedelta(days=9), None))
            assert (one.revision, one.revised_at) >= (sequence, stamp)
            assert (one.revision > sequence) == (facts != before or sequence == -1)
            seen[one.key] = (one.revision, one.revised_at, facts)
        assert {one.key for one in (*last.items, *last.dropped)} == seen.keys()
