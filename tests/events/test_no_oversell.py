"""Random interleavings of everything that changes places: after each step, what must hold holds."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import invariants, services
from events.models import Attendee, Event, Session, SessionPlace, WaitingEntry, WaitingPerson

STEP = st.tuples(
    st.sampled_from(("register", "add", "cancel", "replace", "swap", "choose", "wait", "leave", "capacity", "places")),
    st.integers(0, 30),
    st.integers(1, 4),
)
REFUSALS = (
    services.EventFull, services.RegistrationClosed, services.TooManyAttendees, services.SessionFull, services.WrongState,
    services.ChoiceOverlaps, services.NotToBeChosen, services.PlacesBelowTaken, services.CapacityBelowTaken,
)  # fmt: skip


class _Undo(Exception):
    """Ends an example: its rows go."""


def _pick(rows, number):
    rows = list(rows.order_by("pk"))
    return rows[number % len(rows)] if rows else None


def _step(event, items, register, organiser, what, number, size):
    event = Event.objects.get(pk=event.pk)
    item = Session.objects.get(pk=items[number % len(items)].pk)
    if what == "register":
        register(*(f"P{uuid.uuid4().hex}" for _ in range(size)), waits=("all", "any", "")[number % 3])
    elif what == "capacity":
        services.change(event=event, by=organiser, capacity=size + 1)
    elif what == "places":
        services.save_session(event=event, by=organiser, session=item, places=size)
    elif what == "leave":
        entry = _pick(WaitingEntry.objects.filter(event=event), number)
        return entry and services.leave(entry=entry)
    else:
        person = _pick(event.attendees.seated(), number)
        if person is None:
            return None
        if what == "add":
            services.add_attendee(registration=person.registration, guest=services.Guest(uuid.uuid4().hex))
        elif what == "replace":
            services.edit_attendee(attendee=person, guest=services.Guest(uuid.uuid4().hex))
        elif what == "cancel":
            services.cancel_attendee(attendee=person)
        elif what == "wait":
            services.join_session(attendees=[person], session=item)
        else:
            getattr(services, what)(attendee=person, session=item)
    return None


def _queue_is_served(event) -> bool:
    """Nobody waits for what is free, were they next: an entry left waiting asks for more than there is."""
    event = Event.objects.get(pk=event.pk)
    free = event.places_free()
    waiting = event.waiting_entries.waiting().filter(session=None)
    return all(one.people.filter(state="waiting").count() > free for one in waiting)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(steps=st.lists(STEP, min_size=5, max_size=25))
def test_no_interleaving_oversells_loses_or_doubles_anybody(event, register, organiser, steps):
    with pytest.raises(_Undo), transaction.atomic():
        items = [
            Session.objects.create(event=event, title_it=str(n), places=1, starts_at=event.starts_at,
                                   ends_at=event.starts_at + timedelta(minutes=30 + n))
            for n in range(2)
        ]  # fmt: skip
        for what, number, size in steps:
            people = Attendee.objects.count()
            try:
                with transaction.atomic():
                    _step(event, items, register, organiser, what, number, size)
            except REFUSALS:
                assert Attendee.objects.count() == people
            assert list(invariants.broken()) == []
            assert _queue_is_served(event)
            if what not in {"register", "add"}:
                assert Attendee.objects.count() == people
        raise _Undo


@pytest.mark.django_db
def test_negative_control_the_invariants_see_a_place_too_many(event, register):
    register("Anna", "Bruno")
    Event.objects.update(capacity=1)
    assert any("more are held" in sentence for sentence in invariants.broken())


@pytest.mark.django_db
def test_negative_control_the_invariants_see_who_holds_and_waits(event, register):
    registration = register("Anna")
    anna = registration.attendees.get()
    item = Session.objects.create(event=event, title_it="A", places=1, starts_at=event.starts_at, ends_at=event.ends_at)
    services.choose(attendee=anna, session=item)
    entry = WaitingEntry.objects.create(event=event, session=item, registration=registration)
    WaitingPerson.objects.create(entry=entry, attendee=anna, session=item)
    assert any("in which a place is held" in sentence for sentence in invariants.broken())


@pytest.mark.django_db(transaction=True)
def test_two_swaps_at_once_for_one_place_give_it_to_one_and_leave_the_other_its_own(event, register):
    anna, bruno = register("Anna", "Bruno").attendees.order_by("pk")
    old, new = (
        Session.objects.create(event=event, title_it=title, places=places, starts_at=event.starts_at,
                               ends_at=event.ends_at)
        for title, places in (("A", 2), ("B", 1))
    )  # fmt: skip
    for person in (anna, bruno):
        services.choose(attendee=person, session=old)
    start, results = threading.Barrier(2), []

    def run(person) -> None:
        try:
            start.wait(timeout=30)
            results.append(services.swap(attendee=person, session=new))
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(person,)) for person in (anna, bruno)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(type(result).__name__ for result in results) == ["SessionFull", "SessionPlace"]
    assert sorted(SessionPlace.objects.held().values_list("session__title_it", flat=True)) == ["A", "B"]
    assert list(invariants.broken()) == []
