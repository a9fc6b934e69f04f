"""Items and their times: moved, exchanged, shifted, copied."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events import services
from events.models import Event, Room, Session, Speaker
from tests.events.conftest import rome
from tests.events.editor.conftest import order

pytestmark = pytest.mark.django_db
AT = "/manage/events/info-day/agenda/"


def test_two_neighbours_exchange_their_times_and_keep_lengths_and_the_pause(event, add, organiser):
    add("a", 0, 30), add("b", 40, 20)
    c = add("c", 60, 60)
    services.move_session(session=c, steps=-1, by=organiser)
    assert order(event) == ["a 0-30", "c 40-100", "b 100-120"]
    services.move_session(session=c, steps=-1, by=organiser)
    assert order(event) == ["c 0-60", "a 70-100", "b 100-120"]
    with pytest.raises(services.AtTheEdge):
        services.move_session(session=c, steps=-1, by=organiser)


def test_several_steps_are_one_move_and_stop_at_the_edge(event, add, organiser):
    a = add("a", 0, 10)
    for number, title in enumerate("bcd"):
        add(title, 10 + 20 * number, 20)
    services.move_session(session=a, steps=99, by=organiser)
    assert order(event) == ["b 0-20", "c 20-40", "d 40-60", "a 60-70"]


@pytest.mark.parametrize(("a", "b", "expected"), [
    ((0, 30), (0, 40), ["b 0-40", "a 40-70"]), ((0, 60), (30, 60), ["b 0-60", "a 30-90"]), ((0, 90), (30, 10), ["b 0-10", "a 30-120"]),
])  # fmt: skip
def test_neighbours_that_overlap_exchange_their_beginnings(event, add, organiser, a, b, expected):
    add("a", *a)
    services.move_session(session=add("b", *b), steps=-1, by=organiser)
    assert order(event) == expected


def test_an_item_moves_among_those_of_its_room_and_day_alone(event, add, part, organiser):
    room = part(Room, name_it="Sala")
    Event.objects.update(ends_at=event.ends_at + timedelta(days=2))
    add("a", 0, 30), add("next day", 24 * 60, 30)
    here = add("b", 30, 30, room=room)
    off = add("off", 60, 30, room=room)
    Session.objects.filter(pk=off.pk).update(cancelled_at=timezone.now())
    for steps in (1, -1):
        with pytest.raises(services.AtTheEdge):
            services.move_session(session=here, steps=steps, by=organiser)
    with pytest.raises(services.WrongState):
        services.move_session(session=off, steps=-1, by=organiser)


@pytest.mark.parametrize("day", [(2027, 3, 28), (2027, 10, 31)])
def test_a_day_on_which_the_clock_changes_is_one_day(event, add, organiser, day):
    Event.objects.update(starts_at=rome(*day, 0), ends_at=rome(*day, 23, 59))
    event.refresh_from_db()
    first = services.save_session(
        event=event, by=organiser, title_it="a", starts_at=rome(*day, 0, 10), ends_at=rome(*day, 0, 40)
    )
    last = services.save_session(
        event=event, by=organiser, title_it="b", starts_at=rome(*day, 22, 30), ends_at=rome(*day, 23, 30)
    )
    services.move_session(session=last, steps=-1, by=organiser)
    first.refresh_from_db(), last.refresh_from_db()
    assert last.starts_at == rome(*day, 0, 10)
    assert last.ends_at - last.starts_at == timedelta(hours=1)
    assert first.ends_at == rome(*day, 23, 30)


def test_what_follows_is_moved_on_its_day_and_if_wanted_in_its_room(event, add, part, organiser):
    room = part(Room, name_it="Sala")
    Event.objects.update(ends_at=event.ends_at + timedelta(days=2))
    a = add("a", 0, 30, room=room)
    add("b", 30, 30, room=room), add("c", 20, 30), add("d", 60, 10), add("e", 24 * 60, 10, room=room)
    assert services.shift(session=a, minutes=10, same_room=True, by=organiser) == 1
    assert order(event) == ["a 0-30", "c 20-50", "b 40-70", "d 60-70", "e 1440-1450"]
    assert services.shift(session=a, minutes=-5, same_room=False, by=organiser) == 2
    assert order(event) == ["a 0-30", "c 20-50", "b 35-65", "d 55-65", "e 1440-1450"]


def test_when_the_event_has_moved_its_agenda_comes_along_by_the_clock_on_the_wall(
    desk, event, add, organiser, released
):
    Event.objects.update(starts_at=rome(2027, 3, 26, 10), ends_at=rome(2027, 3, 26, 13))
    event.refresh_from_db()
    add("a", 0, 30), add("b", 30, 45)
    off = add("off", 90, 15)
    released()
    services.cancel_session(session=off, reason="x", by=organiser)
    assert "Sposta tutto il programma" not in desk.get(AT).content.decode()
    services.change(
        event=event, by=organiser, starts_at=rome(2027, 3, 29, 9), ends_at=rome(2027, 3, 29, 12)
    )  # summer time
    assert "Sposta tutto il programma" in desk.get(AT).content.decode()
    assert "2 punti sono stati spostati" in desk.post(f"{AT}follow/", follow=True).content.decode()
    times = [
        (row.title_it, row.starts_at, row.ends_at) for row in event.sessions.filter(cancelled_at=None).order_by("pk")
    ]
    assert times == [
        ("a", rome(2027, 3, 29, 9), rome(2027, 3, 29, 9, 30)), ("b", rome(2027, 3, 29, 9, 30), rome(2027, 3, 29, 10, 15)),
    ]  # fmt: skip
    assert services.follow_event(event=event, by=organiser) == 0


def test_a_copy_stands_right_after_with_its_speakers_and_a_key_of_its_own(event, add, part, organiser):
    anna, bruno = part(Speaker, full_name="Anna"), part(Speaker, full_name="Bruno")
    item = add("a", 0, 30, speakers=[bruno, anna], agreement="x", about_it="y")
    copy = services.duplicate_session(session=item, by=organiser)
    assert order(event) == ["a 0-30", "a 30-60"]
    assert [one.speaker for one in copy.appearances.order_by("position")] == [bruno, anna]
    assert copy.key != item.key
    assert (copy.agreement, copy.about_it) == ("x", "y")


@pytest.mark.parametrize("state", [Event.State.CANCELLED, Event.State.HELD])
def test_the_agenda_of_an_event_that_is_over_stands_still(event, add, part, organiser, released, state):
    item, room = add("a"), part(Room, name_it="Sala")
    changes = {"cancelled_at": timezone.now(), "cancellation_reason": "x"} if state == Event.State.CANCELLED else {}
    Event.objects.update(state=state, **changes)
    for refused in (
        lambda: services.move_session(session=item, steps=1, by=organiser),
        lambda: services.set_times(session=item, starts_at=item.starts_at, ends_at=item.ends_at, by=organiser),
        lambda: services.shift(session=item, minutes=5, same_room=False, by=organiser),
        lambda: services.duplicate_session(session=item, by=organiser),
        lambda: services.follow_event(event=event, by=organiser),
        lambda: services.remove_session(session=item, by=organiser),
        lambda: services.save_part(event=event, by=organiser, part=room),
        lambda: services.move_part(part=room, steps=1, by=organiser),
        lambda: services.remove_part(part=room, by=organiser),
        lambda: services.discard_draft(event=event, by=organiser),
        released,
    ):
        with pytest.raises(services.WrongState):
            refused()
