"""The open formats: valid by the published schemas, the same in JSON and XML, and steady for apps that keep them."""

import json
import re
import uuid
from datetime import timedelta
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema

from events import agenda as agendas
from events import services
from events.models import Event
from events.outputs import frab
from tests.events.outputs.conftest import KEYS, SITE, schemas

pytestmark = pytest.mark.django_db
HARD = ["x" * 200, "مؤتمر العمل", "👩🏽‍💻" * 20, 'a & b < c > "d"', "\x07\x0b\ufffe", "]]>", "<!-- -->", "%s {0}"]


def the_json(client, slug: str = "notte", prefix: str = ""):
    response = client.get(f"{prefix}/events/{slug}/agenda.json")
    assert response["Content-Type"] == "application/json"
    return json.loads(response.content)


def the_xml(client, slug: str = "notte", prefix: str = ""):
    response = client.get(f"{prefix}/events/{slug}/schedule.xml")
    assert response["Content-Type"] == "application/xml"
    return ElementTree.fromstring(response.content)


def validate(client, slug: str) -> None:
    folder = schemas()
    schema = json.loads((folder / "frab-schedule.schema.json").read_text())
    xsd = xmlschema.XMLSchema(folder / "frab-schedule.xsd")
    for prefix in ("", "/en"):
        checker = jsonschema.Draft6Validator(schema, format_checker=jsonschema.FormatChecker())
        checker.validate(the_json(client, slug, prefix))
        xsd.validate(client.get(f"{prefix}/events/{slug}/schedule.xml").content.decode())


def test_both_files_are_valid_by_the_published_schemas(client, conference):
    validate(client, "notte")


def test_the_schemas_do_refuse_what_is_wrong(client, conference):
    """Else the test above would prove nothing."""
    folder, found = schemas(), the_json(client)
    del found["schedule"]["conference"]["acronym"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, json.loads((folder / "frab-schedule.schema.json").read_text()))
    text = client.get("/events/notte/schedule.xml").content.decode()
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        xmlschema.XMLSchema(folder / "frab-schedule.xsd").validate(re.sub(r"<duration>.*?</duration>", "", text))


def test_an_event_without_an_agenda_and_a_cancelled_one_are_valid_too(client, conference, event, organiser):
    validate(client, event.slug)
    services.cancel(event=conference, reason="neve", by=organiser)
    validate(client, "notte")
    assert the_json(client)["schedule"]["conference"]["days"][0]["rooms"] == {}


@pytest.mark.parametrize("words", HARD, ids=range(len(HARD)))
def test_hard_words_stay_valid_and_arrive(client, event, add, released, words):
    Event.objects.update(title_it=words, title_en="")
    add(words, speakers_it=words, about_it=words)
    released()
    validate(client, event.slug)
    said = the_json(client, event.slug)["schedule"]["conference"]["days"][0]["rooms"]["Sala conferenze"][0]["title"]
    read = the_xml(client, event.slug).findtext("day/room/event/title")
    assert said == words
    assert read == re.sub("[\x07\x0b\ufffe]", "", words)


@pytest.mark.parametrize("slug", ["a", "x-1", "giornata-informativa-2027", "a" * 80])
def test_every_address_makes_a_valid_acronym(client, event, slug):
    Event.objects.update(slug=slug)
    validate(client, slug)


def test_they_say_when_where_who_and_what(client, conference):
    found = the_json(client, prefix="/en")["schedule"]
    assert found["version"].startswith("3-")
    conference = found["conference"]
    assert (conference["start"], conference["end"], conference["daysCount"]) == ("2026-10-24", "2026-10-25", 2)
    assert (conference["title"], conference["time_zone_name"]) == ("The night of work", "Europe/Rome")
    first = conference["days"][0]["rooms"]["Great hall"][0]
    assert first["guid"] == str(KEYS["a"])
    assert (first["date"], first["start"], first["duration"]) == ("2026-10-24T18:00:00+02:00", "18:00", "01:00")
    assert (first["title"], first["type"], first["room"]) == ("Greetings, signing", "signing", "Great hall")
    assert [person["name"] for person in first["persons"]] == [
        "Anna Relatrice (Cooperativa di prova)", "Assessore, Comune di Terni",
    ]  # fmt: skip
    assert first["url"] == f"{SITE}/en/events/notte/#item-{KEYS['a']}"


