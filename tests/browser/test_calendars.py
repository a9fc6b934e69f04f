"""Mozilla's ical.js, the reader in Thunderbird, reads our calendar files in a real Chromium (tests/vendor/README.md)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.notifications.calendar_files import FILES, ORGANIZER, UIDS, Expected

ICAL_JS = Path(__file__).parent.parent / "vendor" / "ical.js" / "ical.min.js"
READ = """async ([source, text]) => {
  const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  const ICAL = (await import(url)).default;
  URL.revokeObjectURL(url);
  const calendar = new ICAL.Component(ICAL.parse(text));
  // only our own block may explain the zone: none is known before it is read
  ICAL.TimezoneService.reset();
  const zone = new ICAL.Timezone(calendar.getFirstSubcomponent("vtimezone"));
  ICAL.TimezoneService.register(zone.tzid, zone);
  const events = calendar.getAllSubcomponents("vevent");
  const instant = name => events[0].getFirstPropertyValue(name).toUnixTime() * 1000;
  const values = name => events[0].getAllProperties(name).map(property => property.getFirstValue());
  return {
    events: events.length, method: calendar.getFirstPropertyValue("method"), zone: zone.tzid,
    starts: instant("dtstart"), ends: instant("dtend"), stamp: instant("dtstamp"),
    uid: values("uid"), sequence: values("sequence"), status: values("status"), attendees: values("attendee"),
    organizer: values("organizer"), summary: values("summary"), location: values("location"),
    names: events[0].getAllProperties("attendee").map(property => property.getParameter("cn")),
    rsvp: events[0].getAllProperties("attendee").map(property => property.getParameter("rsvp")),
  };
}"""


@pytest.fixture
def read(chromium):
    """Reads a calendar file with ical.js, on an empty page."""
    page = chromium.new_page()
    source = ICAL_JS.read_text()
    yield lambda content: page.evaluate(READ, [source, content.decode()])
    page.close()


def instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_ical_js_reads_what_is_meant_on_both_sides_of_both_changes_of_the_clocks(read, file: Expected):
    found = read(file.path.read_bytes())
    assert (found["events"], found["method"], found["zone"]) == (1, file.method, "Europe/Rome")
    assert (instant(found["starts"]), instant(found["ends"])) == file.times
    assert (found["uid"], found["sequence"], found["status"]) == ([UIDS[file.event]], [file.sequence], [file.status])
    assert (found["attendees"], found["organizer"]) == (file.attendees, [ORGANIZER])
    assert found["rsvp"] == (["FALSE"] if file.method == "REQUEST" else [None] * len(file.attendees))
    assert found["location"] == ["Sala conferenze, Via del Lavoro, 1, Terni"]


def test_ical_js_reads_each_step_after_the_one_before(read):
    steps = [read((FILES[0].path.parent / f"october-{step}-it.ics").read_bytes())
             for step in ("request", "update", "cancel")]  # fmt: skip
    assert [step["sequence"] for step in steps] == [[0], [1], [2]]
    assert steps[0]["stamp"] < steps[1]["stamp"] < steps[2]["stamp"]


def test_ical_js_reads_every_quarter_of_an_hour_of_both_nights(read):
    from datetime import timedelta

    from events import calendars
    from events.models import Event

    for night in (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 10, 24, 23, tzinfo=UTC)):
        for quarter in range(16):
            starts_at = night + quarter * timedelta(minutes=15)
            event = Event(slug="notte", title_it="Notte", venue="Sala", address="Terni", starts_at=starts_at,
                          ends_at=starts_at + timedelta(minutes=75))  # fmt: skip
            found = read(calendars.publication([event], language="it"))
            assert (instant(found["starts"]), instant(found["ends"])) == (event.starts_at, event.ends_at)


def test_ical_js_reads_a_nasty_name_as_it_was_typed(read):
    from datetime import timedelta

    from events import calendars
    from events.models import Event

    starts_at = datetime(2026, 3, 29, 9, tzinfo=UTC)
    event = Event(slug="notte", title_it='"Notte"; di, nomi \\n 👩🏽‍💻', venue="Sala", address="Terni", starts_at=starts_at,
                  ends_at=starts_at + timedelta(hours=1))  # fmt: skip
    for name in ('Anna "la Rossa" d’Amico', "Rossi; Bianchi, Verdi: soci", "👩🏽‍💻" * 40, "è" * 300, "^n^'"):
        content = calendars.scheduling_part(
            event, method="REQUEST", sequence=1, stamp=starts_at, language="it",
            addressee=calendars.Addressee(name, "anna@ente01.example.org"),
        )  # fmt: skip
        found = read(content)
        assert found["names"] == [name]
        assert found["summary"] == [event.title_it]
