"""Items of the agenda with places of their own: chosen, exchanged, waited for, and what a release does to them."""

import threading

import pytest
from django.db import connections

from events import invariants, services
from events.models import Attendee, Session, SessionPlace, WaitingEntry, WaitingPerson
from notifications.models import Delivery


@pytest.fixture(autouse=True)
def _everything_holds(db):
    yield
    assert list(invariants.broken()) == []


@pytest.fixture
def items(event, add, released) -> dict[str, Session]:
    """Two at the same time with two places each, one later with one, and one for everybody."""
    made = {
        "A": add("A", 0, 30, places=2), "B": add("B", 15, 30, places=2), "C": add("C", 60, 30, places=1),
        "tutti": add("tutti", 90, 20),
    }  # fmt: skip
    released()
    return {title: Session.objects.get(pk=session.pk) for title, session in made.items()}


@pytest.fixture
def people(register) -> dict[str, Attendee]:
    return {attendee.full_name: attendee for attendee in register("Anna", "Bruno", "Carlo", "Dora").attendees.all()}


def held(session: Session) -> list[str]:
    return sorted(session.seats.held().values_list("attendee__full_name", flat=True))


def test_a_place_is_chosen_once_however_often_it_is_clicked(items, people):
    one, other = (services.choose(attendee=people["Anna"], session=items["A"]) for _click in range(2))
    assert (one.pk, one.number) == (other.pk, 1)


def test_two_items_at_the_same_time_are_refused_and_the_one_in_the_way_is_named(items, people):
    services.choose(attendee=people["Anna"], session=items["A"])
    with pytest.raises(services.ChoiceOverlaps) as overlap:
        services.choose(attendee=people["Anna"], session=items["B"])
    assert overlap.value.sessions == (items["A"],)
    assert (held(items["A"]), held(items["B"])) == (["Anna"], [])
    services.choose(attendee=people["Anna"], session=items["C"])


def test_a_swap_gives_the_old_place_back_only_once_the_new_one_is_held(items, people):
    services.choose(attendee=people["Anna"], session=items["A"])
    services.swap(attendee=people["Anna"], session=items["B"])
    assert (held(items["A"]), held(items["B"])) == ([], ["Anna"])
    for name in ("Bruno", "Carlo"):
        services.choose(attendee=people[name], session=items["A"])
    with pytest.raises(services.SessionFull):
        services.swap(attendee=people["Anna"], session=items["A"])
    assert held(items["B"]) == ["Anna"]  # nothing was lost on the way


@pytest.mark.parametrize("what", ["tutti", "draft", "off", "begun", "other event"])
def test_what_cannot_be_chosen_is_refused(event, items, people, add, organiser, what):
    now = None
    session = items["A"]
    if what == "tutti":
        session = items["tutti"]
    elif what == "draft":
        session = add("bozza", 100, 10, places=3)
    elif what == "off":
        services.cancel_session(session=session, reason="Relatrice malata.", by=organiser)
    elif what == "begun":
        now = session.starts_at
    else:
        session = Session.objects.create(
            event=services.create(
                by=organiser, slug="altro", title_it="Altro", venue="x", address="y", contact_email="a@b.example.org",
                starts_at=event.starts_at, ends_at=event.ends_at, capacity=3,
            ),
            title_it="Z", starts_at=event.starts_at, ends_at=event.ends_at, places=3, open_places=3,
        )  # fmt: skip
    with pytest.raises(services.NotToBeChosen):
        services.choose(attendee=people["Anna"], session=session, now=now)


def test_only_who_has_a_place_at_the_event_chooses(items, register):
    register("A1", "B1", "C1", "D1", "E1")
    waiting = register("Fulvia", waits="all").attendees.get()
    with pytest.raises(services.RegistrationClosed):
        services.choose(attendee=waiting, session=items["A"])
    with pytest.raises(services.RegistrationClosed):
        services.join_session(attendees=[waiting], session=items["A"])


def test_who_waits_keeps_what_they_hold_until_the_place_is_theirs(items, people):
    for name in ("Anna", "Bruno"):
        services.choose(attendee=people[name], session=items["A"])
    services.choose(attendee=people["Carlo"], session=items["B"])
    services.join_session(attendees=[people["Carlo"]], session=items["A"])
    assert held(items["B"]) == ["Carlo"]
    services.give_back(attendee=people["Anna"], session=items["A"])
    assert (held(items["A"]), held(items["B"])) == (["Bruno", "Carlo"], [])
    mail = Delivery.objects.get(kind="session_place_given")
    assert mail.address == "carlo@ente01.example.org"


def test_a_promotion_that_frees_a_place_serves_the_next_queue_too(items, people):
    for name in ("Anna", "Bruno"):
        services.choose(attendee=people[name], session=items["A"])
    for name in ("Carlo", "Dora"):
        services.choose(attendee=people[name], session=items["B"])
    services.join_session(attendees=[people["Carlo"]], session=items["A"])
    services.join_session(attendees=[people["Bruno"]], session=items["B"])
    services.give_back(attendee=people["Anna"], session=items["A"])
    # Carlo goes to A, which frees his place in B, which Bruno waited for
    assert (held(items["A"]), held(items["B"])) == (["Carlo"], ["Bruno", "Dora"])


