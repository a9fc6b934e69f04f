"""The editor's pages: rooms, tracks, speakers, stale pages and hostile input."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from events import services
from events.models import Event, Room, Session, Speaker, Track
from tests.events.conftest import rome
from tests.events.editor.conftest import order

pytestmark = pytest.mark.django_db
AT = "/manage/events/info-day/agenda/"


# -- rooms, tracks, speakers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("what", "fields", "model"), [
    ("rooms", {"name_it": "Sala  grande", "name_en": "", "capacity": "80", "accessibility_it": "Rampa", "accessibility_en": ""}, Room),
    ("tracks", {"name_it": "Lavoro", "name_en": "Work"}, Track),
    ("speakers", {"full_name": "Anna", "office_it": "", "office_en": "", "organisation_name": "x", "email": "A@Ente.example.org"}, Speaker),
])  # fmt: skip
def test_each_is_added_corrected_ordered_and_removed(desk, event, what, fields, model):
    first = next(iter(fields))
    assert desk.post(f"{AT}{what}/add/", fields).status_code == 302
    one = model.objects.get()
    assert str(one)
    assert desk.post(f"{AT}{what}/add/", fields).status_code == 422  # its name is taken
    assert desk.post(f"{AT}{what}/add/", {**fields, first: ""}).status_code == 422
    assert desk.post(f"{AT}{what}/add/", {**fields, first: "a\nb"}).status_code == 422
    desk.post(f"{AT}{what}/add/", {**fields, first: "Secondo"})
    desk.post(f"{AT}{what}/{one.pk}/", {**fields, first: "Primo"})

    def names() -> list[str]:
        return list(model.objects.order_by("position").values_list(first, flat=True))

    assert names() == ["Primo", "Secondo"]
    desk.post(f"{AT}{what}/{one.pk}/move/", {"steps": "1"})
    desk.post(f"{AT}{what}/{one.pk}/move/", {"steps": "1"})  # the last stays the last
    assert names() == ["Secondo", "Primo"]
    desk.post(f"{AT}{what}/{one.pk}/move/", {"steps": "-1"})
    assert names() == ["Primo", "Secondo"]
    page = desk.get(f"{AT}{what}/").content.decode()
    assert "Primo" in page
    desk.post(f"{AT}{what}/{one.pk}/remove/")
    assert names() == ["Secondo"]


def test_what_is_used_is_not_removed_and_the_page_says_where(desk, event, add, part, released, organiser):
    room, track, anna = part(Room, name_it="Sala"), part(Track, name_it="Lavoro"), part(Speaker, full_name="Anna")
    item = add("Saluti", room=room, track=track, speakers=[anna])
    for what, one in (("rooms", room), ("tracks", track), ("speakers", anna)):
        page = desk.post(f"{AT}{what}/{one.pk}/remove/", follow=True).content.decode()
        assert "“Saluti”" in page
    released()
    services.save_session(event=event, by=organiser, session=item, room=None, track=None, speakers=[])
    for one in (room, track, anna):  # the public still reads of it
        with pytest.raises(services.InUse):
            services.remove_part(part=one, by=organiser)
    released()
    for one in (room, track, anna):
        services.remove_part(part=one, by=organiser)
    assert (Room.objects.count(), Track.objects.count(), Speaker.objects.count()) == (0, 0, 0)


def test_a_speaker_belongs_to_the_organisation_of_the_directory_that_is_called_so(desk, event, terni, cso):
    def organisation(name: str):
        Speaker.objects.all().delete()
        desk.post(f"{AT}speakers/add/", {"full_name": "Anna", "organisation_name": name})
        return Speaker.objects.get().organisation, Speaker.objects.get().organisation_name

    assert organisation("comune di terni") == (terni, "Comune di Terni")
    assert organisation("Altrove") == (None, "Altrove")
    assert organisation("") == (None, "")
    cso.name = "Comune di Terni"
    cso.save()
    assert organisation("Comune di Terni") == (None, "Comune di Terni")  # two are called so: nobody guesses


def test_nothing_of_another_event_can_be_reached(desk, event, add, part):
    item, room = add("a"), part(Room, name_it="Sala")
    other = Event.objects.create(
        slug="other", title_it="Altro", venue="x", address="x", contact_email="a@socialneet.example.org", capacity=5,
        starts_at=event.starts_at, ends_at=event.ends_at,
    )  # fmt: skip
    at = f"/manage/events/{other.slug}/agenda/"
    assert desk.get(f"{at}{item.pk}/").status_code == 404
    for path in (
        f"{item.pk}/move/",
        f"{item.pk}/times/",
        f"{item.pk}/shift/",
        f"{item.pk}/remove/",
        f"rooms/{room.pk}/remove/",
    ):
        assert desk.post(f"{at}{path}", {"edition": "0"}).status_code == 404
    assert desk.post(f"{at}add/", sent(item) | {"room": str(room.pk)}).status_code == 422


# -- pages ---------------------------------------------------------------------------------------------------------------


def sent(item, **changes) -> dict[str, str]:
    """The item's form as a browser sends it."""
    starts_at, ends_at = (timezone.localtime(at).strftime("%Y-%m-%dT%H:%M") for at in (item.starts_at, item.ends_at))
    fields = {"title_it": item.title_it, "title_en": item.title_en, "kind": item.kind, "starts_at": starts_at,
              "ends_at": ends_at, "speakers_it": "", "speakers_en": "", "about_it": "", "about_en": ""}  # fmt: skip
    return fields | changes