def test_a_title_that_was_not_translated_says_its_language(client, conference):
    rooms = the_json(client, prefix="/en")["schedule"]["conference"]["days"][0]["rooms"]
    moved = next(item for item in rooms["Great hall"] if item["guid"] == str(KEYS["b"]))
    assert (moved["title"], moved["language"]) == ("Solo in italiano", "it")


def test_the_hour_that_october_has_twice_lasts_as_long_as_it_does(client, conference):
    """From 02:30 summer time to 02:30 winter time: one hour, and the moments say which is which."""
    rooms = the_json(client)["schedule"]["conference"]["days"][1]["rooms"]
    item = rooms["Sala grande"][0]
    assert (item["date"], item["duration"]) == ("2026-10-25T02:30:00+02:00", "01:00")
    assert item["end"] == "2026-10-25T02:30:00+01:00"


def test_what_is_called_off_or_dropped_is_gone_from_both(client, conference):
    text = json.dumps(the_json(client)) + ElementTree.tostring(the_xml(client), "unicode")
    assert str(KEYS["a"]) in text
    for name in ("c", "f"):
        assert str(KEYS[name]) not in text


def test_json_and_xml_say_the_same(client, conference):
    said = the_json(client)["schedule"]
    root = the_xml(client)
    assert root.findtext("version") == said["version"]
    assert root.findtext("conference/acronym") == said["conference"]["acronym"]
    listed = {
        event["guid"]: (event["title"], event["date"], event["duration"], event["room"], str(event["id"]))
        for day in said["conference"]["days"]
        for room in day["rooms"].values()
        for event in room
    }
    read = {
        event.get("guid"): (*(event.findtext(name) for name in ("title", "date", "duration", "room")), event.get("id"))
        for event in root.iter("event")
    }
    assert listed == read
    assert len(listed) == 4


def test_guid_number_and_slug_of_an_item_never_change(client, conference, organiser):
    def names(found):
        rooms = [room for day in found["schedule"]["conference"]["days"] for room in day["rooms"].values()]
        return {item["guid"]: (item["id"], item["slug"]) for room in rooms for item in room}

    before, version = names(the_json(client)), the_json(client)["schedule"]["version"]
    item = conference.sessions.get(key=KEYS["a"])
    services.save_session(session=item, event=conference, by=organiser, title_it="Altro titolo", room=None)
    services.release(event=conference, by=organiser, despite_warnings=True)
    after = the_json(client)
    assert names(after) == before
    assert after["schedule"]["version"] != version


def test_two_keys_that_would_get_one_number_get_two(conference):
    agenda = agendas.current(conference)
    import dataclasses

    twins = [uuid.UUID(int=5), uuid.UUID(int=5 + (2**31 - 1))]
    items = tuple(dataclasses.replace(agenda.items[0], key=key) for key in twins)
    numbers = frab.schedule(conference, dataclasses.replace(agenda, items=items)).numbers()
    assert len(set(numbers.values())) == 2


def test_scripts_of_other_sites_may_read_them(client, conference):
    for name in ("agenda.json", "schedule.xml", "agenda.ics"):
        assert client.get(f"/events/notte/{name}")["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get("/events/notte/")


def test_an_item_of_many_days_still_has_a_duration_that_the_format_can_say(client, event, add, released):
    Event.objects.update(ends_at=event.starts_at + timedelta(days=10))
    event.refresh_from_db()
    add("Mostra", minutes=10 * 24 * 60)
    released()
    validate(client, event.slug)
