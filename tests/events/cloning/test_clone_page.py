"""The page that copies an event: who may, what it says before, what it refuses, what rests afterwards."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events import services
from events.cloning import parts
from events.models import Event, Room
from notifications.models.reminders import ReminderRule
from notifications.reminders import services as reminders
from tests.events.conftest import rome

pytestmark = pytest.mark.django_db
PAGE = "/manage/events/info-day/clone/"
GOOD = {"starts_at": "2028-04-07T10:30", "slug": "edizione-2028"}


@pytest.fixture(autouse=True)
def _in_january():
    with time_machine.travel(rome(2027, 1, 20, 12), tick=False):
        yield


@pytest.fixture
def event(event) -> Event:
    Event.objects.filter(pk=event.pk).update(
        starts_at=rome(2027, 2, 19, 10, 30), ends_at=rome(2027, 2, 19, 13), registration_closes_at=rome(2027, 2, 18, 18)
    )
    event.refresh_from_db()
    return event


@pytest.fixture
def desk(organiser, client_of):
    return client_of(organiser)


def body(response) -> str:
    return response.content.decode()


def test_only_who_manages_events_copies_one(event, client, client_of, stranger, desk):
    for method in ("get", "post"):
        assert getattr(client, method)(PAGE, GOOD).status_code == 302
        assert getattr(client_of(stranger), method)(PAGE, GOOD).status_code == 403
    assert desk.get(PAGE).status_code == 200
    assert desk.get(PAGE.replace("info-day", "non-esiste")).status_code == 404
    assert Event.objects.count() == 1
    assert f'href="{PAGE}"' in body(desk.get("/manage/events/info-day/"))


def test_the_page_proposes_a_date_and_an_address_and_says_what_comes_and_what_stays(event, register, organiser, desk):
    register("Anna")
    services.save_part(event=event, by=organiser, part=Room(name_it="Grande"))
    reminders.add_default_rule(event=event, by=organiser)
    page = body(desk.get(PAGE))
    assert 'value="2028-02-18T10:30"' in page
    assert 'value="info-day-2028"' in page
    assert "giovedì 17 febbraio 2028, 18:00" in page  # the closing of registrations moves along
    assert "venerdì 18 febbraio 2028, 13:00" in page
    for part in parts.PARTS:
        assert str(part.words) in page.replace("&#x27;", "’")
    for one in parts.LEFT:
        assert str(one.words) in page
        assert str(one.reason) in page
    assert "Spente: non parte niente finché non le accendi." in page
    assert Event.objects.count() == 1


def test_other_dates_are_looked_at_before_anything_is_copied(event, desk):
    page = body(desk.post(PAGE, GOOD | {"look": "1"}))
    assert "giovedì 6 aprile 2028, 18:00" in page
    assert 'value="2028-04-07T10:30"' in page
    assert "già passata" not in page
    assert "già passata" in body(desk.post(PAGE, GOOD | {"starts_at": "2027-01-15T10:30", "look": "1"}))
    assert Event.objects.count() == 1


def test_the_copy_is_made_once_however_often_the_button_is_pressed(event, desk):
    for _click in range(2):
        answer = desk.post(PAGE, GOOD, follow=True)
        assert answer.redirect_chain[-1][0] == "/manage/events/edizione-2028/"
        assert "Questa è la copia. È una bozza" in body(answer)
    assert Event.objects.count() == 2
    assert "Copiato da" in body(desk.get("/manage/events/edizione-2028/"))
    assert body(desk.get("/manage/events/")).count(">Giornata informativa</a>") == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"slug": "info-day"}, "Un altro evento ha questo indirizzo."),
        ({"slug": ""}, "campo"),
        ({"slug": "Più qui"}, "slug"),
        ({"slug": "x" * 81}, "80"),
        ({"starts_at": ""}, "campo"),
        ({"starts_at": "ieri"}, "data"),
        ({"starts_at": "9999-12-31T23:59"}, "Scrivi una data fra il 2000 e il 2099."),
        ({"starts_at": "0001-01-01T00:00"}, "Scrivi una data fra il 2000 e il 2099."),
        ({"starts_at": "2028-03-26T02:30"}, "2028-03-26"),  # the clocks skip it
        ({"starts_at": "\x00", "slug": "\x00"}, "null"),
    ],
)
@pytest.mark.parametrize("look", [{}, {"look": "1"}])
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_is_copied(event, desk, change, words, look):
    answer = desk.post(PAGE, GOOD | change | look)
    if not (look and change == {"slug": "info-day"}):  # whether it is taken is asked when it is copied
        assert answer.status_code == 422
        assert words.lower() in body(answer).lower()
    assert Event.objects.count() == 1


def test_the_page_costs_the_same_whatever_the_event_holds(event, organiser, register, add, desk):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            desk.get(PAGE)
        return len(captured)

    few = queries()
    for number in range(6):
        add(f"Punto {number}", number * 10, 10)
        services.save_part(event=event, by=organiser, part=Room(name_it=f"Sala {number}"))
        reminders.add_rule(target=event, by=organiser, days=number, local_time="09:00")
    register("Anna", "Bruno")
    assert queries() == few
    assert few <= 20


def test_copying_costs_the_same_whatever_number_of_items_rooms_and_rules(event, organiser, add):
    from events.cloning.services import clone_event

    def queries(slug: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            clone_event(event=event, by=organiser, starts_at=rome(2028, 4, 7, 10, 30), slug=slug)
        return len(captured)

    def fill(first: int, last: int) -> None:
        for number in range(first, last):
            add(f"Punto {number}", number, 10)
            services.save_part(event=event, by=organiser, part=Room(name_it=f"Sala {number}"))
            reminders.add_rule(target=event, by=organiser, days=number, local_time="09:00")

    fill(0, 1)
    few = queries("one")
    fill(1, 12)
    assert queries("twelve") == few


# -- what rests ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def copy(event, organiser, desk) -> Event:
    reminders.add_default_rule(event=event, by=organiser)
    desk.post(PAGE, GOOD)
    return Event.objects.get(slug="edizione-2028")


def test_what_rests_is_listed_on_the_copys_page_and_among_its_reminders_until_it_is_switched_on(copy, desk):
    rule = copy.reminder_rules.get()
    link = f'href="/manage/events/edizione-2028/reminders/#rule-{rule.pk}"'
    for address in ("/manage/events/edizione-2028/", "/manage/events/edizione-2028/reminders/"):
        page = body(desk.get(address))
        assert link in page
        assert "Promemoria, 1 giorno prima dell’inizio (a chi: chiunque ha un posto)" in page
    desk.post(f"/manage/events/edizione-2028/reminders/{rule.pk}/on/")
    for address in ("/manage/events/edizione-2028/", "/manage/events/edizione-2028/reminders/"):
        assert link not in body(desk.get(address))


def test_whoever_publishes_the_copy_is_told_what_rests(copy, desk):
    page = body(desk.post("/manage/events/edizione-2028/publish/", follow=True))
    assert "Resta a riposo finché non lo accendi: Promemoria, 1 giorno prima dell’inizio" in page
    assert [one.is_active for one in ReminderRule.objects.filter(event=copy)] == [False]


def test_nothing_rests_of_an_event_that_is_called_off(copy, organiser):
    services.cancel(event=copy, by=organiser, reason="Neve")
    copy.refresh_from_db()
    assert parts.resting(copy) == []