def hidden(page: str) -> dict[str, str]:
    return dict(
        re.findall(r'name="(edition|base)" value="([^"]*)"', page.partition('<form method="post" novalidate')[2])
    )


def test_speakers_are_chosen_in_their_order_and_more_rows_come_without_script(desk, event, add, part):
    anna, bruno = part(Speaker, full_name="Anna"), part(Speaker, full_name="Bruno")
    item = add("a", speakers=[anna, bruno])
    page = desk.get(f"{AT}{item.pk}/").content.decode()
    assert page.count('<select name="speaker_') == 4
    fields = (
        sent(item)
        | hidden(page)
        | {"speaker_0": str(bruno.pk), "speaker_1": "", "speaker_2": str(anna.pk), "title_it": "b"}
    )
    more = desk.post(f"{AT}{item.pk}/", fields | {"another": "1"}).content.decode()
    assert 'value="b"' in more
    assert more.count('<select name="speaker_') == 5
    assert hidden(more) == hidden(page)
    assert desk.post(f"{AT}{item.pk}/", fields).status_code == 302
    assert [one.speaker for one in item.appearances.order_by("position")] == [bruno, anna]
    twice = fields | {"edition": "1", "speaker_1": str(bruno.pk)}
    assert "scelto due volte" in desk.post(f"{AT}{item.pk}/", twice).content.decode()
    assert desk.post(f"{AT}{item.pk}/", fields | {"speaker_0": "99999"}).status_code == 422


def test_a_stale_page_is_refused_with_what_changed_and_takes_over_what_the_writer_left_alone(
    desk, event, add, organiser
):
    item = add("Saluti")
    page = desk.get(f"{AT}{item.pk}/").content.decode()
    services.save_session(event=event, by=organiser, session=item, title_it="Benvenuto", about_it="Loro parole")
    mine = sent(item, title_it="Saluti e firma", title_en="Greetings") | hidden(page)
    answer = desk.post(f"{AT}{item.pk}/", mine)
    refused = answer.content.decode()
    assert answer.status_code == 409
    item.refresh_from_db()
    assert (item.title_it, item.title_en) == ("Benvenuto", "")
    assert "<del>Saluti</del> <ins>Benvenuto</ins>" in refused
    assert "Tu hai scritto: Saluti e firma" in refused
    assert ">Loro parole</textarea>" in refused.replace("\n", "")
    assert 'value="Saluti e firma"' in refused
    again = mine | hidden(refused) | {"about_it": "Loro parole"}
    assert desk.post(f"{AT}{item.pk}/", again).status_code == 302
    item.refresh_from_db()
    assert (item.title_it, item.about_it, item.edition) == ("Saluti e firma", "Loro parole", 2)


