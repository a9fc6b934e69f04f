"""What goes out of an agenda, in a real browser: the page, the embedded agenda, and calendars as ical.js reads them."""

import http.server
import threading
from datetime import UTC, datetime

import pytest

from events import services
from tests.browser.test_calendars import ICAL_JS, instant
from tests.browser.test_every_page import check
from tests.events.outputs.agenda_files import FILES, GOLDEN
from tests.events.outputs.conftest import KEYS, conference  # noqa: F401  a fixture

READ_ALL = """async ([source, text]) => {
  const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  const ICAL = (await import(url)).default;
  URL.revokeObjectURL(url);
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  const zone = new ICAL.Timezone(calendar.getFirstSubcomponent("vtimezone"));
  ICAL.TimezoneService.register(zone.tzid, zone);
  return calendar.getAllSubcomponents("vevent").map(event => ({
    uid: event.getFirstPropertyValue("uid"), sequence: event.getFirstPropertyValue("sequence"),
    status: event.getFirstPropertyValue("status"), attendees: event.getAllProperties("attendee").length,
    starts: event.getFirstPropertyValue("dtstart").toUnixTime() * 1000,
    ends: event.getFirstPropertyValue("dtend").toUnixTime() * 1000,
    stamp: event.getFirstPropertyValue("dtstamp").toUnixTime() * 1000,
  }));
}"""


@pytest.mark.parametrize("name", FILES)
def test_ical_js_reads_the_files_of_the_agenda_as_they_are_meant(chromium, name):
    page = chromium.new_page()
    found = page.evaluate(READ_ALL, [ICAL_JS.read_text(), (GOLDEN / f"{name}.ics").read_bytes().decode()])
    page.close()
    assert [one["uid"] for one in found] == [said.uid for said in FILES[name]]
    for one, said in zip(found, FILES[name], strict=True):
        assert (one["sequence"], one["status"], one["attendees"]) == (said.sequence, said.status, 0), said.item
        assert (instant(one["starts"]), instant(one["ends"])) == said.times, said.item
        assert instant(one["stamp"]) < datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_agenda_and_its_pages(conference, open_as, language, width):  # noqa: F811
    watched = open_as(width=width)
    hall = conference.rooms.get(name_it="Sala grande")
    for name, path in {
        "agenda": "/events/notte/", "agenda-room": f"/events/notte/?room={hall.pk}", "agenda-embed": "/events/notte/embed/",
    }.items():  # fmt: skip
        check(watched, path, name, language, width)
    assert watched.findings == []


@pytest.mark.parametrize("language", ["it", "en"])
def test_long_and_foreign_words_stay_in_their_place_on_a_telephone(conference, organiser, open_as, language):  # noqa: F811
    hall, item = conference.rooms.get(name_it="Sala grande"), conference.sessions.get(key=KEYS["b"])
    for name, value in (("name_it", "S" * 120), ("name_en", "R" * 120), ("accessibility_it", "مدخل بلا درج " * 20)):
        setattr(hall, name, value)
    services.save_part(event=conference, by=organiser, part=hall)
    services.save_session(session=item, event=conference, by=organiser, title_it="T" * 200, title_en="مؤتمر العمل " * 15,
                          speakers_it="👩🏽‍💻" * 60, about_it="x" * 900)  # fmt: skip
    services.release(event=conference, by=organiser, despite_warnings=True)
    watched = open_as(width=320)
    for name in ("", "embed/", "screen/"):
        check(watched, f"/events/notte/{name}", f"agenda-long-{name[:-1]}", language, 320)
    assert watched.findings == []


def test_the_links_of_the_agenda_work_by_keyboard_and_without_script(chromium, conference, live_server):  # noqa: F811
    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/events/notte/")
    link = page.get_by_role("link", name="Saletta")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**room=*")
    assert page.locator(".programme-item").count() == 2
    assert page.get_by_role("link", name="Saletta").get_attribute("aria-current") == "true"
    context.close()


@pytest.fixture
def other_site(live_server):
    """A page of somebody else, on another port, that frames whatever it is told."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = f'<!doctype html><title>x</title><iframe src="{live_server.url}{self.path}" title="x"></iframe>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_site_frames_the_embedded_agenda_and_nothing_else(chromium, conference, other_site):  # noqa: F811
    context = chromium.new_context()
    page = context.new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.goto(f"{other_site}/events/notte/embed/")
    frame = page.frame_locator("iframe")
    assert frame.locator(".programme-item").count() == 5
    assert trouble == []
    assert context.cookies() == []
    page.goto(f"{other_site}/events/notte/")
    page.wait_for_timeout(500)
    assert page.frame_locator("iframe").locator(".programme-item").count() == 0
    assert any("frame-ancestors" in message or "X-Frame-Options" in message for message in trouble)
    context.close()
