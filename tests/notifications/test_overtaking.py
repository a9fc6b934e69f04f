"""The facts move on while mail about them still waits: the newer message goes alone, and nothing taken is touched."""

import dataclasses
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from events import services as events
from events.models import Attendee
from notifications.models import Delivery
from notifications.sending import pump
from tests.notifications.test_messages import calendar, mail

pytestmark = pytest.mark.django_db
State = Delivery.State
ANNA, CARLA = "anna@ente01.example.org", "carla@ente01.example.org"


@pytest.fixture
def move(event, organiser):
    """Moves the event by half an hour, as often as it is called."""

    def move(**changes):
        event.refresh_from_db()
        changes = changes or {"starts_at": event.starts_at + timedelta(minutes=30)}
        return events.change(event=event, by=organiser, **changes)

    return move


def rows(address: str) -> list[tuple[str, str, str, int]]:
    """Kind, state, method and sequence of what was written to an address, in order."""
    found = Delivery.objects.filter(address=address).order_by("pk")
    return [(row.kind, row.state, row.calendar_method, row.calendar_sequence) for row in found]


def take(**which) -> None:
    """A worker takes these rows."""
    held = {"state": State.LEASED, "owner": "another worker", "lease_until": timezone.now() + timedelta(minutes=2)}
    assert Delivery.objects.filter(**which).update(**held)


# -- the event moves -------------------------------------------------------------------------------------------------


def test_an_event_moved_twice_while_its_mail_waits_sends_the_newest_alone(register, move):
    register("Anna")
    pump.pump()
    move()
    move()
    assert rows(ANNA)[1:] == [
        ("event_rescheduled", State.CANCELLED, "REQUEST", 1),
        ("event_rescheduled", State.READY, "REQUEST", 2),
    ]
    assert Delivery.objects.get(address=ANNA, state=State.CANCELLED).reply == "overtaken by revision 2 of the event"


def test_a_confirmation_that_still_waits_brings_the_move_along(register, move, event):
    registration = register("Anna")
    moved = move()
    assert rows(CARLA) == [("registration_confirmed", State.READY, "REQUEST", 1)]
    assert rows(ANNA) == [("attendee_registered", State.READY, "REQUEST", 1)]
    confirmation = Delivery.objects.get(address=CARLA)
    assert registration.token in mail(confirmation).get_body(("plain",)).get_content()
    _part, parsed = calendar(confirmation)
    assert parsed.walk("VEVENT")[0]["DTSTART"].dt == moved.starts_at


def test_a_correction_that_still_waits_brings_the_move_along(register, move):
    registration = register("Anna")
    pump.pump()
    events.edit_contact(registration=registration, name="Carla", email=CARLA, office="", phone="0744")
    move()
    assert rows(CARLA)[1:] == [("registration_changed", State.READY, "REQUEST", 1)]


def test_a_confirmation_that_was_tried_before_is_followed_by_the_move(register, move):
    register("Anna")
    Delivery.objects.update(attempts=1)
    move()
    assert rows(ANNA) == [
        ("attendee_registered", State.READY, "REQUEST", 0),
        ("event_rescheduled", State.READY, "REQUEST", 1),
    ]


def test_what_a_worker_has_taken_is_left_alone_and_followed_by_a_higher_sequence(register, move):
    register("Anna")
    take(address=ANNA)
    move()
    assert rows(ANNA) == [
        ("attendee_registered", State.LEASED, "REQUEST", 0),
        ("event_rescheduled", State.READY, "REQUEST", 1),
    ]
    take(kind="event_rescheduled", address=ANNA)
    move()
    assert rows(ANNA)[1:] == [
        ("event_rescheduled", State.LEASED, "REQUEST", 1),
        ("event_rescheduled", State.READY, "REQUEST", 2),
    ]


def test_a_reminder_that_still_waits_is_replaced_by_the_move(register, move, event):
    from notifications.outbox import Message, enqueue

    registration = register("Anna")
    pump.pump()
    payload = {"event": event.pk, "registration": registration.pk}
    enqueue([Message("reminder", "reminder:1", ANNA, "Anna", "it", payload=payload)])
    move()
    assert [(kind, state) for kind, state, _method, _sequence in rows(ANNA)[1:]] == [
        ("reminder", State.CANCELLED),
        ("event_rescheduled", State.READY),
    ]


def test_the_mail_of_other_events_waits_on(register, move, event):
    from events.models import Event

    other = Event.objects.get(pk=event.pk)
    other.pk, other.slug, other.uid = None, "altro", "00000000-0000-4000-8000-000000000009"
    other.save()
    register("Anna", event=other)
    register("Anna")
    move()
    assert [(sequence, state) for _k, state, _m, sequence in rows(ANNA)] == [(0, State.READY), (1, State.READY)]


def test_each_revision_has_a_later_dtstamp_even_within_one_second(register, move):
    register("Anna")
    pump.pump()
    for _time in range(3):
        move()
    stamps = [row.calendar_stamp for row in Delivery.objects.filter(address=ANNA).order_by("pk")]
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(stamps))


def test_the_same_moment_in_another_zone_is_no_other_revision(register, event, organiser, move):
    from zoneinfo import ZoneInfo

    from notifications.calendars import stamps as calendar_stamps

    register("Anna")
    moved = move(starts_at=(event.starts_at + timedelta(hours=1)).astimezone(ZoneInfo("Europe/Rome")))
    told = calendar_stamps.stamp(moved, ANNA, "REQUEST")
    moved.refresh_from_db()
    assert calendar_stamps.stamp(moved, ANNA, "REQUEST") == told