@pytest.mark.parametrize("base", ["", "x", "eyJ4IjoxfQ:1:1"])
def test_a_stale_page_with_an_altered_past_is_refused_all_the_same(desk, event, add, organiser, base):
    item = add("Saluti")
    services.save_session(event=event, by=organiser, session=item, title_it="Benvenuto")
    assert desk.post(f"{AT}{item.pk}/", sent(item, title_it="x", edition="0", base=base)).status_code == 409
    assert desk.post(f"{AT}{item.pk}/", sent(item, title_it="x", base=base)).status_code == 409  # no edition at all
    item.refresh_from_db()
    assert item.title_it == "Benvenuto"


def test_a_page_for_an_item_that_was_removed_says_so(desk, event, add, organiser, released):
    item = add("Saluti")
    released()
    services.remove_session(session=item, by=organiser)
    assert desk.get(f"{AT}{item.pk}/").status_code == 404
    assert desk.post(f"{AT}{item.pk}/move/", {"steps": "1", "edition": "0"}).status_code == 404


@pytest.mark.parametrize(("path", "fields"), [
    ("times/", {"starts": "10:45", "ends": "11:00"}), ("move/", {"steps": "1"}), ("shift/", {"minutes": "5"}), ("remove/", {}),
])  # fmt: skip
def test_the_buttons_of_a_stale_list_change_nothing(desk, event, add, organiser, path, fields):
    item = add("a", 0, 30)
    add("b", 30, 30)
    services.set_times(
        session=item, starts_at=item.starts_at, ends_at=item.ends_at - timedelta(minutes=5), by=organiser
    )
    before = order(event)
    page = desk.post(f"{AT}{item.pk}/{path}", fields | {"edition": "0"}, follow=True).content.decode()
    assert "è cambiato nel frattempo" in page
    assert order(event) == before
    assert "ricarica la pagina" in desk.post(f"{AT}{item.pk}/move/", {}, follow=True).content.decode()


def test_the_times_of_a_list_are_set_on_the_items_day(desk, event, add):
    item = add("a", 0, 30)
    desk.post(f"{AT}{item.pk}/times/", {"starts": "11:00", "ends": "11:50", "edition": "0"})
    assert order(event) == ["a 30-80"]
    for starts, ends in (("12:00", "11:00"), ("x", "11:00"), ("", ""), ("25:00", "26:00")):
        desk.post(f"{AT}{item.pk}/times/", {"starts": starts, "ends": ends, "edition": "1"})
    assert order(event) == ["a 30-80"]


def test_an_hour_that_a_day_does_not_have_is_refused(desk, event, organiser):
    Event.objects.update(starts_at=rome(2027, 3, 28, 0), ends_at=rome(2027, 3, 28, 23))
    event.refresh_from_db()
    item = services.save_session(
        event=event, by=organiser, title_it="a", starts_at=rome(2027, 3, 28, 1), ends_at=rome(2027, 3, 28, 4)
    )
    desk.post(f"{AT}{item.pk}/times/", {"starts": "02:30", "ends": "05:00", "edition": "0"})
    item.refresh_from_db()
    assert item.starts_at == rome(2027, 3, 28, 1)


@pytest.mark.parametrize("minutes", ["0", "", "x", "99999", "1.5"])
def test_a_shift_by_nonsense_moves_nothing(desk, event, add, minutes):
    item = add("a", 0, 30)
    add("b", 30, 30)
    desk.post(f"{AT}{item.pk}/shift/", {"minutes": minutes, "edition": "0"})
    assert order(event) == ["a 0-30", "b 30-60"]


