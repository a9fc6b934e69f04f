"""From draft to public: releases, what stops them, who is told, the way back, and two people at once."""

import importlib
import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.utils import timezone

from events import agenda as agendas
from events import services
from events.agenda import people
from events.agenda.changes import Change
from events.agenda.frozen import fingerprint
from events.agenda.impact import impact_of
from events.models import AgendaRelease, Attendee, Event, Room, Session, Speaker, Track
from notifications import letters
from notifications.kinds.agenda import as_ranges, from_ranges
from notifications.models import Delivery
from organisations import append_only
from tests.notifications.test_skeleton import assert_same, fast, slow

pytestmark = pytest.mark.django_db
AT = "/manage/events/info-day/agenda/"
PUBLIC = "/events/info-day/"


@pytest.fixture
def hall(event, organiser) -> Room:
    return services.save_part(event=event, by=organiser, part=Room(name_it="Sala grande", capacity=100))


@pytest.fixture
def anna(event, organiser) -> Speaker:
    speaker = Speaker(full_name="Anna Relatrice", email="anna.relatrice@ente02.example.org")
    return services.save_part(event=event, by=organiser, part=speaker)


def look(event) -> services.Seen:
    impact = impact_of(event, now=timezone.now())
    return services.Seen(impact.number, impact.fingerprint)


def told() -> dict[str, list[str]]:
    """Who was told of the last release, and of which items."""
    release = AgendaRelease.objects.latest("pk")
    rows = Delivery.objects.filter(kind="agenda_released", payload__release=release.pk)
    return {
        row.address: [release.changes[n]["title"]["it"] for n in from_ranges(row.payload["changes"])] for row in rows
    }


# -- what the public sees -------------------------------------------------------------------------------------------------


def test_nobody_sees_a_draft_before_its_release_and_then_what_was_released(client, event, add, released, organiser):
    item = add("Saluti")
    assert "Il programma sarà pubblicato qui" in client.get(PUBLIC).content.decode()
    assert agendas.current(event).version == 0
    released()
    services.save_session(event=event, by=organiser, session=item, title_it="Benvenuto")
    page = client.get(PUBLIC).content.decode()
    assert "Saluti" in page
    assert "Benvenuto" not in page
    assert [one.title.it for one in agendas.draft(event)] == ["Benvenuto"]
    released(note_it="Titolo più caldo.")
    page = client.get(PUBLIC).content.decode()
    assert "Benvenuto" in page
    assert "Modifiche del programma" in page
    assert "Titolo più caldo." in page


def test_what_is_public_is_read_in_one_query(event, add, released, django_assert_num_queries):
    for number in range(20):
        add(str(number), number, 1)
    released()
    with django_assert_num_queries(1):
        assert len(agendas.current(event)) == 20


def test_publishing_releases_the_first_version_if_there_is_an_agenda(event, add, organiser):
    Event.objects.update(state=Event.State.DRAFT)
    add("Saluti")
    services.publish(event=event, by=organiser)
    assert [release.number for release in event.agenda_releases.all()] == [1]
    Event.objects.update(state=Event.State.DRAFT)
    services.publish(event=event, by=organiser)
    assert event.agenda_releases.count() == 1


def test_publishing_without_an_agenda_releases_nothing(event, organiser):
    Event.objects.update(state=Event.State.DRAFT)
    services.publish(event=event, by=organiser)
    assert not event.agenda_releases.exists()


def test_conflicts_stop_the_publishing_and_the_page_leads_to_them(client_of, event, add, hall, organiser):
    Event.objects.update(state=Event.State.DRAFT)
    add("a", room=hall), add("b", room=hall)
    page = client_of(organiser).post("/manage/events/info-day/publish/", follow=True).content.decode()
    event.refresh_from_db()
    assert event.state == Event.State.DRAFT
    assert "Una sala è occupata due volte" in page


