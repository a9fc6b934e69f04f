"""Now and next on the displays of the hall: what they show when, and what they ask for."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from events import agenda as agendas
from events import services
from events.models import Event
from events.outputs import screens
from tests.events.outputs.conftest import KEYS
from tests.events.outputs.test_agenda_calendars import services_of_bulk

pytestmark = pytest.mark.django_db
STATE = "/events/notte/screen/state.json"


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    """A moment of the conference, by the clock of Rome before the change."""
    return datetime(2026, 10, day, hour, minute, tzinfo=UTC) - timedelta(hours=2)


def seen(conference, now: datetime, room: str = "", language: str = "it") -> list[tuple[list[str], list[str]]]:
    agenda = agendas.current(conference)
    place = next((one for one in agenda.rooms if one.name.it == room), None)
    found = screens.panels(agenda, now, free={}, language=language, room=place)
    return [([line.title.text for line in one.now], [line.title.text for line in one.next]) for one in found]


FIRST, MOVED, OFF, BREAK, TWICE = (
    "Saluti; e firma",
    "Solo in italiano",
    "Laboratorio 👩🏽‍💻",
    "Pausa",
    "L’ora che c’è due volte",
)


@pytest.mark.parametrize(("now", "hall", "little"), [
    (at(17), ([], [FIRST]), ([], [OFF])),
    (at(18), ([FIRST], [BREAK]), ([], [OFF])),
    (at(18, 59), ([FIRST], [BREAK]), ([], [OFF])),
    # what ends at seven is not on at seven, what begins at seven is
    (at(19), ([], [BREAK]), ([OFF], [BREAK])),
    # what has no room is for everybody
    (at(20, 10), ([BREAK], [MOVED]), ([BREAK], [])),
    (at(21, 30), ([], [TWICE]), ([], [])),
    (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), ([TWICE], []), ([], [])),
    (datetime(2026, 10, 25, 1, 29, tzinfo=UTC), ([TWICE], []), ([], [])),
    (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), ([], []), ([], [])),
])  # fmt: skip
def test_each_room_shows_what_is_on_and_what_comes_next(conference, now, hall, little):
    assert seen(conference, now) == [hall, little]
    assert seen(conference, now, "Saletta") == [little]


def test_an_event_without_rooms_is_one_panel(event, add, released):
    add("Saluti")
    add("Dopo", at=30)
    add("Accanto", at=30)
    released()
    assert seen(event, event.starts_at) == [(["Saluti"], ["Dopo", "Accanto"])]


def screen(client, path: str = "/events/notte/screen/", now: datetime | None = None) -> str:
    with time_machine.travel(now or at(18, 5), tick=False):
        response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies
    assert response["Cache-Control"] == "no-cache"
    return response.content.decode()


def test_the_page_says_it_without_script_in_both_languages(client, conference):
    page = screen(client)
    for words in ("Sala grande", "Saletta", "18:00–19:00", FIRST, "Greetings, signing", "Adesso", "A seguire", "18:05",
                  "Anna Relatrice, Presidente, Cooperativa di prova", "annullato"):  # fmt: skip
        assert words in page, words
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page
    english = screen(client, "/en/events/notte/screen/")
    assert '<p class="other" lang="it" dir="auto">Saluti; e firma</p>' in english


def test_a_day_that_is_not_today_is_named_and_the_hour_that_comes_twice_too(client, conference):
    page = screen(client, now=at(21, 45))
    assert "domenica 25 ottobre, 02:30 CEST–02:30 CET" in page


def test_a_room_has_a_screen_of_its_own_and_a_room_of_nobody_none(client, conference):
    little = conference.rooms.get(name_it="Saletta")
    page = screen(client, f"/events/notte/screen/{little.pk}/")
    assert "<h2>Saletta</h2>" in page
    assert "<h2>Sala grande</h2>" not in page
    assert client.get("/events/notte/screen/999999/").status_code == 404


def test_the_state_says_everything_in_both_languages_with_moments_in_utc(client, conference):
    found = json.loads(client.get(STATE).content)
    assert [item["id"] for item in found["items"]] == [str(KEYS[name]) for name in "acebd"]
    twice = found["items"][-1]
    assert (twice["starts"], twice["ends"]) == ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")
    assert found["items"][0]["title"] == {"it": FIRST, "en": "Greetings, signing"}
    assert found["items"][3]["title"] == {"it": MOVED}
    assert found["items"][1]["off"]
    assert [room["name"]["it"] for room in found["rooms"]] == ["Sala grande", "Saletta"]
    assert found["labels"]["now"] == {"it": "Adesso", "en": "Now"}


def test_free_places_of_an_item_are_those_that_nobody_holds(client, event, add, released, register, choose):
    session = add("Laboratorio", places=2)
    add("Per tutti", at=30)
    released()
    first, second = register("Anna", "Bruno").attendees.order_by("pk")

    def free() -> list:
        return [
            item["free"] for item in json.loads(client.get(f"/events/{event.slug}/screen/state.json").content)["items"]
        ]

    assert free() == [2, None]
    choose(session.key, first)
    assert free() == [1, None]
    choose(session.key, second)
    assert free() == [0, None]
    assert "completo" in screen(client, f"/events/{event.slug}/screen/", now=event.starts_at)


def test_a_screen_that_asks_again_gets_304_until_something_changes(client, conference, organiser):
    first = client.get(STATE)
    assert client.get(STATE, headers={"if-none-match": first["ETag"]}).status_code == 304
    services.cancel_session(
        session=conference.sessions.get(key=KEYS["a"]), reason="neve", by=organiser, now=conference.revised_at
    )
    assert client.get(STATE, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_drafts_and_unknown_events_have_no_screens_and_cancelled_ones_say_so(client, conference):
    paths = ("/events/notte/screen/", STATE, "/events/notte/screen/worker.js")
    Event.objects.update(state=Event.State.DRAFT)
    for path in paths:
        assert client.get(path).status_code == 404
        assert client.get(path.replace("notte", "ignoto")).status_code == 404
    Event.objects.update(state=Event.State.CANCELLED, cancelled_at=at(9))
    assert "Questo evento è annullato." in screen(client)
    assert json.loads(client.get(STATE).content)["cancelled"]


def test_the_worker_is_a_script_that_reaches_the_screens_alone(client, conference):
    response = client.get("/events/notte/screen/worker.js")
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert "Service-Worker-Allowed" not in response
    assert b"/static/screen.js" in response.content


@pytest.mark.parametrize("count", [3, 300])
def test_screens_cost_the_same_whatever_the_length(client, event, organiser, django_assert_num_queries, count):
    services_of_bulk(event, count)
    services.release(event=event, by=organiser, despite_warnings=True)
    for path in ("", "state.json"):
        with django_assert_num_queries(3):
            client.get(f"/events/{event.slug}/screen/{path}")


# -- the organisers' page ----------------------------------------------------------------------------------------------


def test_organisers_find_every_address_and_the_code_for_other_sites(client_of, organiser, conference):
    page = client_of(organiser).get("/manage/events/notte/sharing/").content.decode()
    little = conference.rooms.get(name_it="Saletta")
    for path in ("/events/notte/screen/", f"/en/events/notte/screen/{little.pk}/", "/en/events/notte/agenda.pdf"):
        assert f'href="https://socialneet.example.org{path}"' in page
    assert (
        "&lt;iframe src=&quot;https://socialneet.example.org/en/events/notte/embed/&quot; title=&quot;The night" in page
    )
    assert "/manage/events/notte/sharing/" in client_of(organiser).get("/manage/events/notte/").content.decode()


def test_a_title_does_not_break_out_of_the_code(event):
    from events.sharing_views import embed_code
    from organisations.languages import Language

    event.title_it = '"><script>alert(1)</script>'
    assert "<script" not in embed_code(event, Language.ITALIAN)
    assert embed_code(event, Language.ITALIAN).count('"') == 10


def test_strangers_do_not_see_the_organisers_page(client, client_of, conference, stranger, signatory):
    assert client.get("/manage/events/notte/sharing/").status_code == 302
    for user in (stranger, signatory):
        assert client_of(user).get("/manage/events/notte/sharing/").status_code == 403


def test_before_the_release_the_page_says_that_nothing_stands_there_yet(client_of, organiser, event):
    desk = client_of(organiser)
    assert "Nessun programma è ancora pubblicato" in desk.get(f"/manage/events/{event.slug}/sharing/").content.decode()
    Event.objects.update(state=Event.State.DRAFT)
    assert "è una bozza" in desk.get(f"/manage/events/{event.slug}/sharing/").content.decode()
