"""Booked, moved, given up: what is refused, what happens once, and what the database itself refuses."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from events.meeting_point import invariants, services
from events.meeting_point.models import Appointment, MeetingPoint
from events.meeting_point.services import booking
from notifications.models import Delivery
from tests.events.conftest import rome
from tests.events.meeting_point.conftest import MONDAY, tuesday

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)


def kinds() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("kind", flat=True))


# -- book --------------------------------------------------------------------------------------------------------------


def test_a_time_is_booked_with_nothing_but_name_and_address(book):
    appointment = book("Gaia", tuesday(10))
    assert (appointment.starts_at, appointment.ends_at) == (tuesday(10), tuesday(10, 30))
    assert (appointment.place_number, appointment.state, appointment.sequence) == (1, "booked", 0)
    assert (appointment.phone, appointment.topic, appointment.booked_by) == ("", "", None)
    assert kinds() == ["appointment_confirmed"]


@pytest.mark.parametrize(
    "at",
    [
        rome(2026, 11, 24, 10), tuesday(9, 30), tuesday(13), tuesday(10, 10), rome(2026, 12, 2, 10), rome(2026, 12, 4, 10),
        rome(2026, 12, 31, 10), rome(2027, 12, 2, 15),
    ],
    ids=["past", "too soon", "closing", "off the grid", "other day's hours", "closed day", "beyond", "next year"],
)  # fmt: skip
def test_a_time_that_is_not_offered_is_refused_and_nothing_is_written(book, at):
    with pytest.raises(services.NotOffered):
        book("Gaia", at)
    assert not Appointment.objects.exists()
    assert kinds() == []


def test_an_exception_refuses_what_the_week_would_offer(book, close):
    close(tuesday(10).date())
    with pytest.raises(services.NotOffered):
        book("Gaia", tuesday(10))


def test_a_point_that_takes_none_refuses_people_and_not_its_desk(book, desk):
    MeetingPoint.objects.update(takes_appointments=False)
    with pytest.raises(services.NotTakingAppointments):
        book("Gaia")
    assert book("Gaia", by=desk).booked_by == desk


def test_the_desk_needs_no_lead_time_but_neither_the_past_nor_closed_hours(book, desk):
    now = tuesday(9, 15)
    assert book("Gaia", tuesday(9, 30), by=desk, now=now, email="", phone="0744 2").email == ""
    assert kinds() == []  # nobody to write to
    for at in (tuesday(9), tuesday(13), tuesday(9, 20)):
        with pytest.raises(services.NotOffered):
            book("Luca", at, by=desk, now=now)


def test_a_taken_time_is_refused_and_a_free_place_is_the_lowest(book):
    MeetingPoint.objects.update(places=3)
    people = [book(name) for name in ("Anna", "Bea", "Carla")]
    assert [one.place_number for one in people] == [1, 2, 3]
    with pytest.raises(services.SlotTaken):
        book("Dora")
    services.cancel(appointment=people[1], now=MONDAY)
    assert book("Dora").place_number == 2


def test_a_double_click_books_once(book):
    same = uuid.uuid4()
    first, second = book("Gaia", submission_id=same), book("Gaia", submission_id=same)
    assert first == second
    assert Appointment.objects.count() == 1
    assert kinds() == ["appointment_confirmed"]


def test_one_address_has_three_to_come_at_most_and_never_two_at_once(book):
    MeetingPoint.objects.update(places=2)
    first = book("Gaia", tuesday(10))
    with pytest.raises(services.AlreadyBooked):
        book("Gaia", tuesday(10))
    book("Gaia", tuesday(11))
    book("Gaia", tuesday(12))
    with pytest.raises(services.AlreadyBooked):
        book("Gaia", rome(2026, 12, 3, 9))
    services.cancel(appointment=first, now=MONDAY)
    book("Gaia", rome(2026, 12, 3, 9))
    assert book("Luca", tuesday(10)).place_number


# -- move and cancel ----------------------------------------------------------------------------------------------------


def test_a_move_keeps_link_and_entry_and_frees_the_old_time(book):
    appointment = book("Gaia", tuesday(10))
    moved = services.move(appointment=appointment, starts_at=rome(2026, 12, 3, 9), now=LATER)
    assert (moved.pk, moved.key, moved.sequence) == (appointment.pk, appointment.key, 1)
    assert (moved.starts_at, moved.ends_at) == (rome(2026, 12, 3, 9), rome(2026, 12, 3, 9, 30))
    assert moved.revised_at > appointment.revised_at
    assert book("Luca", tuesday(11)).place_number == 1
    assert kinds()[:2] == ["appointment_confirmed", "appointment_moved"]


def test_the_same_time_again_moves_nothing(book):
    appointment = book("Gaia", tuesday(10))
    assert services.move(appointment=appointment, starts_at=tuesday(10), now=LATER).sequence == 0
    assert kinds() == ["appointment_confirmed"]


def test_a_move_to_a_time_that_overlaps_ones_own_is_possible(book):
    MeetingPoint.objects.update(slot_minutes=60)
    appointment = book("Gaia", tuesday(10))
    MeetingPoint.objects.update(slot_minutes=30)
    assert services.move(appointment=appointment, starts_at=tuesday(10, 30), now=MONDAY).starts_at == tuesday(10, 30)


def test_a_move_to_a_time_that_is_taken_or_not_offered_changes_nothing(book):
    appointment, _other = book("Gaia", tuesday(10)), book("Luca", tuesday(11))
    for at, refusal in ((tuesday(11), services.SlotTaken), (tuesday(14), services.NotOffered)):
        with pytest.raises(refusal):
            services.move(appointment=appointment, starts_at=at, now=LATER)
    appointment.refresh_from_db()
    assert (appointment.starts_at, appointment.sequence) == (tuesday(10), 0)


def test_nobody_moves_to_a_time_at_which_they_have_another(book):
    MeetingPoint.objects.update(places=2)
    first, _second = book("Gaia", tuesday(10)), book("Gaia", tuesday(11))
    with pytest.raises(services.AlreadyBooked):
        services.move(appointment=first, starts_at=tuesday(11), now=LATER)
    first.refresh_from_db()
    assert first.starts_at == tuesday(10)


def test_cancelling_frees_the_time_at_once_and_happens_once(book):
    appointment = book("Gaia", tuesday(10))
    for _twice in range(2):
        cancelled = services.cancel(appointment=appointment, now=LATER)
    assert (cancelled.state, cancelled.place_number, cancelled.sequence) == ("cancelled", None, 1)
    assert book("Luca", tuesday(11)).pk
    assert kinds().count("appointment_cancelled") == 1


@pytest.mark.parametrize("verb", ["move", "cancel"])
def test_what_has_begun_or_is_settled_changes_no_more(book, desk, verb):
    appointment = book("Gaia", tuesday(10))
    change = {"move": lambda now: services.move(appointment=appointment, starts_at=rome(2026, 12, 3, 9), now=now),
              "cancel": lambda now: services.cancel(appointment=appointment, now=now)}[verb]  # fmt: skip
    with pytest.raises(services.NoLongerBooked):
        change(tuesday(10))
    Appointment.objects.update(state="missed", settled_at=MONDAY, settled_by=desk)
    with pytest.raises(services.NoLongerBooked):
        change(MONDAY)


def test_a_cancelled_one_is_not_moved_back_to_life(book):
    appointment = services.cancel(appointment=book("Gaia", tuesday(10)), now=MONDAY)
    for at in (tuesday(10), tuesday(11)):
        with pytest.raises(services.NoLongerBooked):
            services.move(appointment=appointment, starts_at=at, now=MONDAY)


def test_new_hours_call_off_who_no_longer_fits_and_say_why_in_their_language(book, close, organiser, point):
    gaia, luca = book("Gaia", tuesday(10), language="en"), book("Luca", rome(2026, 12, 3, 9))
    with pytest.raises(services.StandsInTheWay):
        close(tuesday(10).date())
    close(tuesday(10).date(), calls_off=True, reason="sciopero")
    gaia.refresh_from_db()
    assert (gaia.state, gaia.cancelled_by, gaia.cancellation_reason) == ("cancelled", organiser, "sciopero")
    services.set_weekly(point=point, weekly={}, by=organiser, calls_off=True, now=MONDAY)
    luca.refresh_from_db()
    assert luca.cancellation_reason == "I nostri orari di apertura sono cambiati."
    assert kinds().count("appointment_cancelled") == 2


# -- what the database refuses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [{"place_number": None}, {"place_number": 0}, {"state": "cancelled"}, {"cancelled_at": MONDAY}, {"ends_at": tuesday(10)},
     {"state": "attended"}, {"settled_at": MONDAY}, {"erased_at": MONDAY}, {"email": "", "phone": ""}],
)  # fmt: skip
def test_the_database_refuses_rows_that_make_no_sense(book, wrong):
    book("Gaia", tuesday(10))
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.update(**wrong)


def test_the_database_refuses_the_same_place_twice(book):
    MeetingPoint.objects.update(places=2)
    book("Gaia", tuesday(10))
    luca = book("Luca", tuesday(10))
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=luca.pk).update(place_number=1)


def test_nothing_of_an_appointment_leads_to_a_questionnaire_or_to_anything_else_about_a_person():
    from events.models import Visit, VisitChange

    allowed = {"meetingpoint", "user", "appointment", "visit", "visitchange"}
    for model in (Appointment, Visit, VisitChange):
        related = {field.related_model._meta.model_name for field in model._meta.get_fields() if field.is_relation}
        assert related <= allowed, model


# -- at the same moment ------------------------------------------------------------------------------------------------


def at_once(number: int, act) -> list[object]:
    """What each of so many threads got back, or the error it met."""
    start, found = threading.Barrier(number), []

    def run(who: int) -> None:
        try:
            start.wait(timeout=30)
            found.append(act(who))
        except Exception as error:
            found.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(who,)) for who in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("places", [1, 3])
def test_of_eight_who_want_the_same_time_at_once_as_many_get_it_as_there_are_places(book, places):
    MeetingPoint.objects.update(places=places)
    found = at_once(8, lambda who: book(f"Persona{who}", tuesday(10)))
    got = [one for one in found if isinstance(one, Appointment)]
    assert sorted(one.place_number for one in got) == list(range(1, places + 1))
    assert [type(one) for one in found if one not in got] == [services.SlotTaken] * (8 - places)
    assert Appointment.objects.count() == Delivery.objects.count() == places
    assert list(invariants.broken()) == []


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_lock_two_are_told_that_the_same_place_is_free(book, monkeypatch):
    """Between reading and writing both see it free: only the schema still refuses the second."""
    both_have_looked, find = threading.Barrier(2), booking._place

    def slowly(*args, **kwargs):
        place = find(*args, **kwargs)
        both_have_looked.wait(timeout=30)
        return place

    monkeypatch.setattr(booking, "lock", lambda point: MeetingPoint.objects.get(pk=point.pk))
    monkeypatch.setattr(booking, "_place", slowly)
    monkeypatch.setattr(services, "book", booking.book.__wrapped__)  # and without its transaction
    found = at_once(2, lambda who: book(f"Persona{who}", tuesday(10)))
    assert sorted(type(one).__name__ for one in found) == ["Appointment", "IntegrityError"]


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_at_once_is_one_appointment(book):
    same = uuid.uuid4()
    found = at_once(4, lambda _who: book("Gaia", tuesday(10), submission_id=same))
    assert {one.pk for one in found} == {Appointment.objects.get().pk}
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_move_to_the_same_time_at_once_are_not_both_there(book):
    people = [book("Gaia", tuesday(10)), book("Luca", tuesday(11))]
    found = at_once(2, lambda who: services.move(appointment=people[who], starts_at=rome(2026, 12, 3, 9), now=LATER))
    assert sorted(type(one).__name__ for one in found) == ["Appointment", "SlotTaken"]
    assert list(invariants.broken()) == []


@pytest.mark.django_db(transaction=True)
def test_a_closure_and_a_booking_at_once_leave_nobody_before_a_closed_door(book, close):
    def act(who: int):
        return close(tuesday(10).date()) if who else book("Gaia", tuesday(10))

    found = at_once(2, act)
    refused = [one for one in found if isinstance(one, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], services.NotOffered | services.StandsInTheWay)


def test_the_invariants_see_two_who_overlap_in_one_place(book):
    MeetingPoint.objects.update(slot_minutes=60)
    gaia = book("Gaia", tuesday(10))
    MeetingPoint.objects.update(slot_minutes=30)
    luca = book("Luca", tuesday(11))
    assert list(invariants.broken()) == []
    Appointment.objects.filter(pk=luca.pk).update(starts_at=tuesday(10, 30))
    (sentence,) = invariants.broken()
    assert gaia.reference in sentence
    assert luca.reference in sentence
    assert "Gaia" not in sentence