def test_a_removed_item_stays_public_until_the_release_and_then_is_remembered(client, event, add, released, organiser):
    add("Altro", 40)
    item = add("Saluti")
    released()
    services.remove_session(session=item, by=organiser)
    assert "Saluti" in client.get(PUBLIC).content.decode()
    released()
    public = agendas.current(event)
    assert [one.title.it for one in public] == ["Altro"]
    assert [(one.title.it, one.is_cancelled, one.revision) for one in public.dropped] == [("Saluti", True, 1)]
    assert Session.objects.filter(key=item.key).exists()  # who chose it is known still


def test_what_was_never_public_leaves_nothing_behind(event, add, released, organiser):
    add("Saluti")
    released()
    short = add("Kurz", 40)
    services.remove_session(session=short, by=organiser)
    add("Altro", 80)
    released()
    assert not Session.objects.filter(key=short.key).exists()


# -- what stops a release --------------------------------------------------------------------------------------------------


def test_blocking_conflicts_stop_a_release_whatever_is_ticked(event, add, hall, organiser):
    add("a", room=hall, title_en="a"), add("b", room=hall, title_en="b")
    with pytest.raises(services.Blocked) as refused:
        services.release(event=event, by=organiser, despite_warnings=True)
    assert [verdict.rule.name for verdict in refused.value.verdicts] == ["room_twice"]
    assert not AgendaRelease.objects.exists()


def test_warnings_want_a_word(event, add, organiser):
    add("a")
    with pytest.raises(services.Warned):
        services.release(event=event, by=organiser)
    services.release(event=event, by=organiser, despite_warnings=True)


def test_what_says_the_same_is_not_released_again(event, add, released, organiser):
    with pytest.raises(services.NothingNew):
        released()
    item = add("a")
    released()
    services.set_times(session=item, starts_at=item.starts_at, ends_at=item.ends_at, by=organiser)
    with pytest.raises(services.NothingNew):
        released()


def test_a_room_that_is_renamed_alone_is_news(event, add, hall, released, organiser):
    add("a")
    released()
    hall.accessibility_it = "Rampa"
    services.save_part(event=event, by=organiser, part=hall)
    assert released().changes[0]["what"] == ["place"]


def test_the_page_shows_everything_first_and_the_yes_is_to_what_was_shown(
    client_of, event, add, hall, register, organiser, released
):
    register("Anna")
    item = add("Saluti", room=hall)
    released()
    services.set_times(
        session=item, starts_at=item.starts_at, ends_at=item.ends_at + timedelta(minutes=5), by=organiser
    )
    desk = client_of(organiser)
    page = desk.get(f"{AT}release/").content.decode()
    for words in (
        "Nuovo orario: 10:30–11:05 invece di 10:30–11:00.",
        "anna@ente01.example.org",
        "Manca l’inglese",
        "Pubblica comunque",
    ):
        assert words in page
    seen = look(event)
    fields = {"number": seen.number, "fingerprint": seen.fingerprint, "note_it": "", "note_en": ""}
    refused = desk.post(f"{AT}release/", fields)
    assert refused.status_code == 422
    assert "Guarda gli avvisi" in refused.content.decode()
    assert AgendaRelease.objects.count() == 1
    services.save_session(event=event, by=organiser, session=item, title_it="Altro")
    changed = desk.post(f"{AT}release/", fields | {"despite_warnings": "on"})
    assert "La bozza è cambiata" in changed.content.decode()
    assert f'value="{look(event).fingerprint}"' in changed.content.decode()
    again = fields | {"despite_warnings": "on", "fingerprint": look(event).fingerprint, "note_it": "Più tempo"}
    assert "La versione 2 è pubblica." in desk.post(f"{AT}release/", again, follow=True).content.decode()
    assert AgendaRelease.objects.get(number=2).note_it == "Più tempo"


