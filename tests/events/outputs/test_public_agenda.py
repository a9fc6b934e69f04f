"""The agenda as the public reads it: in the page, for search engines, in other sites' pages, from caches."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events import services
from events.models import Event, Room, Track
from tests.events.outputs.conftest import KEYS, SITE
from tests.events.outputs.test_agenda_calendars import BEFORE, services_of_bulk

pytestmark = pytest.mark.django_db
FILES = ("agenda.ics", "agenda.pdf", "agenda.json", "schedule.xml", "calendar.ics", "embed/")


def page_of(client, path: str = "/events/notte/") -> str:
    with time_machine.travel(BEFORE, tick=False):
        return client.get(path).content.decode()


def items_of(page: str) -> list[str]:
    return list(re.findall(r'<li id="item-([0-9a-f-]+)"', page))


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_page_says_when_where_who_and_what(client, conference):
    page = page_of(client)
    assert items_of(page) == [str(KEYS[name]) for name in "acebd"]
    first = page[page.index(f'id="item-{KEYS["a"]}"') :].partition("</li>\n<li id=")[0]
    for words in ("18:00", "19:00", "Saluti; e firma", "firma", "Sala grande", "Anna Relatrice",
                  "Presidente", "Cooperativa di prova", "Comune di Terni"):  # fmt: skip
        assert words in first, words
    assert "Senza gradini." in page
    assert "sabato 24 ottobre 2026" in page


def test_in_the_hour_that_comes_twice_the_wall_clock_says_which_it_is(client, conference):
    page = page_of(client)
    assert "02:30 CEST" in page
    assert "02:30 CET" in page


def test_what_is_called_off_says_so_and_why_and_what_is_dropped_is_gone(client, conference):
    page = page_of(client)
    assert "<del>Laboratorio" in page
    assert "La relatrice è malata." in page
    assert str(KEYS["f"]) not in page


def test_links_narrow_the_agenda_without_script(client, conference):
    hall, work = conference.rooms.get(name_it="Sala grande"), conference.tracks.get(name_it="Lavoro")
    page = page_of(client)
    assert f'href="?room={hall.pk}#agenda"' in page
    assert f'href="?track={work.pk}#agenda"' in page
    narrowed = page_of(client, f"/events/notte/?room={hall.pk}")
    # what has no room is for everybody
    assert items_of(narrowed) == [str(KEYS[name]) for name in "aebd"]
    assert "4 voci su 5" in re.sub(r"\s+", " ", narrowed)
    assert f'href="?room={hall.pk}&amp;track={work.pk}#agenda"' in narrowed
    little = conference.rooms.get(name_it="Saletta")
    assert items_of(page_of(client, f"/events/notte/?room={little.pk}")) == [str(KEYS[name]) for name in "ce"]
    other = conference.tracks.get(name_it="Volontariato")
    assert str(KEYS["b"]) not in items_of(page_of(client, f"/events/notte/?track={other.pk}"))


def test_links_keep_the_code_under_which_somebody_came(client, conference):
    assert "&amp;via=manifesti#agenda" in page_of(client, "/events/notte/?via=manifesti")


@pytest.mark.parametrize(
    "query", ["room=x", "room=-1", "room=99999999999999999999", "track=<script>", "room=", "track=٣"]
)
def test_a_nonsense_filter_shows_everything(client, conference, query):
    page = page_of(client, f"/events/notte/?{query}")
    assert len(items_of(page)) == 5
    assert "<script>alert" not in page


def test_one_room_and_no_track_need_no_links(client, event, add, released):
    add("Saluti")
    released()
    assert 'href="?room' not in client.get(f"/events/{event.slug}/").content.decode()


@pytest.mark.parametrize("count", [3, 300])
def test_the_page_costs_the_same_however_long_the_agenda_is(client, event, organiser, django_assert_num_queries, count):
    services_of_bulk(event, count)
    services.release(event=event, by=organiser, despite_warnings=True)
    with django_assert_num_queries(3):
        page = client.get(f"/events/{event.slug}/").content.decode()
    assert len(items_of(page)) == count


# -- two languages -----------------------------------------------------------------------------------------------------


def test_what_was_not_translated_is_shown_and_marked(client, conference):
    page = page_of(client, "/en/events/notte/")
    assert '<span lang="it">Solo in italiano</span> <span class="tongue">(in Italian)</span>' in page
    assert '<div lang="it"><p>Riga uno.</p>' in page
    assert '<span lang="it">Assessore</span>' in page
    assert "Greetings, signing</h4>" in page
    assert 'class="tongue"' not in page_of(client)


def test_the_list_of_changes_is_marked_too(client, conference, organiser):
    services.save_session(
        session=conference.sessions.get(key=KEYS["b"]), event=conference, by=organiser, about_it="Altre parole"
    )
    services.release(event=conference, by=organiser, despite_warnings=True, note_it="Nota")
    page = page_of(client, "/en/events/notte/")
    changes = page[page.index('id="agenda-changes"') :]
    assert (
        '<strong><span lang="it">Solo in italiano</span> <span class="tongue">(in Italian)</span></strong>' in changes
    )
    assert '<div lang="it"><p>Nota</p></div>' in changes


def test_what_stands_in_english_alone_is_marked_for_italians(client, event, add, released):
    add("Titolo", about_en="Only in English.")
    released()
    page = client.get(f"/events/{event.slug}/").content.decode()
    assert '<div lang="en"><p>Only in English.</p>' in page
    assert "(in inglese)" in page


@pytest.mark.parametrize("path", ["/en/", "/en/events/", "/en/events/info-day/", "/en/events/info-day/embed/",
                                  "/en/events/info-day/register/"])  # fmt: skip
def test_a_title_without_translation_is_marked_on_every_page_that_lists_it(client, event, path):
    Event.objects.update(title_en="")
    page = client.get(path).content.decode()
    assert '<span lang="it">Giornata informativa</span> <span class="tongue">(in Italian)</span>' in page


def test_an_agreement_without_translation_is_marked_too(client, organiser):
    from agreements.demo import load_demo_agreement
    from agreements.models import Agreement
    from portal.demo import load

    load()
    load_demo_agreement(by=organiser)
    Agreement.objects.update(title_en="")
    for path in ("/en/", "/en/agreements/", Agreement.objects.first().get_absolute_url().replace("/agr", "/en/agr", 1)):
        assert "(in Italian)" in client.get(path).content.decode(), path


def test_right_to_left_words_stay_in_their_place_and_nothing_is_run(client, event, add, released):
    add("مؤتمر العمل", speakers_it="<script>alert(1)</script>", about_it="<img src=x onerror=alert(1)>")
    released()
    page = client.get(f"/events/{event.slug}/").content.decode()
    assert "<bdi>مؤتمر العمل</bdi>" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


# -- for search engines -----------------------------------------------------------------------------------------------


def described(page: str) -> dict:
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    return json.loads(block)


def test_the_page_describes_the_event_to_search_engines(client, conference):
    found = described(page_of(client, "/en/events/notte/"))
    assert (found["@context"], found["@type"]) == ("https://schema.org", "Event")
    assert (found["name"], found["inLanguage"]) == ("The night of work", "en")
    assert (found["startDate"], found["endDate"]) == ("2026-10-24T18:00:00+02:00", "2026-10-25T12:00:00+01:00")
    assert found["eventStatus"] == "https://schema.org/EventScheduled"
    assert (found["isAccessibleForFree"], found["offers"]["price"]) == (True, 0)
    assert found["offers"]["availability"] == "https://schema.org/InStock"
    assert found["offers"]["url"] == f"{SITE}/en/events/notte/register/"
    assert found["remainingAttendeeCapacity"] == 50
    # the break is no event of its own
    assert [part["name"] for part in found["subEvent"]] == [
        "Greetings, signing", "Workshop", "Solo in italiano", "The hour twice",
    ]  # fmt: skip
    assert found["subEvent"][1]["eventStatus"] == "https://schema.org/EventCancelled"
    anna, office = found["subEvent"][0]["performer"]
    assert anna == {
        "@type": "Person", "name": "Anna Relatrice", "jobTitle": "President",
        "worksFor": {"@type": "Organization", "name": "Cooperativa di prova"},
    }  # fmt: skip
    assert office == {"@type": "Organization", "name": "Comune di Terni"}


def test_an_event_that_was_moved_says_when_it_was_to_begin_until_it_moves_back(client, conference, organiser):
    first = conference.starts_at
    with time_machine.travel(BEFORE, tick=False):
        for days, expected in ((7, first), (14, first + timedelta(days=7)), (7, None)):
            moved = first + timedelta(days=days)
            services.change(event=conference, by=organiser, starts_at=moved, ends_at=moved + timedelta(hours=20))
            conference.refresh_from_db()
            if days == 7 and expected is None:
                assert conference.moved_from is None
            else:
                assert conference.moved_from == expected
                found = described(client.get("/events/notte/").content.decode())
                assert found["eventStatus"] == "https://schema.org/EventRescheduled"
                assert "La data è cambiata" in client.get("/events/notte/").content.decode()
    assert "La data è cambiata" not in page_of(client)


def test_moving_a_draft_is_no_change_that_anybody_was_told(event, organiser):
    Event.objects.update(state=Event.State.DRAFT)
    event.refresh_from_db()
    services.change(event=event, by=organiser, starts_at=event.starts_at - timedelta(hours=1))
    event.refresh_from_db()
    assert event.moved_from is None


def test_a_cancelled_and_a_full_event_say_so_to_search_engines(client, event, register, organiser):
    register("A", "B", "C", "D", "E")
    assert described(client.get("/events/info-day/").content.decode())["offers"]["availability"].endswith("SoldOut")
    services.cancel(event=event, reason="neve", by=organiser)
    found = described(client.get("/events/info-day/").content.decode())
    assert found["eventStatus"] == "https://schema.org/EventCancelled"


def test_nothing_that_is_typed_ends_the_block(client, event, add, released):
    evil = "</script><script>alert(1)</script><!--"
    Event.objects.update(title_it=evil, summary_it=evil, venue=evil)
    add(evil)
    released()
    page = client.get("/events/info-day/").content.decode()
    assert "<script>alert" not in page
    assert described(page)["subEvent"][0]["name"] == evil


# -- what is answered where -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_drafts_and_unknown_events_have_no_files_and_cancelled_ones_say_so(client, conference, organiser, name):
    assert client.get(f"/events/ignoto/{name}").status_code == 404
    Event.objects.update(state=Event.State.DRAFT)
    assert client.get(f"/events/notte/{name}").status_code == 404
    Event.objects.update(state=Event.State.CANCELLED, cancelled_at=timezone.now(), cancellation_reason="Neve")
    assert client.get(f"/events/notte/{name}").status_code == 200
    if name == "embed/":
        assert "annullato" in client.get(f"/events/notte/{name}").content.decode()


@pytest.mark.parametrize("name", FILES)
def test_who_has_it_already_gets_304_until_a_release_changes_it(client, conference, organiser, name):
    path = f"/events/notte/{name}"
    first = client.get(path)
    assert "public" in first["Cache-Control"]
    assert not first.cookies
    assert first["Last-Modified"]
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    item = conference.sessions.get(key=KEYS["a"])
    services.save_session(session=item, event=conference, by=organiser, title_it="Parole nuove")
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 304
    services.release(event=conference, by=organiser, despite_warnings=True)
    expected = 304 if name == "calendar.ics" else 200
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == expected
    services.change(event=conference, by=organiser, title_it="Altro nome")
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("name", [*FILES, ""])
def test_nothing_of_the_agenda_is_written_by_a_visitor(client, conference, name):
    assert client.post(f"/events/notte/{name}").status_code == 405


def test_only_the_embedded_agenda_may_stand_in_another_sites_page(client, conference):
    framed = client.get("/events/notte/embed/")
    assert "X-Frame-Options" not in framed
    assert "frame-ancestors *" in framed["Content-Security-Policy"]
    assert "script-src 'self'" in framed["Content-Security-Policy"]
    for path in ("/events/notte/", "/events/notte/register/", "/events/"):
        response = client.get(path)
        assert response["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


def test_the_embedded_agenda_holds_nothing_of_who_is_signed_in(client_of, client, organiser, conference):
    signed_in, nobody = client_of(organiser).get("/events/notte/embed/"), client.get("/events/notte/embed/")
    assert signed_in.content == nobody.content
    assert "<form" not in nobody.content.decode()
    assert not signed_in.cookies


def test_the_event_page_leads_to_everything(client, conference):
    page = page_of(client)
    for path in (
        "agenda.pdf",
        "agenda.ics",
        "agenda.json",
        "schedule.xml",
        "calendar.ics",
        f"sessions/{KEYS['a']}.ics",
    ):
        assert f'href="/events/notte/{path}"' in page, path


def test_rooms_and_tracks_of_the_draft_do_not_show(client, conference, organiser):
    services.save_part(event=conference, by=organiser, part=Room(name_it="Sala segreta"))
    services.save_part(event=conference, by=organiser, part=Track(name_it="Percorso segreto"))
    page = page_of(client)
    assert "Sala segreta" not in page
    assert "Percorso segreto" not in page