def test_who_got_a_place_no_longer_waits_for_what_is_at_the_same_time(items, people):
    for name in ("Anna", "Bruno"):
        services.choose(attendee=people[name], session=items["A"])
    for name in ("Carlo",):
        services.choose(attendee=people[name], session=items["B"])
    entry = services.join_session(attendees=[people["Dora"]], session=items["A"])
    services.choose(attendee=people["Dora"], session=items["B"])
    entry.refresh_from_db()
    assert entry.state == WaitingEntry.State.LEFT


def test_a_group_waits_all_together_or_with_any_number(items, people):
    for name in ("Anna", "Bruno"):
        services.choose(attendee=people[name], session=items["A"])
    group = [people["Carlo"], people["Dora"]]
    services.join_session(attendees=group, session=items["A"], takes="all")
    services.give_back(attendee=people["Anna"], session=items["A"])
    assert held(items["A"]) == ["Bruno"]
    services.give_back(attendee=people["Bruno"], session=items["A"])
    assert held(items["A"]) == ["Carlo", "Dora"]


def test_waiting_twice_for_the_same_changes_nothing(items, people):
    services.choose(attendee=people["Anna"], session=items["C"])
    one, other = (services.join_session(attendees=[people["Bruno"]], session=items["C"]) for _click in range(2))
    assert one.pk == other.pk
    assert WaitingPerson.objects.count() == 1
    services.stop_waiting_for(attendee=people["Bruno"], session=items["C"])
    services.stop_waiting_for(attendee=people["Bruno"], session=items["C"])
    one.refresh_from_db()
    assert one.state == WaitingEntry.State.LEFT


def test_who_gives_the_place_at_the_event_back_gives_everything_back(items, people):
    services.choose(attendee=people["Anna"], session=items["C"])
    services.join_session(attendees=[people["Bruno"]], session=items["C"])
    services.cancel_attendee(attendee=people["Anna"])
    assert held(items["C"]) == ["Bruno"]


def test_who_comes_in_somebodys_place_takes_their_items_over(items, people):
    services.choose(attendee=people["Anna"], session=items["A"])
    services.join_session(attendees=[people["Bruno"]], session=items["A"])  # there is room: at once
    services.replace_attendee(attendee=people["Anna"], guest=services.Guest("Fulvia"))
    assert held(items["A"]) == ["Bruno", "Fulvia"]
    assert SessionPlace.objects.filter(attendee=people["Anna"]).get().state == "released"


def test_fewer_places_than_are_held_stop_the_release_and_more_serve_the_queue(
    event, items, people, organiser, released
):
    services.choose(attendee=people["Anna"], session=items["C"])
    services.join_session(attendees=[people["Bruno"]], session=items["C"])
    draft = Session.objects.get(pk=items["C"].pk)
    services.save_session(event=event, by=organiser, session=draft, places=2)
    assert held(items["C"]) == ["Anna"]  # the draft gives nobody a place
    released()
    assert held(items["C"]) == ["Anna", "Bruno"]
    draft.refresh_from_db()
    services.save_session(event=event, by=organiser, session=draft, places=1)
    with pytest.raises(services.Blocked):
        released()


def test_places_above_a_lower_number_move_below_it(event, items, people, organiser, released):
    for name in ("Anna", "Bruno"):
        services.choose(attendee=people[name], session=items["A"])
    services.give_back(attendee=people["Anna"], session=items["A"])
    draft = Session.objects.get(pk=items["A"].pk)
    services.save_session(event=event, by=organiser, session=draft, places=1)
    released()
    assert list(items["A"].seats.held().values_list("number", flat=True)) == [1]


def test_what_is_called_off_ends_the_waiting_and_keeps_the_choices_for_the_calendars(items, people, organiser):
    services.choose(attendee=people["Anna"], session=items["C"])
    entry = services.join_session(attendees=[people["Bruno"]], session=items["C"])
    services.cancel_session(session=items["C"], reason="Relatrice malata.", by=organiser)
    entry.refresh_from_db()
    assert (entry.state, held(items["C"])) == (WaitingEntry.State.LEFT, ["Anna"])
    told = Delivery.objects.filter(kind="session_cancelled").values_list("address", flat=True)
    assert set(told) == {"anna@ente01.example.org"}


def test_who_waits_for_an_item_is_told_when_it_begins_without_a_place(items, people):
    services.choose(attendee=people["Anna"], session=items["C"])
    services.join_session(attendees=[people["Bruno"]], session=items["C"])
    assert services.advance_due(now=items["C"].starts_at) == 1
    assert Delivery.objects.filter(kind="waiting_expired").count() == 1
    with pytest.raises(services.RegistrationClosed):
        services.give_back(attendee=people["Anna"], session=items["C"], now=items["C"].starts_at)


@pytest.mark.django_db(transaction=True)
def test_two_swaps_at_once_for_one_place_give_it_to_one_and_leave_the_other_its_own(event, items, people):
    for name in ("Anna", "Bruno"):
        services.choose(attendee=people[name], session=items["A"])
    services.choose(attendee=people["Carlo"], session=items["B"])
    start, results = threading.Barrier(2), []

    def run(person) -> None:
        try:
            start.wait(timeout=30)
            results.append(services.swap(attendee=person, session=items["B"]))
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(people[name],)) for name in ("Anna", "Bruno")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(type(result).__name__ for result in results) == ["SessionFull", "SessionPlace"]
    assert (len(held(items["A"])), len(held(items["B"]))) == (1, 2)
