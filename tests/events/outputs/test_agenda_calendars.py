"""Calendars of the agenda: golden files, read by another parser; what moves keeps its UID, what goes says so."""

import os
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
import vobject
from django.utils import timezone

from events import agenda as agendas
from events import calendars, services
from events.models import Event
from notifications.sending import pump
from tests.events.outputs.agenda_files import FILES, GOLDEN
from tests.events.outputs.conftest import KEYS

pytestmark = pytest.mark.django_db
BEFORE = datetime(2026, 9, 10, 9, 0, tzinfo=UTC)


def read(content: bytes) -> list:
    return vobject.readOne(content.decode()).contents.get("vevent", [])


@pytest.fixture
def files(client, conference, register, choose, applicant):
    """Each golden file as it is answered now."""
    with time_machine.travel(BEFORE, tick=False) as clock:
        registration = register("Anna", event=conference)
        anna = registration.attendees.get()
        for name in ("b", "c"):
            choose(KEYS[name], anna)
        pump.pump()
        paths = {
            "agenda-it": "/events/notte/agenda.ics",
            "agenda-en": "/en/events/notte/agenda.ics",
            "session-b-en": f"/en/events/notte/sessions/{KEYS['b']}.ics",
            "session-f-it": f"/events/notte/sessions/{KEYS['f']}.ics",
            "registration-it": f"{registration.get_absolute_url()}calendar.ics",
        }
        found = {name: client.get(path).content for name, path in paths.items()}
        clock.shift(timedelta(days=1))
        services.cancel_registration(registration=registration)
        found["registration-cancelled-it"] = client.get(paths["registration-it"]).content
    return found


def test_the_files_are_the_golden_ones_byte_for_byte(files):
    assert set(files) == set(FILES)
    for name, content in files.items():
        path = GOLDEN / f"{name}.ics"
        if os.environ.get("GOLDEN") == "renew":
            path.write_bytes(content)
        assert content.split(b"\r\n") == path.read_bytes().split(b"\r\n"), name


@pytest.mark.parametrize("name", FILES)
def test_another_parser_reads_what_is_meant(name):
    calendar = vobject.readOne((GOLDEN / f"{name}.ics").read_bytes().decode())
    assert calendar.method.value == "PUBLISH"
    entries = calendar.contents["vevent"]
    assert [entry.uid.value for entry in entries] == [said.uid for said in FILES[name]]
    for entry, said in zip(entries, FILES[name], strict=True):
        assert (int(entry.sequence.value), entry.status.value) == (said.sequence, said.status), said.item
        assert (entry.dtstart.value.astimezone(UTC), entry.dtend.value.astimezone(UTC)) == said.times, said.item
        assert "attendee" not in entry.contents
    assert calendar.serialize()


@pytest.mark.parametrize("name", FILES)
def test_the_files_keep_the_letter_of_the_standard(name):
    content = (GOLDEN / f"{name}.ics").read_bytes()
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    for block in content.replace(b"\r\n ", b"").decode().split("BEGIN:VEVENT")[1:]:
        for once in ("UID:", "DTSTAMP:", "SEQUENCE:", "SUMMARY", "STATUS:", "ORGANIZER;", "DTSTART", "DTEND"):
            assert len(re.findall(rf"^{once}", block, re.M)) == 1, once


def test_a_title_that_was_not_translated_says_its_language():
    text = (GOLDEN / "session-b-en.ics").read_bytes().decode()
    assert "SUMMARY;LANGUAGE=it:Solo in italiano" in text
    assert "LANGUAGE=" not in (GOLDEN / "agenda-it.ics").read_bytes().decode()