@pytest.mark.parametrize("fields", [
    {}, {"number": "x"}, {"number": "2", "fingerprint": "x"}, {"number": "9" * 40, "fingerprint": "a" * 64},
])  # fmt: skip
def test_a_yes_that_did_not_arrive_whole_releases_nothing(client_of, event, add, organiser, fields):
    add("a")
    assert client_of(organiser).post(f"{AT}release/", fields | {"despite_warnings": "on"}).status_code == 422
    assert not AgendaRelease.objects.exists()


# -- twice, and two at once -----------------------------------------------------------------------------------------------


def test_a_double_click_is_one_release(client_of, event, add, register, released, organiser):
    register("Anna")
    item = add("a")
    released()
    services.set_times(
        session=item, starts_at=item.starts_at, ends_at=item.ends_at + timedelta(minutes=5), by=organiser
    )
    seen = look(event)
    first = released(seen=seen)
    assert released(seen=seen) == first
    assert AgendaRelease.objects.count() == 2
    assert Delivery.objects.filter(kind="agenda_released").count() == 2  # the contact and Anna


def test_the_second_of_two_organisers_is_told_who_was_first(client_of, event, add, stranger, organiser):
    add("a")
    seen = look(event)
    services.release(event=event, by=stranger, seen=seen, despite_warnings=True)
    fields = {"number": seen.number, "fingerprint": seen.fingerprint, "despite_warnings": "on"}
    page = client_of(organiser).post(f"{AT}release/", fields).content.decode()
    assert "La versione 1 è stata pubblicata nel frattempo (Stella Straniera" in page
    assert AgendaRelease.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_release(event, add, organiser, stranger):
    add("a")
    seen, results, start = look(event), [], threading.Barrier(8)

    def run(by) -> None:
        try:
            start.wait(timeout=30)
            results.append(services.release(event=event, by=by, seen=seen, despite_warnings=True))
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=((organiser, stranger)[number % 2],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    made = {result.pk for result in results if isinstance(result, AgendaRelease)}
    assert len(made) == AgendaRelease.objects.count() == 1
    refused = [result for result in results if not isinstance(result, AgendaRelease)]
    assert len(refused) == 4  # those of the one who was not first
    assert all(isinstance(error, services.ReleasedMeanwhile) for error in refused)


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite queues writers by itself: no race to show")
@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_lock_two_write_the_same_number_and_the_database_refuses_one(event, add):
    add("a")
    results, start = [], threading.Barrier(8)

    def forgetful() -> None:
        try:
            with transaction.atomic():
                number = event.agenda_releases.count() + 1
                start.wait(timeout=30)
                AgendaRelease.objects.create(event=event, number=number, released_at=timezone.now(), content={})
            results.append(None)
        except IntegrityError as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=forgetful) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert AgendaRelease.objects.count() == 1
    assert sum(isinstance(error, IntegrityError) for error in results) == 7


# -- who is told -----------------------------------------------------------------------------------------------------------


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


# -- calling off -----------------------------------------------------------------------------------------------------------


def test_calling_off_is_a_release_of_that_alone_and_tells_those_it_concerns(
    event, add, anna, register, released, organiser
):
    register("Anna")
    item, other = add("Panel", speakers=[anna]), add("Altro", 30)
    released()
    services.save_session(event=event, by=organiser, session=other, title_it="Bozza segreta")
    services.cancel_session(session=item, reason="neve", by=organiser)
    public = agendas.current(event)
    assert (public.version, public.item(item.key).is_cancelled, public.item(item.key).revision) == (2, True, 1)
    assert public.item(other.key).title.it == "Altro"
    addresses = set(Delivery.objects.filter(kind="session_cancelled").values_list("address", flat=True))
    assert addresses == {"anna@ente01.example.org", "carla@ente01.example.org", anna.email}
    assert not Delivery.objects.filter(kind="agenda_released").exists()
    released()
    assert not Delivery.objects.filter(kind="agenda_released").exists()  # told already, and a title tells nobody
    item.refresh_from_db()
    assert item.revision == 1


