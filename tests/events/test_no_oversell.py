"""Random interleavings of everything that changes places: after each step, what must hold holds.

The steps of one thread are chosen by hypothesis and shrink to the shortest failure; several threads at once are below.
"""

import random
import threading
import uuid

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import ceilings, invariants, services
from events.models import Attendee, Event, Session, SessionPlace, WaitingEntry

VERBS = ("register", "add", "cancel", "cancel all", "replace", "swap", "choose", "give back", "wait", "leave", "decline",
         "capacity", "places", "front", "approve")  # fmt: skip
STEP = st.tuples(st.sampled_from(VERBS), st.integers(0, 30), st.integers(1, 4))
REFUSALS = (
    services.EventFull, services.RegistrationClosed, services.TooManyAttendees, services.SessionFull, services.WrongState,
    services.ChoiceOverlaps, services.NotToBeChosen, services.CapacityBelowTaken, services.Blocked, services.NothingNew,
    services.AlreadyComing, services.AlreadyDecided,
)  # fmt: skip


class _Undo(Exception):
    """Ends an example: its rows go."""


def pick(rows, number):
    rows = list(rows.order_by("pk"))
    return rows[number % len(rows)] if rows else None


def step(event, items, register, organiser, what, number, size):
    """One of everything that can happen to places."""
    event = Event.objects.get(pk=event.pk)
    item = Session.objects.get(pk=items[number % len(items)].pk)
    match what:
        case "register":
            register(*(f"P{uuid.uuid4().hex}" for _ in range(size)), waits=("all", "any", "")[number % 3])
        case "capacity":
            services.change(event=event, by=organiser, capacity=size + 2)
        case "places":
            services.save_session(event=event, by=organiser, session=item, places=size)
            services.release(event=event, by=organiser, despite_warnings=True)
        case "leave" | "decline" | "front":
            entry = pick(WaitingEntry.objects.filter(event=event), number)
            if entry and what == "front":
                services.move_to_front(entry=entry, reason="Relatore.", by=organiser)
            elif entry:
                getattr(services, what)(entry=entry)
        case "approve":
            Event.objects.filter(pk=event.pk).update(moderated=True)
            registration = register(*(f"P{uuid.uuid4().hex}" for _ in range(size)))
            Event.objects.filter(pk=event.pk).update(moderated=False)
            services.approve(registration=registration, by=organiser, waits=("all", "any", "")[number % 3])
        case _:
            person = pick(event.attendees.standing().exclude(state="pending"), number)
            if person:
                of_person(what, person, item)


def of_person(what, person, item):
    guest = services.Guest(uuid.uuid4().hex)
    match what:
        case "add":
            services.add_attendee(registration=person.registration, guest=guest, waits=True)
        case "replace":
            services.replace_attendee(attendee=person, guest=guest)
        case "cancel":
            services.cancel_attendee(attendee=person)
        case "cancel all":
            services.cancel_registration(registration=person.registration)
        case "wait":
            services.join_session(attendees=[person], session=item)
        case "choose":
            services.choose(attendee=person, session=item)
        case "swap":
            services.swap(attendee=person, session=item)
        case "give back":
            services.give_back(attendee=person, session=item)


def unserved(event) -> list[str]:
    """Who waits for what they could have: nobody, ever."""
    event = Event.objects.get(pk=event.pk)
    found = []
    for session in [None, *event.sessions.filter(open_places__isnull=False)]:
        free = event.places_free() if session is None else session.open_places - session.seats.held().count()
        for entry in event.waiting_entries.waiting().filter(session=session):
            people = entry.people.filter(state="waiting").count()
            if free >= (1 if entry.takes == "any" else people):
                found.append(f"{entry.pk}: {people} wait, {free} are free")
    return found


@pytest.fixture
def items(add, released) -> list[Session]:
    """Two at the same time, one place each, and one later."""
    made = [add(str(number), at, 30, places=1) for number, at in enumerate((0, 10, 60))]
    released()
    return made


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(steps=st.lists(STEP, min_size=5, max_size=25))
def test_no_interleaving_oversells_loses_or_doubles_anybody(event, items, register, organiser, steps):
    with pytest.raises(_Undo), transaction.atomic():
        for what, number, size in steps:
            people = Attendee.objects.count()
            try:
                with transaction.atomic():
                    step(event, items, register, organiser, what, number, size)
            except REFUSALS:
                assert Attendee.objects.count() == people  # a refusal writes nothing
            assert list(invariants.broken()) == []
            assert unserved(event) == []
        raise _Undo


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
def test_eight_at_once_doing_whatever_leave_everything_in_order(event, items, register, organiser, seed):
    """Real threads, real transactions: what one sees half-way would show here."""
    Event.objects.update(capacity=6)
    start, surprises = threading.Barrier(8), []

    def run(number: int) -> None:
        chance = random.Random(seed * 100 + number)
        verbs = [verb for verb in VERBS if verb != "approve"]  # it switches moderation on and off for everybody
        try:
            start.wait(timeout=30)
            for _turn in range(12):
                try:
                    what = chance.choice(verbs)
                    step(event, items, register, organiser, what, chance.randrange(30), chance.randint(1, 4))
                except REFUSALS:
                    pass
                except (Attendee.DoesNotExist, WaitingEntry.DoesNotExist) as gone:
                    surprises.append(gone)
        except Exception as error:
            surprises.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert surprises == []
    assert list(invariants.broken()) == []
    assert unserved(event) == []


@pytest.mark.django_db
def test_negative_control_the_invariants_see_a_place_too_many(event, register):
    """The triggers would refuse it: without them the sentences still name it."""
    register("Anna", "Bruno")
    with _without_ceilings():
        Event.objects.update(capacity=1)
        assert any("more are held" in sentence for sentence in invariants.broken())


@pytest.mark.django_db
def test_negative_control_who_could_have_a_place_and_waits_is_seen(event, register):
    register("Anna", "Bruno", "Carlo", "Dora", "Elio")
    register("Fulvia", waits="all")
    assert unserved(event) == []
    Event.objects.update(capacity=6)  # behind the services' back: nobody promotes
    assert len(unserved(event)) == 1


@pytest.mark.django_db
def test_negative_control_the_invariants_see_who_holds_and_waits(event, items, register):
    registration = register("Anna")
    anna = registration.attendees.get()
    services.choose(attendee=anna, session=items[0])
    entry = WaitingEntry.objects.create(event=event, session=items[0], registration=registration)
    entry.people.create(attendee=anna, session=items[0])
    assert any("in which a place is held" in sentence for sentence in invariants.broken())
    SessionPlace.objects.filter(attendee=anna).update(state="released", number=None, released_at=event.starts_at)
    Attendee.objects.filter(pk=anna.pk).update(state="waiting", place_number=None)
    assert any("stands on no list" in sentence for sentence in invariants.broken())


class _without_ceilings:
    """Takes the triggers away for a moment, on either database."""

    def __enter__(self) -> None:
        ceilings.uninstall(None, self)

    def __exit__(self, *_error: object) -> None:
        Event.objects.update(capacity=5)
        ceilings.install(None, self)

    connection = connection

    def execute(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
