"""The calendar files themselves: golden bytes, read by another parser, and names that try to break out of their line."""

import dataclasses
import os
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
import vobject
from icalendar import Calendar

from events import calendars as event_calendars
from events import services as events
from events.models import Event
from notifications import letters
from notifications.calendars import stamps as calendar_stamps
from notifications.models import Delivery
from notifications.sending import pump
from tests.notifications.calendar_files import FILES, ORGANIZER, TIMES, UIDS, Expected

pytestmark = pytest.mark.django_db


def moments(event: str, *, moved: bool) -> dict[str, datetime]:
    starts_at, ends_at = (datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in TIMES[event][moved])
    return {"starts_at": starts_at, "ends_at": ends_at}


def unfolded(content: bytes) -> list[str]:
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


@pytest.fixture
def story(register, applicant, organiser, settings):
    """An event from the registration to its end: publish, request, update, cancel. Gives each file's bytes."""
    settings.SITE_URL, settings.ASSOCIATION_NAME = "https://socialneet.example.org", "Confartigianato Imprese Terni"

    def tell(name: str, language: str) -> dict[str, bytes]:
        uid = uuid.UUID(UIDS[name].partition("@")[0])
        files = {}
        with time_machine.travel(datetime(2026, 1, 15, 9, 0, tzinfo=UTC), tick=False) as clock:
            event = Event.objects.create(
                slug=name, uid=uid, state=Event.State.PUBLISHED, title_it="Giornata informativa: è l’ora; i giovani",
                title_en="Info day, at night; the young", summary_it="Che cosa cambia.\n\nE perché.", summary_en="What changes.",
                venue="Sala conferenze", address="Via del Lavoro, 1, Terni", contact_email="a@socialneet.example.org",
                capacity=5, revised_at=datetime(2026, 1, 14, 9, 0, tzinfo=UTC), **moments(name, moved=False),
            )  # fmt: skip
            files["publish"] = event_calendars.publication([event], language=language)
            register("Anna", event=event, applicant=dataclasses.replace(applicant, language=language))
            files["request"] = last_part()
            pump.pump()
            clock.shift(timedelta(days=1))
            event = events.change(event=event, by=organiser, **moments(name, moved=True))
            files["update"] = last_part()
            pump.pump()
            clock.shift(timedelta(days=1))
            event = events.cancel(event=event, reason="neve", by=organiser)
            files["cancel"] = last_part()
            files["publish-cancelled"] = event_calendars.publication([event], language=language)
        return files

    return tell


def last_part() -> bytes:
    content = letters.letter_for(Delivery.objects.filter(address="anna@ente01.example.org").latest("pk")).calendar
    assert content
    return content


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", TIMES)
def test_the_files_are_the_golden_ones_byte_for_byte(story, name, language):
    for step, content in story(name, language).items():
        expected = next(file for file in FILES if file.name == f"{name}-{step}-{language}")
        if os.environ.get("GOLDEN") == "renew":
            expected.path.write_bytes(content)
        assert content.split(b"\r\n") == expected.path.read_bytes().split(b"\r\n"), expected.name


# -- read by a parser that is not the one that wrote them ------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_another_parser_reads_what_is_meant(file: Expected):
    read = vobject.readOne(file.path.read_bytes().decode())
    vevent = read.vevent
    assert read.method.value == file.method
    assert vevent.uid.value == UIDS[file.event]
    assert (int(vevent.sequence.value), vevent.status.value) == (file.sequence, file.status)
    assert (vevent.dtstart.value.astimezone(UTC), vevent.dtend.value.astimezone(UTC)) == file.times
    assert [attendee.value for attendee in vevent.contents.get("attendee", [])] == file.attendees
    assert vevent.organizer.value == ORGANIZER
    assert read.serialize()


def test_an_update_and_a_cancellation_come_after_what_they_change():
    for event in TIMES:
        steps = [vobject.readOne((FILES[0].path.parent / f"{event}-{step}-it.ics").read_bytes().decode()).vevent
                 for step in ("request", "update", "cancel")]  # fmt: skip
        assert [int(step.sequence.value) for step in steps] == [0, 1, 2]
        assert steps[0].dtstamp.value < steps[1].dtstamp.value < steps[2].dtstamp.value
        assert len({step.uid.value for step in steps}) == len({step.organizer.value for step in steps}) == 1


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_files_keep_the_letter_of_the_standard(file: Expected):
    content = file.path.read_bytes()
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no character is torn apart by the folding
    lines = unfolded(content)
    for once in ("UID:", "DTSTAMP:", "SEQUENCE:", "SUMMARY:", "STATUS:", "ORGANIZER;", "METHOD:", "BEGIN:VTIMEZONE"):
        assert len([line for line in lines if line.startswith(once)]) == 1, once
    request = [line for line in lines if line.startswith("ATTENDEE")]
    if file.method == "REQUEST":
        assert "RSVP=FALSE" in request[0]
        assert "PARTSTAT=ACCEPTED" in request[0]
    assert content.count(b"RRULE") == 2
    assert b"RDATE" not in content