def test_what_is_called_off_stands_as_the_public_saw_it_and_is_changed_no_more(
    client_of, event, add, anna, hall, register, released, organiser
):
    register("Anna")
    item = add("Panel", speakers=[anna])
    add("Altro", 40)
    released()
    services.save_session(
        event=event, by=organiser, session=item, title_it="Bozza segreta", room=hall, speakers=[],
        ends_at=item.ends_at + timedelta(minutes=5),
    )  # fmt: skip
    services.cancel_session(session=item, reason="neve", by=organiser)
    letter = letters.letter_for(Delivery.objects.filter(kind="session_cancelled").first())
    assert "“Panel”, 10:30–11:00" in letter.paragraphs[0].replace("«", "“").replace("»", "”")
    item.refresh_from_db()
    assert (item.title_it, item.room, [one.speaker for one in item.appearances.all()]) == ("Panel", None, [anna])
    with pytest.raises(services.NothingNew):
        released()
    for refused in (
        lambda: services.save_session(event=event, by=organiser, session=item, title_it="x"),
        lambda: services.set_times(session=item, starts_at=item.starts_at, ends_at=item.ends_at, by=organiser),
    ):
        with pytest.raises(services.WrongState):
            refused()
    assert client_of(organiser).get(f"{AT}{item.pk}/").status_code == 404
    services.remove_session(session=item, by=organiser)
    released()
    assert AgendaRelease.objects.latest("pk").changes[0]["what"] == ["cleared"]
    assert not Delivery.objects.filter(kind="agenda_released").exists()  # everybody knows that it is off


def test_what_is_not_public_cannot_be_called_off(event, add, released, organiser):
    add("a")
    released()
    with pytest.raises(services.WrongState):
        services.cancel_session(session=add("b", 40), reason="x", by=organiser)


# -- going back ------------------------------------------------------------------------------------------------------------


def test_a_discarded_draft_is_as_the_release_whatever_was_done(event, add, hall, anna, released, organiser):
    small = services.save_part(event=event, by=organiser, part=Room(name_it="Saletta"))
    track = services.save_part(event=event, by=organiser, part=Track(name_it="Lavoro"))
    bruno = services.save_part(event=event, by=organiser, part=Speaker(full_name="Bruno"))
    one = add("a", 0, room=hall, track=track, speakers=[bruno, anna], places=3, about_it="x", agreement="y")
    two, three = add("b", 30, room=small), add("c", 60, room=hall)
    released()
    services.cancel_session(session=three, reason="neve", by=organiser)
    public, keys = agendas.current(event), dict(Session.objects.values_list("key", "pk"))
    # everything at once: names exchanged, items removed, added, rewritten, a speaker renamed and his name given away
    Room.objects.filter(pk=hall.pk).update(name_it="~"), Room.objects.filter(pk=small.pk).update(name_it="Sala grande")
    Room.objects.filter(pk=hall.pk).update(name_it="Saletta", capacity=1)
    services.move_part(part=small, steps=-1, by=organiser)
    Speaker.objects.filter(pk=bruno.pk).update(full_name="Bruno Due")
    twin = services.save_part(event=event, by=organiser, part=Speaker(full_name="Bruno"))
    extra = services.save_part(event=event, by=organiser, part=Room(name_it="Terza"))
    services.save_session(event=event, by=organiser, session=one, title_it="z", speakers=[twin], room=extra, track=None)
    services.remove_session(session=two, by=organiser)
    add("d", 90, room=extra, speakers=[twin])
    services.discard_draft(event=event, by=organiser)
    assert fingerprint(agendas.draft(event)) == fingerprint(public)
    assert [(item.revision, item.revised_at) for item in agendas.draft(event)] == [
        (i.revision, i.revised_at) for i in public
    ]
    assert dict(Session.objects.values_list("key", "pk")) == keys
    with pytest.raises(services.NothingNew):
        released()
    with pytest.raises(services.NothingNew):
        services.discard_draft(event=event, by=organiser)


