"""A release tells those whose items moved, and of those alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events import services
from events.agenda import people
from events.agenda.impact import impact_of
from events.models import Attendee, Event, Session
from notifications import letters
from notifications.kinds.agenda import as_ranges, from_ranges
from notifications.models import Delivery
from tests.events.releases.conftest import told
from tests.notifications.test_skeleton import assert_same, fast, slow

pytestmark = pytest.mark.django_db
AT = "/manage/events/info-day/agenda/"


def test_only_those_whose_items_moved_are_told_and_of_those_items_alone(
    event, add, anna, hall, register, released, organiser
):
    register("Anna")
    gone = register("Bruno", submission_id="11111111-1111-4111-8111-111111111111")
    services.cancel_registration(registration=gone)
    moved, renamed, own = add("Mosso", 0), add("Rinominato", 30), add("Suo", 60, speakers=[anna])
    released()
    assert not Delivery.objects.filter(kind="agenda_released").exists()  # the first tells of no change
    services.set_times(
        session=moved, starts_at=moved.starts_at, ends_at=moved.ends_at - timedelta(minutes=5), by=organiser
    )
    services.save_session(event=event, by=organiser, session=renamed, title_it="Rinominato!")
    released()
    assert told() == {"anna@ente01.example.org": ["Mosso"], "carla@ente01.example.org": ["Mosso"]}
    services.save_session(event=event, by=organiser, session=own, title_it="Suo titolo")
    add("Nuovo", 90)
    released()
    assert told() == {"anna.relatrice@ente02.example.org": ["Suo titolo"]}
    services.save_session(event=event, by=organiser, session=own, room=hall, speakers=[])
    services.remove_session(session=renamed, by=organiser)
    released()
    everybody = {address: set(items) for address, items in told().items()}
    assert everybody == {
        "anna@ente01.example.org": {"Suo titolo", "Rinominato!"}, "carla@ente01.example.org": {"Suo titolo", "Rinominato!"},
        "anna.relatrice@ente02.example.org": {"Suo titolo"},
    }  # fmt: skip


def test_who_speaks_without_an_address_is_named_before_the_release(client_of, event, add, anna, released, organiser):
    anna.email = ""
    services.save_part(event=event, by=organiser, part=anna)
    item = add("a", speakers=[anna])
    released()
    services.save_session(event=event, by=organiser, session=item, title_it="b")
    page = client_of(organiser).get(f"{AT}release/").content.decode()
    assert "1 relatore non ha qui un’e-mail e non viene avvisato: Anna Relatrice" in " ".join(page.split())
    assert impact_of(event, now=timezone.now()).told == ()


def test_who_speaks_and_comes_gets_one_letter_of_both(event, add, register, released, organiser, anna):
    anna.email = "carla@ente01.example.org"
    services.save_part(event=event, by=organiser, part=anna)
    register("Bea")
    moved, own = add("Mosso", 0), add("Suo", 60, speakers=[anna])
    released()
    services.set_times(
        session=moved, starts_at=moved.starts_at, ends_at=moved.ends_at - timedelta(minutes=5), by=organiser
    )
    services.save_session(event=event, by=organiser, session=own, title_it="Suo titolo")
    released()
    assert told() == {"carla@ente01.example.org": ["Mosso", "Suo titolo"], "bea@ente01.example.org": ["Mosso"]}


def test_an_item_with_its_own_places_concerns_those_who_chose_it(
    event, add, register, released, organiser, monkeypatch
):
    guests = [services.Guest("Bruno"), services.Guest("Anna", "anna@ente01.example.org")]
    registration = register(guests=guests)
    item = add("Laboratorio", places=3)
    bruno = registration.attendees.get(full_name="Bruno")
    monkeypatch.setattr(people, "CHOOSERS", [lambda event: {item.key: [bruno.pk, 10**9]}])
    released()
    services.set_times(
        session=item, starts_at=item.starts_at, ends_at=item.ends_at - timedelta(minutes=5), by=organiser
    )
    released()
    assert told() == {"carla@ente01.example.org": ["Laboratorio"]}  # Bruno has no address: his contact is told
    with_choices = impact_of(event, now=timezone.now())
    assert with_choices.told == ()


def test_nobody_is_told_of_an_event_that_is_not_public_or_is_over(event, add, register, released, organiser):
    register("Anna")
    item = add("a")
    released()
    Event.objects.update(state=Event.State.DRAFT)
    services.set_times(
        session=item, starts_at=item.starts_at, ends_at=item.ends_at - timedelta(minutes=5), by=organiser
    )
    released()
    assert not Delivery.objects.filter(kind="agenda_released").exists()
    past = {"starts_at": event.starts_at - timedelta(days=60), "ends_at": event.ends_at - timedelta(days=60)}
    Event.objects.update(state=Event.State.PUBLISHED, **past)
    Session.objects.update(starts_at=past["starts_at"], ends_at=past["ends_at"])
    released()
    assert not Delivery.objects.filter(kind="agenda_released").exists()


def test_the_letter_says_what_changed_in_the_readers_language_on_both_paths(
    event, add, register, released, organiser, anna
):
    register("Anna")
    Attendee.objects.update(email="")
    item = add("Saluti", title_en="Greetings", speakers=[anna])
    released()
    services.set_times(
        session=item, starts_at=item.starts_at, ends_at=item.ends_at - timedelta(minutes=5), by=organiser
    )
    released(note_it="Scusate!", note_en="Sorry!")
    Delivery.objects.filter(address__startswith="carla").update(language="en")
    rows = {row.address: row for row in Delivery.objects.filter(kind="agenda_released")}
    assert len(rows) == 2
    english, italian = letters.letter_for(rows["carla@ente01.example.org"]), letters.letter_for(rows[anna.email])
    assert english.facts == [("Greetings", "New time: 10:30–10:55 instead of 10:30–11:00.")]
    assert english.subject == "Agenda changed: Info day"
    assert "Sorry!" in english.paragraphs
    assert italian.facts == [("Saluti", "Nuovo orario: 10:30–10:55 invece di 10:30–11:00.")]
    assert "Ricevi questo messaggio perché intervieni a questo evento." in italian.closing
    for row in rows.values():
        assert_same(fast(row), slow(row))


def test_a_newer_letter_takes_the_place_of_one_that_waits_and_says_what_it_would_have_said(
    event, add, register, released, organiser
):
    register("Anna")
    one, other, third = add("Uno", 0), add("Due", 30), add("Tre", 60)
    released()

    def move(session, minutes: int) -> None:
        session.refresh_from_db()
        at = session.starts_at + timedelta(minutes=minutes)
        services.set_times(session=session, starts_at=at, ends_at=session.ends_at, by=organiser)

    move(one, 5), move(other, 5)
    released()
    move(one, -5), move(third, 5)
    released()
    rows = Delivery.objects.filter(kind="agenda_released", address__startswith="anna").order_by("pk")
    assert [row.state for row in rows] == ["cancelled", "ready"]
    assert [name for name, _words in letters.letter_for(rows[1]).facts] == ["Due", "Tre"]  # the first is where it was
    assert_same(fast(rows[1]), slow(rows[1]))
    move(other, -5), move(third, -5)
    released()
    assert [row.state for row in rows.all()] == ["cancelled", "cancelled"]  # all is as Anna knows it: no letter at all


def test_a_letter_that_was_tried_already_goes_its_way(event, add, register, released, organiser):
    register("Anna")
    item = add("a")
    released()
    for minutes in (5, 10):
        services.set_times(
            session=item, starts_at=item.starts_at + timedelta(minutes=minutes), ends_at=item.ends_at, by=organiser
        )
        released()
        Delivery.objects.filter(kind="agenda_released").update(attempts=1)
    assert set(Delivery.objects.filter(kind="agenda_released").values_list("state", flat=True)) == {"ready"}
    services.cancel(event=event, reason="neve", by=organiser)
    assert set(Delivery.objects.filter(kind="agenda_released").values_list("state", flat=True)) == {"cancelled"}


@pytest.mark.parametrize("count", [1, 30])
def test_a_release_costs_the_same_for_one_and_for_many(
    event, add, register, released, organiser, count, django_assert_max_num_queries
):
    Event.objects.update(capacity=100)
    for number in range(count):
        register(f"Persona {number}", guests=[services.Guest(f"P{number}", f"p{number}@ente01.example.org")])
    items = [add(str(number), number, 1) for number in range(count)]
    released()
    for seconds in (10, 20, 30):
        for item in items:
            Session.objects.filter(pk=item.pk).update(ends_at=item.ends_at + timedelta(seconds=seconds), places=None)
        with django_assert_max_num_queries(32):
            released()
    assert Delivery.objects.filter(kind="agenda_released", state="ready").count() == count + 1


@pytest.mark.parametrize("numbers", [(), (0,), (5,), (0, 1, 2, 3, 7), (1, 3, 5), tuple(range(300))])
def test_numbers_travel_as_ranges(numbers):
    ranges = as_ranges(numbers)
    assert tuple(from_ranges(ranges)) == numbers if numbers else ranges == ""
    assert len(ranges) <= max(0, 2 * len(numbers))
