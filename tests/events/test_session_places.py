"""Places of agenda items: chosen, exchanged, given back; and who waits for them."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from events import invariants, services
from events.agenda import current
from events.choices import clashes
from events.models import Session, SessionPlace


@pytest.fixture
def session(event):
    def session(title: str, places: int | None = 1, minutes: int = 0) -> Session:
        starts_at = event.starts_at + timedelta(minutes=minutes)
        return Session.objects.create(
            event=event, title_it=title, places=places, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30)
        )

    return session


@pytest.fixture(autouse=True)
def _nothing_is_broken(db):
    yield
    assert list(invariants.broken()) == []


def held(person) -> set[str]:
    return set(person.seats.held().values_list("session__title_it", flat=True))


def test_an_item_gives_its_lowest_free_place_once(register, session):
    anna, item = register("Anna").attendees.get(), session("A")
    first, again = (services.choose(attendee=anna, session=item) for _ in range(2))
    assert (first.pk, first.number) == (again.pk, 1)


def test_the_database_refuses_one_place_of_an_item_for_two_people(register, session):
    anna, bruno = register("Anna", "Bruno").attendees.order_by("pk")
    place = services.choose(attendee=anna, session=session("A"))
    with pytest.raises(IntegrityError), transaction.atomic():
        SessionPlace.objects.create(session=place.session, attendee=bruno, number=1)


def test_two_items_at_the_same_time_are_refused_and_named(register, session):
    anna = register("Anna").attendees.get()
    services.choose(attendee=anna, session=session("A"))
    with pytest.raises(services.ChoiceOverlaps) as refused:
        services.choose(attendee=anna, session=session("B", minutes=15))
    assert [one.title_it for one in refused.value.sessions] == ["A"]


def test_an_item_that_begins_when_the_other_ends_does_not_overlap(register, session):
    anna = register("Anna").attendees.get()
    services.choose(attendee=anna, session=session("A"))
    services.choose(attendee=anna, session=session("B", minutes=30))
    assert held(anna) == {"A", "B"}


def test_a_swap_exchanges_what_overlaps(register, session):
    anna = register("Anna").attendees.get()
    services.choose(attendee=anna, session=session("A"))
    services.swap(attendee=anna, session=session("B"))
    assert held(anna) == {"B"}


def test_a_swap_to_a_full_item_keeps_the_old_place(register, session):
    anna, bruno = register("Anna", "Bruno").attendees.order_by("pk")
    a, b = session("A"), session("B")
    services.choose(attendee=anna, session=a)
    services.choose(attendee=bruno, session=b)
    with pytest.raises(services.SessionFull):
        services.swap(attendee=anna, session=b)
    assert held(anna) == {"A"}


def test_whoever_waits_keeps_the_old_place_until_the_new_one_is_held(register, session):
    anna, bruno = register("Anna", "Bruno").attendees.order_by("pk")
    a, b = session("A"), session("B")
    services.choose(attendee=anna, session=a)
    services.choose(attendee=bruno, session=b)
    services.join_session(attendees=[anna], session=b)
    assert held(anna) == {"A"}
    services.give_back(attendee=bruno, session=b)
    assert held(anna) == {"B"}


def test_two_who_wait_for_each_others_item_end_with_both_served(register, session):
    anna, bruno, carlo = register("Anna", "Bruno", "Carlo").attendees.order_by("pk")
    a, b = session("A"), session("B")
    services.choose(attendee=anna, session=a)
    services.choose(attendee=bruno, session=b)
    services.join_session(attendees=[anna], session=b)
    services.join_session(attendees=[carlo], session=a)
    services.cancel_attendee(attendee=bruno)
    assert (held(anna), held(carlo)) == ({"B"}, {"A"})


@pytest.mark.parametrize("how", ["registration", "item"])
def test_what_is_cancelled_gives_its_places_back(register, session, organiser, how):
    registration, item = register("Anna"), session("A")
    services.choose(attendee=registration.attendees.get(), session=item)
    if how == "registration":
        services.cancel_registration(registration=registration)
    else:
        services.cancel_session(session=item, reason="Malattia", by=organiser)
    assert not SessionPlace.objects.held().exists()


@pytest.mark.parametrize("kind", ["without_places", "cancelled", "foreign"])
def test_what_cannot_be_chosen_is_refused(register, session, organiser, kind):
    anna, item = register("Anna").attendees.get(), session("A", None if kind == "without_places" else 1)
    if kind == "cancelled":
        services.cancel_session(session=item, reason="Malattia", by=organiser)
    if kind == "foreign":
        other = type(item.event).objects.get(pk=item.event_id)
        other.pk, other.slug, other.uid = None, "other", uuid.uuid4()
        other.save()
        Session.objects.filter(pk=item.pk).update(event=other)
    with pytest.raises(services.NotToBeChosen):
        services.choose(attendee=anna, session=item)


def test_nothing_is_chosen_after_the_start(register, session, event):
    with pytest.raises(services.RegistrationClosed):
        services.choose(
            attendee=register("Anna").attendees.get(), session=session("A"), now=event.starts_at + timedelta(minutes=1)
        )


def test_fewer_places_than_are_taken_are_refused_with_the_list(register, session, event, organiser):
    item = session("A", 2)
    for person in register("Anna", "Bruno").attendees.order_by("pk"):
        services.choose(attendee=person, session=item)
    with pytest.raises(services.PlacesBelowTaken) as refused:
        services.save_session(event=event, by=organiser, session=item, places=1)
    assert refused.value.names == ["Anna", "Bruno"]


def test_more_places_promote_those_who_wait(register, session, event, organiser):
    anna, bruno = register("Anna", "Bruno").attendees.order_by("pk")
    item = session("A")
    services.choose(attendee=anna, session=item)
    entry = services.join_session(attendees=[bruno], session=item)
    services.save_session(event=event, by=organiser, session=item, places=2)
    entry.refresh_from_db()
    assert (entry.state, held(bruno)) == ("promoted", {"A"})
    assert event.promotion_runs.get().decisions[0]["reason"] == "all_fit"


def test_moved_items_tell_whose_choices_clash(register, session, event):
    anna = register("Anna").attendees.get()
    a, b = session("A"), session("B", minutes=30)
    choices = {anna.pk: [a.key, b.key, uuid.uuid4()]}
    assert clashes(current(event), choices) == []
    Session.objects.filter(pk=b.pk).update(starts_at=a.starts_at)
    (clash,) = clashes(current(event), choices)
    assert (clash.attendee, {clash.first.key, clash.second.key}) == (anna.pk, {a.key, b.key})