def test_a_room_that_was_removed_comes_back_with_the_discarded_draft(event, add, hall, released, organiser):
    add("a")
    released()
    services.remove_part(part=Room.objects.get(), by=organiser)
    services.discard_draft(event=event, by=organiser)
    assert Room.objects.get() == hall


def test_the_pages_ask_first_compare_and_list(client_of, event, add, released, organiser):
    desk, item = client_of(organiser), add("Saluti")
    released()
    services.save_session(event=event, by=organiser, session=item, title_it="Benvenuto")
    released(note_it="Più caldo")
    services.save_session(event=event, by=organiser, session=item, title_it="Ciao")
    assert "Modifiche che si perdono" in desk.get(f"{AT}discard/").content.decode()
    versions = desk.get(f"{AT}releases/").content.decode()
    assert "Versione 2" in versions
    assert "Più caldo" in versions
    for query, words in (
        ("from=1&to=2", "Benvenuto"),
        ("from=1&to=0", "Ciao"),
        ("from=2&to=2", "Dicono la stessa cosa"),
    ):
        assert words in desk.get(f"{AT}releases/?{query}").content.decode()
    for query in ("from=9&to=1", "from=x&to=", "from=1"):
        assert desk.get(f"{AT}releases/?{query}").status_code == 200
    desk.post(f"{AT}discard/")
    item.refresh_from_db()
    assert item.title_it == "Benvenuto"


# -- kept as it was written ------------------------------------------------------------------------------------------------


def test_the_database_refuses_to_change_or_delete_a_release(event, add, released):
    add("a")
    released()
    if connection.vendor == "sqlite":  # dropped for the flush of other tests: put one back inside this transaction
        with connection.cursor() as cursor:
            for sql in append_only.statements("sqlite", "events_agendarelease", "DELETE", "1 = 1"):
                cursor.execute(sql)
    table = "events_agendarelease"
    for sql in (f"UPDATE {table} SET content = '{{}}'", f"UPDATE {table} SET number = 9", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_events_that_were_public_before_get_their_first_release_and_it_reads_as_the_draft(event, add, hall, anna):
    track = Track.objects.create(event=event, name_it="Lavoro")
    add("a", room=hall, track=track, speakers=[anna], places=4, about_it="x", agreement="y")
    cancelled = add("b", 40)
    Session.objects.filter(pk=cancelled.pk).update(cancelled_at=timezone.now(), cancellation_reason="neve")
    Event.objects.create(
        slug="empty", state=Event.State.PUBLISHED, title_it="x", venue="x", address="x", contact_email="a@socialneet.example.org",
        capacity=5, starts_at=event.starts_at, ends_at=event.ends_at,
    )  # fmt: skip
    importlib.import_module("events.migrations.0008_agenda_releases").first_releases(apps, None)
    release = AgendaRelease.objects.get()
    assert (release.event, release.number, release.by) == (event, 1, None)
    assert agendas.current(event).items == agendas.draft(event).items
    assert fingerprint(agendas.current(event)) == fingerprint(agendas.draft(event))
    assert [Change.from_json(kept) for kept in release.changes] == []


def test_a_draft_that_nobody_saw_gets_no_release_by_the_migration(event, add):
    add("a")
    Event.objects.update(state=Event.State.DRAFT)
    importlib.import_module("events.migrations.0008_agenda_releases").first_releases(apps, None)
    assert not AgendaRelease.objects.exists()


def test_nothing_private_is_in_a_release(event, add, anna, register, released):
    register("Zelda")
    add("a", speakers=[anna])
    release = released()
    text = f"{release.content}{release.changes}"
    assert anna.email not in text
    assert "Zelda" not in text
    assert "Anna Relatrice" in text
