"""Places: never more than there are, none lost, none doubled, whoever comes at the same time."""

import threading
import uuid

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from events import services
from events.models import Attendee, Event, Registration


def test_the_lowest_free_numbers_are_given(register):
    registration = register("Anna", "Bruno")
    assert list(registration.attendees.values_list("full_name", "place_number").order_by("place_number")) == [
        ("Anna", 1),
        ("Bruno", 2),
    ]


def test_a_registration_that_does_not_fit_writes_nothing(register, event):
    register("Anna", "Bruno", "Carlo")
    with pytest.raises(services.EventFull) as full:
        register("Dora", "Elio", "Fulvia")
    assert full.value.free == 2
    assert Registration.objects.count() == 1
    assert event.places_free() == 2


def test_a_cancelled_place_is_free_at_once(register, event):
    registration = register("Anna", "Bruno", "Carlo", "Dora", "Elio")
    assert event.places_free() == 0
    services.cancel_attendee(attendee=registration.attendees.get(full_name="Bruno"))
    assert event.places_free() == 1
    assert register("Fulvia").attendees.get().place_number == 2


def test_the_same_submission_twice_is_one_registration(register):
    submission_id = uuid.uuid4()
    first, second = register("Anna", submission_id=submission_id), register("Anna", submission_id=submission_id)
    assert first == second
    assert Attendee.objects.count() == 1


def test_the_database_refuses_one_place_for_two_people(register, event):
    registration = register("Anna")
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendee.objects.create(registration=registration, event=event, full_name="Bruno", place_number=1)


def test_the_database_refuses_a_confirmed_person_without_a_place(register, event):
    registration = register("Anna")
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendee.objects.create(registration=registration, event=event, full_name="Bruno")


def test_the_last_person_gone_cancels_the_registration(register):
    registration = register("Anna")
    services.cancel_attendee(attendee=registration.attendees.get())
    registration.refresh_from_db()
    assert registration.state == Registration.State.CANCELLED
    assert registration.cancelled_at


def test_cancelling_twice_changes_nothing(register):
    registration = register("Anna", "Bruno")
    first = services.cancel_registration(registration=registration)
    again = services.cancel_registration(registration=registration)
    assert (again.cancelled_at, again.revision) == (first.cancelled_at, first.revision)
    services.cancel_attendee(attendee=registration.attendees.first())
    registration.refresh_from_db()
    assert registration.revision == first.revision


def test_a_smaller_room_moves_people_below_its_number_of_places(register, event, organiser):
    registration = register("Anna", "Bruno", "Carlo")
    services.cancel_attendee(attendee=registration.attendees.get(full_name="Anna"))
    services.change(event=event, by=organiser, capacity=2)
    assert event.attendees.place_numbers() == {1, 2}


def test_a_room_smaller_than_the_people_is_refused(register, event, organiser):
    register("Anna", "Bruno", "Carlo")
    with pytest.raises(services.CapacityBelowTaken) as refused:
        services.change(event=event, by=organiser, capacity=2)
    assert refused.value.taken == 3
    event.refresh_from_db()
    assert event.capacity == 5


# -- at the same time ---------------------------------------------------------------------------------------------


def _at_once(work, count: int) -> list[object]:
    """Run `work(n)` in `count` threads that start together, each with its own connection."""
    start, results = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            start.wait(timeout=30)
            results.append(work(number))
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


@pytest.mark.django_db(transaction=True)
def test_64_at_once_for_10_places_give_exactly_10(event, register):
    Event.objects.update(capacity=10)
    results = _at_once(lambda number: register(f"Persona{number}"), 64)
    confirmed = Attendee.objects.filter(event=event).confirmed()
    assert confirmed.count() == 10
    assert {attendee.place_number for attendee in confirmed} == set(range(1, 11))
    assert sum(isinstance(result, Registration) for result in results) == 10
    assert sum(isinstance(result, services.EventFull) for result in results) == 54
    assert Registration.objects.count() == 10


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite queues writers by itself: no race to show")
@pytest.mark.django_db(transaction=True)
def test_negative_control_without_lock_and_index_the_race_really_oversells(event, register):
    """The tests above would be worthless if this race did not happen here."""
    registration = register("Prima")
    Event.objects.update(capacity=10)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX attendee_one_per_place")

    def naive(number: int) -> bool:
        with transaction.atomic():
            taken = Attendee.objects.filter(event=event).confirmed().count()
            if taken >= 10:
                return False
            Attendee.objects.create(
                registration=registration, event=event, full_name=f"P{number}", place_number=taken + 1
            )
            return True

    try:
        _at_once(naive, 64)
        assert Attendee.objects.filter(event=event).confirmed().count() > 10
    finally:
        Attendee.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE UNIQUE INDEX attendee_one_per_place ON events_attendee (event_id, place_number) "
                "WHERE place_number IS NOT NULL"
            )


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite queues writers by itself: no race to show")
@pytest.mark.django_db(transaction=True)
def test_the_index_alone_holds_when_a_code_path_forgets_the_lock(event, register):
    registration = register("Prima")
    Event.objects.update(capacity=10)

    def forgetful(number: int) -> None:
        with transaction.atomic():
            place = Attendee.objects.filter(event=event).confirmed().count() + 1
            if place <= 10:
                Attendee.objects.create(registration=registration, event=event, full_name="P", place_number=place)

    results = _at_once(forgetful, 64)
    assert any(isinstance(result, IntegrityError) for result in results)
    assert Attendee.objects.filter(event=event).confirmed().count() <= 10


@pytest.mark.django_db(transaction=True)
def test_a_double_click_at_the_same_instant_is_one_registration(event, register):
    submission_id = uuid.uuid4()
    results = _at_once(lambda _number: register("Anna", submission_id=submission_id), 8)
    assert len({result.pk for result in results}) == 1
    assert Registration.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_cancelling_and_registering_at_once_leave_no_place_lost(event, register):
    registration = register("Anna", "Bruno", "Carlo", "Dora", "Elio")
    attendee = registration.attendees.get(full_name="Carlo")

    def work(number: int):
        return services.cancel_attendee(attendee=attendee) if number % 2 else register(f"Nuova{number}")

    _at_once(work, 8)
    assert Attendee.objects.filter(event=event).confirmed().count() + event.places_free() == 5
    assert event.places_taken() in {4, 5}
    assert timezone.now() < event.starts_at