def test_moving_asks_the_same_number_of_queries_for_one_waiting_reader_and_for_many(event, move, register):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            move()
        return len([q for q in captured.captured_queries if "notifications_" in q["sql"]])

    register("Anna")
    pump.pump()
    one = queries()
    register("Bruno", "Clara", "Dario")
    pump.pump()
    assert queries() == one


# -- the event is called off -------------------------------------------------------------------------------------------


def test_calling_the_event_off_sends_the_cancellation_alone(register, event, organiser, move):
    register("Anna")
    pump.pump()
    move()
    events.cancel(event=event, reason="La sala è allagata.", by=organiser)
    assert rows(ANNA)[1:] == [
        ("event_rescheduled", State.CANCELLED, "REQUEST", 1),
        ("event_cancelled", State.READY, "CANCEL", 2),
    ]


def test_who_was_never_told_of_their_place_still_hears_that_the_event_is_off(register, event, organiser):
    register("Anna")
    events.cancel(event=event, reason="La sala è allagata.", by=organiser)
    for address, kind in ((CARLA, "registration_confirmed"), (ANNA, "attendee_registered")):
        assert rows(address) == [
            (kind, State.CANCELLED, "REQUEST", 0),
            ("event_cancelled", State.READY, "CANCEL", 1),
        ]
    assert Delivery.objects.filter(reply="the event was called off").count() == 2


def test_what_was_tried_before_is_withdrawn_too_when_the_event_is_off(register, event, organiser):
    register("Anna")
    Delivery.objects.update(attempts=2)
    events.cancel(event=event, reason="neve", by=organiser)
    assert {state for kind, state, _m, _s in rows(ANNA) if kind == "attendee_registered"} == {State.CANCELLED}


def test_a_link_asked_for_still_arrives_when_the_event_is_off(register, event, organiser):
    register("Anna")
    events.request_link(event=event, email=CARLA)
    events.cancel(event=event, reason="neve", by=organiser)
    assert Delivery.objects.get(kind="registration_link").state == State.READY


# -- a registration goes -------------------------------------------------------------------------------------------------


def test_cancelling_while_the_confirmation_waits_sends_the_cancellation_alone(register):
    events.cancel_registration(registration=register("Anna"))
    assert rows(CARLA) == [
        ("registration_confirmed", State.CANCELLED, "REQUEST", 0),
        ("registration_cancelled", State.READY, "CANCEL", 1),
    ]
    assert rows(ANNA) == [
        ("attendee_registered", State.CANCELLED, "REQUEST", 0),
        ("attendee_left", State.READY, "CANCEL", 1),
    ]


def test_a_place_given_back_withdraws_that_persons_letter_alone(register):
    registration = register("Anna", "Bruno")
    events.cancel_attendee(attendee=registration.attendees.get(full_name="Anna"))
    assert rows(ANNA)[0][1] == State.CANCELLED
    assert rows("bruno@ente01.example.org") == [("attendee_registered", State.READY, "REQUEST", 0)]


def test_a_cancellation_leaves_what_a_worker_has_taken(register):
    registration = register("Anna")
    take(address=ANNA)
    events.cancel_registration(registration=registration)
    assert rows(ANNA) == [
        ("attendee_registered", State.LEASED, "REQUEST", 0),
        ("attendee_left", State.READY, "CANCEL", 1),
    ]


def test_who_stays_by_another_registration_still_hears_of_the_move_that_the_withdrawn_letter_brought(
    register, applicant, move
):
    register("Anna", applicant=dataclasses.replace(applicant, contact_email="altra@ente02.example.org"))
    pump.pump()
    second = register("Anna")
    move()
    assert rows(ANNA)[1:] == [("attendee_registered", State.READY, "REQUEST", 1)]
    events.cancel_registration(registration=second)
    assert rows(ANNA)[1:] == [
        ("attendee_registered", State.CANCELLED, "REQUEST", 1),
        ("event_rescheduled", State.READY, "REQUEST", 1),
    ]


# -- the contact changes ---------------------------------------------------------------------------------------------------


def test_a_waiting_letter_never_takes_the_new_link_to_the_former_contact(register):
    registration = register("Anna")
    events.edit_contact(registration=registration, name="Nuova", email="nuova@ente01.example.org", office="", phone="")
    assert rows(CARLA) == [
        ("registration_confirmed", State.CANCELLED, "REQUEST", 0),
        ("attendee_left", State.READY, "CANCEL", 1),
    ]
    registration.refresh_from_db()
    for row in Delivery.objects.filter(state=State.READY).exclude(address="nuova@ente01.example.org"):
        assert registration.token not in mail(row).as_string()


def test_a_former_contact_who_still_comes_is_told_as_one_who_comes(register):
    registration = register("Anna", guests=[events.Guest("Carla Contatto", CARLA)])
    events.edit_contact(registration=registration, name="Nuova", email="nuova@ente01.example.org", office="", phone="")
    assert Attendee.objects.get().email == CARLA
    assert rows(CARLA) == [
        ("registration_confirmed", State.CANCELLED, "REQUEST", 0),
        ("attendee_registered", State.READY, "REQUEST", 0),
    ]
