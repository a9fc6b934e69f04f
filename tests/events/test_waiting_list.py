"""The event's waiting list: who joins, who gets the next place, who leaves, and what stands on record."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from events import invariants, services
from events.models import Attendee, Event, PromotionRun, Registration, WaitingEntry, WaitingPerson
from notifications.models import Delivery

State = Registration.State
Entry = WaitingEntry.State


@pytest.fixture
def full(event, register) -> Registration:
    """All five places of the event are held by this one."""
    return register("Anna", "Bruno", "Carlo", "Dora", "Elio")


@pytest.fixture(autouse=True)
def _everything_holds(db):
    yield
    assert list(invariants.broken()) == []


def entry_of(registration: Registration) -> WaitingEntry:
    return registration.waiting_entries.order_by("pk").last()


def names(queryset) -> list[str]:
    return sorted(queryset.values_list("full_name", flat=True))


def give_back(registration: Registration, *who: str) -> None:
    for name in who:
        services.cancel_attendee(attendee=registration.attendees.standing().get(full_name=name))


def test_who_does_not_ask_to_wait_is_refused_as_before(full, register):
    with pytest.raises(services.EventFull):
        register("Fulvia")
    assert WaitingEntry.objects.count() == 0


def test_a_registration_that_waits_holds_no_place_and_is_told_its_position(full, register):
    registration = register("Fulvia", "Gino", waits="all")
    assert (registration.state, entry_of(registration).state) == (State.WAITING, Entry.WAITING)
    assert set(registration.attendees.values_list("state", "place_number")) == {("waiting", None)}
    mail = Delivery.objects.get(kind="waiting_joined")
    assert (mail.address, mail.calendar_method) == (registration.contact_email, "")
    assert not Delivery.objects.filter(payload__registration=registration.pk).exclude(kind="waiting_joined").exists()


def test_where_there_is_room_nobody_waits_whatever_was_asked(event, register):
    registration = register("Anna", "Bruno", waits="all")
    assert registration.state == State.CONFIRMED
    assert registration.attendees.confirmed().count() == 2
    assert WaitingEntry.objects.count() == 0


def test_a_group_that_takes_any_number_gets_what_there_is_and_waits_with_the_others(event, register):
    register("Anna", "Bruno", "Carlo")
    registration = register("Dora", "Elio", "Fulvia", waits="any")
    assert registration.state == State.CONFIRMED
    assert names(registration.attendees.confirmed()) == ["Dora", "Elio"]
    assert names(registration.attendees.waiting()) == ["Fulvia"]
    kinds = Delivery.objects.filter(payload__registration=registration.pk).values_list("kind", flat=True)
    assert {"registration_confirmed", "waiting_joined"} <= set(kinds)


def test_a_group_that_wants_all_waits_whole_where_only_some_fit(event, register):
    register("Anna", "Bruno", "Carlo")
    registration = register("Dora", "Elio", "Fulvia", waits="all")
    assert registration.state == State.WAITING
    assert registration.attendees.confirmed().count() == 0


def test_a_place_given_back_goes_at_once_to_the_next_with_a_calendar_and_a_link(full, register):
    first, second = register("Fulvia", waits="all"), register("Gino", waits="all")
    give_back(full, "Carlo")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.CONFIRMED, State.WAITING)
    assert first.attendees.get().place_number == 3
    assert entry_of(first).state == Entry.PROMOTED
    mail = Delivery.objects.get(kind="waiting_promoted")
    assert (mail.address, mail.calendar_method) == (first.contact_email, "REQUEST")


def test_people_with_a_mailbox_of_their_own_hear_of_their_place_themselves(full, register):
    register("Fulvia", waits="all")
    give_back(full, "Carlo")
    told = Delivery.objects.filter(kind="attendee_registered", address="fulvia@ente01.example.org")
    assert told.get().calendar_method == "REQUEST"


def test_a_whole_registration_given_back_serves_several_groups(full, register):
    one, two, three = register("F", "G", waits="all"), register("H", "I", "L", waits="any"), register("M", waits="all")
    services.cancel_registration(registration=full)
    for registration in (one, two, three):
        registration.refresh_from_db()
    assert [one.state, two.state, three.state] == [State.CONFIRMED, State.CONFIRMED, State.WAITING]


def test_more_places_go_to_those_who_wait(event, full, register, organiser):
    registration = register("Fulvia", "Gino", waits="all")
    services.change(event=event, by=organiser, capacity=6)
    registration.refresh_from_db()
    assert registration.state == State.WAITING  # one place for two who come only together
    services.change(event=event, by=organiser, capacity=7)
    registration.refresh_from_db()
    assert registration.state == State.CONFIRMED


def test_an_erased_registration_serves_the_list_too(full, register):
    registration = register("Fulvia", waits="all")
    services.erase_registration(registration=full)
    registration.refresh_from_db()
    assert registration.state == State.CONFIRMED


def test_every_promotion_leaves_a_trace_without_names_that_nobody_can_rewrite(full, register):
    large, small = register("Fulvia", "Gino", waits="all"), register("Irma", waits="all")
    give_back(full, "Carlo")
    run = PromotionRun.objects.get()
    assert run.free == 1
    assert [(one["reference"], one["given"], one["reason"]) for one in run.decisions] == [
        (large.reference, 0, "group_too_large"), (small.reference, 1, "all_fit"),
    ]  # fmt: skip
    assert "Irma" not in str(run.decisions)
    with pytest.raises(TypeError):
        run.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        PromotionRun.objects.update(free=9)


def test_a_run_that_gives_nothing_leaves_no_trace(full, register):
    register("Fulvia", "Gino", waits="all")
    give_back(full, "Carlo")
    assert PromotionRun.objects.count() == 0


def test_nobody_is_promoted_once_it_has_begun(event, full, register):
    registration = register("Fulvia", waits="all")
    with transaction.atomic():
        services.cancel_attendee(attendee=full.attendees.get(full_name="Carlo"), now=event.starts_at)
    registration.refresh_from_db()
    assert registration.state == State.WAITING
    assert event.places_free() == 1


def test_when_it_begins_who_still_waits_is_told_so_and_waits_no_longer(event, full, register):
    registration = register("Fulvia", waits="all")
    assert services.advance_due(now=event.starts_at - timedelta(seconds=1)) == 0
    assert services.advance_due(now=event.starts_at) == 1
    registration.refresh_from_db()
    assert (registration.state, entry_of(registration).state) == (State.CANCELLED, Entry.EXPIRED)
    assert Delivery.objects.get(kind="waiting_expired").address == registration.contact_email
    assert services.advance_due(now=event.starts_at) == 0


def test_of_a_registration_with_places_only_the_waiting_part_ends(event, register):
    register("Anna", "Bruno", "Carlo", "Dora")
    registration = register("Elio", "Fulvia", waits="any")
    services.advance_due(now=event.starts_at)
    registration.refresh_from_db()
    assert registration.state == State.CONFIRMED
    assert names(registration.attendees.standing()) == ["Elio"]


def test_the_clock_serves_what_a_lost_process_did_not(event, full, register):
    registration = register("Fulvia", waits="all")
    event.attendees.filter(full_name="Carlo").update(
        state=Attendee.State.CANCELLED, place_number=None, cancelled_at=timezone.now()
    )
    assert services.advance_due() == 1
    registration.refresh_from_db()
    assert registration.state == State.CONFIRMED


def test_nothing_is_served_for_an_event_that_was_called_off(event, full, register, organiser):
    registration = register("Fulvia", waits="all")
    services.cancel(event=event, reason="Neve.", by=organiser)
    assert Delivery.objects.filter(kind="event_cancelled", address=registration.contact_email).exists()
    assert services.advance_due() == 1
    assert not Delivery.objects.filter(kind="waiting_expired").exists()


def test_who_waits_is_told_that_it_has_moved_without_a_calendar(event, full, register, organiser, applicant):
    from dataclasses import replace

    waits = replace(applicant, organisation_name="Altro ente", contact_email="altra@ente02.example.org")
    register("Fulvia", applicant=waits, waits="all")
    services.change(event=event, by=organiser, starts_at=event.starts_at + timedelta(minutes=30))
    told = Delivery.objects.get(kind="event_rescheduled", address="altra@ente02.example.org")
    assert told.calendar_method == ""


def test_leaving_the_list_cancels_a_registration_that_only_waited(full, register):
    registration = register("Fulvia", "Gino", waits="all")
    for _click in range(2):
        services.leave(entry=entry_of(registration))
    registration.refresh_from_db()
    assert (registration.state, entry_of(registration).state) == (State.CANCELLED, Entry.LEFT)
    mail = Delivery.objects.get(kind="registration_cancelled")
    assert mail.calendar_method == ""  # it never was in a calendar


def test_leaving_keeps_the_places_that_the_registration_has(event, register):
    register("Anna", "Bruno", "Carlo", "Dora")
    registration = register("Elio", "Fulvia", waits="any")
    services.leave(entry=entry_of(registration))
    registration.refresh_from_db()
    assert registration.state == State.CONFIRMED
    assert names(registration.attendees.standing()) == ["Elio"]
    assert Delivery.objects.filter(kind="waiting_left").count() == 1


def test_a_promoted_group_that_declines_makes_room_for_the_next(full, register):
    first, second = register("Fulvia", waits="all"), register("Gino", waits="all")
    give_back(full, "Carlo")
    for _click in range(2):
        services.decline(entry=entry_of(first))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.CANCELLED, State.CONFIRMED)
    person = WaitingPerson.objects.get(entry=entry_of(first))
    assert person.state == WaitingPerson.State.DECLINED


def test_a_group_gets_smaller_and_then_fits(full, register):
    registration = register("Fulvia", "Gino", waits="all")
    give_back(full, "Carlo")
    services.cancel_attendee(attendee=registration.attendees.get(full_name="Gino"))
    registration.refresh_from_db()
    assert registration.state == State.CONFIRMED
    assert names(registration.attendees.standing()) == ["Fulvia"]


def test_one_more_person_waits_where_the_contact_wishes_it(event, full):
    guest = services.Guest("Fulvia")
    event.registrations.update(category=Registration.Category.ORGANISATION)
    with pytest.raises(services.EventFull):
        services.add_attendee(registration=full, guest=guest)
    for _click in range(2):
        added = services.add_attendee(registration=full, guest=guest, waits=True)
    assert added.state == Attendee.State.WAITING
    assert WaitingEntry.objects.count() == 1
    give_back(full, "Anna")
    added.refresh_from_db()
    assert added.state == Attendee.State.CONFIRMED


def test_when_the_last_who_had_a_place_leaves_the_registration_waits(event, register):
    other = register("Anna", "Bruno", "Carlo", "Dora")
    registration = register("Elio", "Fulvia", "Gino", waits="any")
    services.cancel_attendee(attendee=registration.attendees.get(full_name="Elio"))
    registration.refresh_from_db()
    # the place went to the first who waits, who is of the same group
    assert (registration.state, names(registration.attendees.confirmed())) == (State.CONFIRMED, ["Fulvia"])
    assert other.attendees.confirmed().count() == 4


def test_a_registration_whose_places_went_to_others_stands_as_waiting(event, register):
    register("Anna", "Bruno", "Carlo", "Dora")
    registration = register("Elio", "Fulvia", "Gino", waits="any")
    entry = entry_of(registration)
    earlier = register("Irma", waits="all")
    WaitingEntry.objects.filter(pk=entry.pk).update(created_at=timezone.now() + timedelta(hours=1))
    services.cancel_attendee(attendee=registration.attendees.get(full_name="Elio"))
    registration.refresh_from_db()
    earlier.refresh_from_db()
    assert (registration.state, earlier.state) == (State.WAITING, State.CONFIRMED)


def test_somebody_else_takes_a_position_over(full, register):
    registration = register("Fulvia", waits="all")
    fulvia = registration.attendees.get()
    gino = services.replace_attendee(attendee=fulvia, guest=services.Guest("Gino"))
    assert gino.state == Attendee.State.WAITING
    give_back(full, "Carlo")
    gino.refresh_from_db()
    assert gino.state == Attendee.State.CONFIRMED


def test_an_organiser_moves_a_group_to_the_front_with_a_reason_on_record(full, register, organiser):
    register("Fulvia", waits="all")
    urgent = register("Gino", waits="all")
    with pytest.raises(services.WrongState):
        services.move_to_front(entry=entry_of(urgent), reason="  ", by=organiser)
    for _click in range(2):
        services.move_to_front(entry=entry_of(urgent), reason="Relatore della giornata.", by=organiser)
    assert entry_of(urgent).priority == -1
    give_back(full, "Carlo")
    urgent.refresh_from_db()
    assert urgent.state == State.CONFIRMED
    with pytest.raises(services.WrongState):
        services.move_to_front(entry=entry_of(urgent), reason="Ancora.", by=organiser)


def test_both_sides_read_the_same_position_and_reason(event, full, register):
    register("Fulvia", "Gino", waits="all")
    second = register("Irma", waits="all")
    queue = services.decisions(event, timezone.now())[None]
    assert [(entry.registration.organisation_name, why.position, why.reason) for entry, why in queue][1][1:] == (
        2,
        "no_place",
    )
    from events.waiting_words import own_entries

    assert own_entries(second, timezone.now())[0][1].startswith(("Posizione 2.", "Position 2."))


def test_a_registration_that_is_approved_may_have_to_wait(event, register, organiser):
    Event.objects.update(moderated=True)
    first, second = register("A", "B", "C", "D"), register("E", "F")
    services.approve(registration=first, by=organiser)
    with pytest.raises(services.EventFull):
        services.approve(registration=second, by=organiser)
    for _click in range(2):
        second = services.approve(registration=second, by=organiser, waits="all")
    assert (second.state, second.decided_by) == (State.WAITING, organiser)
    services.cancel_registration(registration=first)
    second.refresh_from_db()
    assert second.state == State.CONFIRMED


def test_an_event_without_a_list_refuses_whatever_was_asked(event, full, register):
    Event.objects.update(has_waiting_list=False)
    with pytest.raises(services.EventFull):
        register("Fulvia", waits="all")


def test_the_same_form_twice_waits_once(full, register):
    number = uuid.uuid4()
    one, other = (register("Fulvia", waits="all", submission_id=number) for _click in range(2))
    assert one.pk == other.pk
    assert WaitingEntry.objects.count() == 1