def test_what_is_moved_again_keeps_its_uid_and_counts_on(client, conference, organiser):
    path = f"/events/notte/sessions/{KEYS['a']}.ics"
    before = read(client.get(path).content)[0]
    item = conference.sessions.get(key=KEYS["a"])
    for step in (1, 2):
        with time_machine.travel(BEFORE + timedelta(days=step), tick=False):
            minutes = timedelta(minutes=5 * step)
            services.set_times(session=item, by=organiser, starts_at=conference.starts_at + minutes,
                               ends_at=conference.starts_at + timedelta(hours=1))  # fmt: skip
            unreleased = read(client.get(path).content)[0]
            assert int(unreleased.sequence.value) == step - 1
            services.release(event=conference, by=organiser, despite_warnings=True)
            after = read(client.get(path).content)[0]
            item.refresh_from_db()
        assert after.uid.value == before.uid.value
        assert (int(after.sequence.value), after.status.value) == (step, "CONFIRMED")
        assert after.dtstamp.value > before.dtstamp.value
        assert after.dtstart.value.astimezone(UTC) == conference.starts_at + minutes


def test_corrected_words_alone_raise_nothing(client, conference, organiser):
    item = conference.sessions.get(key=KEYS["a"])
    services.save_session(session=item, event=conference, by=organiser, title_it="Saluti")
    services.release(event=conference, by=organiser, despite_warnings=True)
    entry = read(client.get(f"/events/notte/sessions/{KEYS['a']}.ics").content)[0]
    assert (entry.summary.value, int(entry.sequence.value)) == ("Saluti", 0)


def test_when_the_event_moves_house_or_is_called_off_every_item_follows(client, conference, organiser):
    with time_machine.travel(BEFORE, tick=False):
        services.change(event=conference, by=organiser, venue="Teatro")
        moved = {entry.uid.value: entry for entry in read(client.get("/events/notte/agenda.ics").content)}
        services.cancel(event=conference, reason="neve", by=organiser)
        gone = {entry.uid.value: entry for entry in read(client.get("/events/notte/agenda.ics").content)}
    before = {entry.uid.value: entry for entry in read((GOLDEN / "agenda-it.ics").read_bytes())}
    assert set(before) == set(moved) == set(gone)
    for uid, entry in before.items():
        sequences = [int(one.sequence.value) for one in (entry, moved[uid], gone[uid])]
        assert sequences == sorted(set(sequences))
        assert "Teatro" in moved[uid].location.value
        assert gone[uid].status.value == "CANCELLED"


def test_without_an_agenda_its_calendar_shows_the_event(client, event):
    assert [entry.uid.value for entry in read(client.get(f"/events/{event.slug}/agenda.ics").content)] == [
        f"{event.uid}@socialneet.example.org"
    ]


def test_an_item_that_was_never_public_has_no_file(client, event, add, released):
    add("Saluti")
    released()
    later = add("Ancora bozza", at=40)
    for key in (later.key, KEYS["a"]):
        assert client.get(f"/events/{event.slug}/sessions/{key}.ics").status_code == 404
    assert "Ancora bozza" not in client.get(f"/events/{event.slug}/agenda.ics").content.decode()


def test_every_quarter_of_an_hour_of_both_nights_is_read_as_it_is_meant(event, add, released):
    """Items as starts and ends in the night of 29 March and of 25 October, by the other parser."""
    import dataclasses

    add("Notte")
    released()
    item = agendas.current(event).items[0]
    for night in (datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)):
        starts = [night + number * timedelta(minutes=15) for number in range(24)]
        items = [dataclasses.replace(item, starts_at=at, ends_at=at + timedelta(minutes=75)) for at in starts]
        content = calendars.publication([], language="it", entries=[calendars.Entry(event, one) for one in items])
        for at, entry in zip(starts, read(content), strict=True):
            assert entry.dtstart.value.astimezone(UTC) == at
            assert entry.dtend.value.astimezone(UTC) == at + timedelta(minutes=75)


# -- a person's own ----------------------------------------------------------------------------------------------------