# -- names that try to break out ---------------------------------------------------------------------------------------------

NASTY = [
    'Anna "la Rossa" d’Amico', "Rossi; Bianchi, Verdi: soci", "Anna\r\nATTENDEE:mailto:vittima@example.org",
    "Anna\rSTATUS:CANCELLED", "Anna\nEND:VEVENT", "Anna\x00\x07\x1b Rossi", "Anna\u2028Rossi\u2029", "👩🏽‍💻" * 40,
    "è" * 300, "日本語" * 100, "^n^'^^", "\\n\\,\\;", "a" * 300, " ", "=?utf-8?q?x?=", "<script>alert(1)</script>",
]  # fmt: skip


def request(event: Event, name: str, method: str = "REQUEST") -> bytes:
    addressee = event_calendars.Addressee(name, "anna@ente01.example.org")
    return event_calendars.scheduling_part(
        event, method=method, sequence=3, stamp=datetime(2026, 1, 1, tzinfo=UTC), addressee=addressee, language="it"
    )


def names_of_lines(content: bytes) -> list[str]:
    return [re.split("[:;]", line)[0] for line in unfolded(content)]


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_a_nasty_name_stays_in_its_place(event, name):
    harmless = names_of_lines(request(event, "Anna"))
    title = Event.objects.get(pk=event.pk)
    title.title_it = title.venue = name
    title.summary_it = f"{name}\r\n{name}\r{name}"
    for content in (request(event, name), request(title, name), request(title, name, "CANCEL")):
        assert names_of_lines(content) == harmless
        assert all(len(line) <= 75 for line in content.split(b"\r\n"))
        for line in content.split(b"\r\n"):
            line.decode()
        assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", content)
        assert b"\n" not in content.replace(b"\r\n", b"")
        assert b"\r" not in content.replace(b"\r\n", b"")
        first, other = Calendar.from_ical(content).walk("VEVENT")[0], vobject.readOne(content.decode()).vevent
        for read in (str(first["ATTENDEE"]), other.attendee.value):
            assert read == "mailto:anna@ente01.example.org"
        assert str(first["SUMMARY"]) == other.summary.value
    published = vobject.readOne(event_calendars.publication([title], language="it").decode())
    assert "attendee" not in published.vevent.contents


@pytest.mark.parametrize("length", range(40, 90))
def test_folding_never_tears_a_character_wherever_it_falls(event, length):
    event.title_it = "a" * length + "è👩🏽‍💻日本" * 12
    content = event_calendars.publication([event], language="it")
    assert all(len(line) <= 75 and line.decode() is not None for line in content.split(b"\r\n"))
    assert vobject.readOne(content.decode()).vevent.summary.value == event.title_it


def test_every_moment_of_both_nights_is_read_as_it_is_meant(event):
    """Each quarter of an hour around both changes, as start and as end, by the other parser."""
    for night in (datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)):
        for quarter in range(6 * 4):
            event.starts_at = night + quarter * timedelta(minutes=15)
            event.ends_at = event.starts_at + timedelta(minutes=75)
            read = vobject.readOne(event_calendars.publication([event], language="it").decode()).vevent
            assert read.dtstart.value.astimezone(UTC) == event.starts_at
            assert read.dtend.value.astimezone(UTC) == event.ends_at


def test_the_method_of_the_part_is_the_method_inside_in_every_mail(register, event, organiser):
    from tests.notifications.test_messages import calendar

    register("Anna")
    pump.pump()
    events.change(event=event, by=organiser, venue="Sala grande")
    pump.pump()
    events.cancel(event=event, reason="neve", by=organiser)
    seen = set()
    for delivery in Delivery.objects.filter(address="anna@ente01.example.org"):
        part, parsed = calendar(delivery)
        assert part.get_param("method") == parsed["METHOD"] == delivery.calendar_method
        seen.add(str(parsed["METHOD"]))
    assert seen == {"REQUEST", "CANCEL"}


def test_a_change_of_words_alone_moves_nobodys_calendar(register, event, organiser):
    register("Anna")
    pump.pump()
    event = events.change(event=event, by=organiser, title_it="Altro titolo", summary_it="Altre parole")
    assert not Delivery.objects.filter(kind="event_rescheduled").exists()
    assert calendar_stamps.stamp(event, "anna@ente01.example.org", "REQUEST").sequence == 0
