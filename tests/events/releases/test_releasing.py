"""From draft to public: what the public sees, what stops a release, and two people at once."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from events import agenda as agendas
from events import services
from events.models import AgendaRelease, Event, Session
from notifications.models import Delivery
from tests.events.releases.conftest import look

pytestmark = pytest.mark.django_db
AT = "/manage/events/info-day/agenda/"
PUBLIC = "/events/info-day/"


# -- what the public sees ------------------------------------------------------------------------------------------------


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


# -- what stops a release ------------------------------------------------------------------------------------------------


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


# -- twice, and two at once ----------------------------------------------------------------------------------------------


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