def test_the_feed_of_a_person_shows_what_they_chose_and_nobody_elses(client, conference, register, choose):
    from notifications.models import CalendarFeed

    with time_machine.travel(BEFORE, tick=False):
        registration = register("Anna", "Bruno", event=conference)
        anna, bruno = registration.attendees.order_by("pk")
        choose(KEYS["b"], anna)
        choose(KEYS["c"], bruno)
        pump.pump()
        seen = {}
        for name in ("anna", "bruno", "carla"):
            feed = CalendarFeed.objects.get(address=f"{name}@ente01.example.org")
            seen[name] = [entry.uid.value[:8] for entry in read(client.get(feed.get_file_url()).content)]
    assert seen == {
        "anna": ["25102026", str(KEYS["b"])[:8]], "bruno": ["25102026", str(KEYS["c"])[:8]], "carla": ["25102026"],
    }  # fmt: skip


def test_who_has_no_address_of_their_own_is_told_through_the_contact(client, conference, register, choose):
    from notifications.models import CalendarFeed

    with time_machine.travel(BEFORE, tick=False):
        registration = register(event=conference, guests=[services.Guest("Dina")])
        choose(KEYS["b"], registration.attendees.get())
        pump.pump()
        feed = CalendarFeed.objects.get(address="carla@ente01.example.org")
        assert [entry.uid.value[:8] for entry in read(client.get(feed.get_file_url()).content)][1:] == ["00000002"]


def test_the_calendar_of_a_registration_is_secret_and_never_kept_by_caches(client, conference, register):
    with time_machine.travel(BEFORE, tick=False):
        path = f"{register('Anna', event=conference).get_absolute_url()}calendar.ics"
        response = client.get(path)
        assert "private" in response["Cache-Control"]
        assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
        assert path.split("/")[2] not in response.content.decode().replace("\r\n ", "")
        assert client.get(path, headers={"if-none-match": response["ETag"]}).status_code == 304
        for wrong in ("x", "%00", "../../etc/passwd"):
            assert client.get(f"/registrations/{wrong}/calendar.ics").status_code == 404


@pytest.mark.parametrize(("state", "status"), [
    ("pending", "TENTATIVE"), ("waiting", "TENTATIVE"), ("confirmed", "CONFIRMED"), ("refused", "CANCELLED"),
])  # fmt: skip
def test_the_calendar_of_a_registration_says_how_it_stands(client, conference, organiser, register, state, status):
    with time_machine.travel(BEFORE, tick=False):
        registration = register("Anna", event=conference)
        type(registration).objects.update(state="pending" if state == "refused" else state)
        if state == "refused":
            services.refuse(registration=registration, reason="Il gruppo è completo.", by=organiser)
        entry = read(client.get(f"{registration.get_absolute_url()}calendar.ics").content)[0]
    assert entry.status.value == status


@pytest.mark.parametrize("count", [3, 300])
def test_files_of_the_agenda_cost_the_same_whatever_its_length(
    client, event, organiser, register, choose, django_assert_num_queries, count
):
    services_of_bulk(event, count)
    services.release(event=event, by=organiser, despite_warnings=True)
    registration = register("Anna")
    for session in event.sessions.all():
        choose(session.key, registration.attendees.get())
    base = f"/events/{event.slug}/"
    key = event.sessions.first().key
    for path in ("agenda.ics", f"sessions/{key}.ics", "agenda.json", "schedule.xml", "embed/"):
        with django_assert_num_queries(2):
            assert client.get(f"{base}{path}").status_code == 200
    with django_assert_num_queries(5):
        content = client.get(f"{registration.get_absolute_url()}calendar.ics").content
    assert content.count(b"BEGIN:VEVENT") == count + 1


def services_of_bulk(event: Event, count: int) -> None:
    """So many items in the draft, one after the other, each with places of its own."""
    from events.models import Session

    Event.objects.update(ends_at=event.starts_at + timedelta(minutes=count * 10))
    event.refresh_from_db()
    Session.objects.bulk_create(
        Session(event=event, title_it=f"Voce {number}", places=2, revised_at=timezone.now(),
                starts_at=event.starts_at + timedelta(minutes=number * 10),
                ends_at=event.starts_at + timedelta(minutes=number * 10 + 10))
        for number in range(count)
    )  # fmt: skip