def test_script_gets_the_list_alone_and_words_that_are_read_out(desk, event, add):
    add("a", 0, 30)
    item = add("b", 30, 30)
    answer = desk.post(f"{AT}{item.pk}/move/", {"steps": "-1", "edition": "0"}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "<html" not in page
    assert 'hx-swap-oob="innerHTML:#agenda-said"' in page
    assert "«b» ora va dalle 10:30 alle 11:00." in page
    assert page.index(">b</h3>") < page.index(">a</h3>")


def test_an_agreement_is_named_by_the_last_part_of_its_address(desk, event, add):
    item = add("Firma", kind="signing", agreement="protocollo-socialneet")
    assert '<a href="/agreements/protocollo-socialneet/">' in desk.get(AT).content.decode()
    for wrong in ("/agreements/x/", "a b", "javascript:alert(1)", "x" * 81):
        assert desk.post(f"{AT}{item.pk}/", sent(item, agreement=wrong, edition="0")).status_code == 422


def test_hostile_words_stay_words(desk, event, add, part):
    evil = '"><script>alert(1)</script>'
    item = add(evil, speakers=[part(Speaker, full_name=evil)], room=part(Room, name_it=evil), about_it=evil)
    for path in ("", f"{item.pk}/", "rooms/", "speakers/", "release/"):
        assert "<script>alert" not in desk.get(f"{AT}{path}").content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_the_editor_costs_the_same_whatever_its_length(
    desk, event, add, part, released, count, django_assert_max_num_queries
):
    room = part(Room, name_it="Sala")
    for number in range(count):
        add(
            str(number),
            number,
            1,
            room=room,
            speakers=[part(Speaker, full_name=f"Anna {number}", email=f"a{number}@ente.example.org")],
        )
    released()
    for session in event.sessions.all():
        Session.objects.filter(pk=session.pk).update(
            title_it=f"x{session.pk}", ends_at=session.ends_at + timedelta(seconds=1)
        )
    for path, limit in (
        ("", 20),
        ("release/", 17),
        ("releases/?from=1&to=0", 16),
        ("rooms/", 8),
        ("speakers/", 8),
        ("discard/", 17),
    ):
        with django_assert_max_num_queries(limit):
            assert desk.get(f"{AT}{path}").status_code == 200
    with django_assert_max_num_queries(12):
        assert desk.get("/events/info-day/").status_code == 200


def test_every_page_is_for_those_who_manage_events(client, client_of, event, add, part, signatory, stranger):
    item, room = add("a"), part(Room, name_it="Sala")
    paths = ("", "add/", f"{item.pk}/", "release/", "releases/", "discard/", "rooms/", "rooms/add/", f"rooms/{room.pk}/", "tracks/",
             "speakers/")  # fmt: skip
    for path in paths:
        assert client.get(f"{AT}{path}").status_code == 302
        for user in (signatory, stranger):
            assert client_of(user).get(f"{AT}{path}").status_code == 403
    for path in (
        f"{item.pk}/move/",
        f"{item.pk}/times/",
        f"{item.pk}/duplicate/",
        f"rooms/{room.pk}/remove/",
        "release/",
        "discard/",
    ):
        assert client_of(stranger).post(f"{AT}{path}").status_code == 403


def test_looking_changes_nothing(desk, event, add, released):
    item = add("a")
    released()
    services_before = list(Session.objects.values())
    for path in ("", f"{item.pk}/", "release/", "releases/", "discard/", f"{item.pk}/cancel/"):
        desk.get(f"{AT}{path}")
    for path in ("move/", "times/", "shift/", "duplicate/", "remove/"):
        assert desk.get(f"{AT}{item.pk}/{path}").status_code == 405
    assert list(Session.objects.values()) == services_before
