"""Displays of the hall in a real browser: by the clock of Rome, without flicker, and when the network is cut."""

from datetime import UTC, datetime

import pytest
import time_machine

from events import services
from organisations.models import User
from portal.demo import ORGANISER
from tests.browser.test_every_page import check, event
from tests.events.outputs.conftest import KEYS, conference  # noqa: F401  a fixture
from tests.events.outputs.test_screens import BREAK, FIRST, MOVED, OFF, TWICE

#: 18:05 in Rome, in summer.
START = datetime(2026, 10, 24, 16, 5, tzinfo=UTC)
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def display(conference, open_as):  # noqa: F811
    """A display in the hall at a moment that stands still until it is moved, here and on the server."""
    travellers = []

    def display(path: str = "/events/notte/screen/", width: int = 1280, start: datetime = START):
        traveller = time_machine.travel(start, tick=False)
        travellers.append(traveller)
        traveller.start()
        watched = open_as(width=width)
        watched.page.clock.install(time=start)
        watched.page.goto(path)
        watched.page.wait_for_selector("body[data-kept]")
        return watched

    yield display
    for traveller in travellers:
        traveller.stop()


def titles(page, kind: str, room: int = 0) -> list[str]:
    return page.locator("section").nth(room).locator(f".{kind} .title").all_inner_texts()


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_screens_pages(display, conference, language, width):  # noqa: F811
    watched = display(width=width)
    little = conference.rooms.get(name_it="Saletta")
    for name, path in {
        "screen": "/events/notte/screen/", "screen-room": f"/events/notte/screen/{little.pk}/",
    }.items():  # fmt: skip
        check(watched, path, name, language, width)
    assert watched.findings == []


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_page_of_screens_files_and_other_sites(demo, open_as, language, width):
    watched = open_as(User.objects.get(email=ORGANISER), width=width)
    check(watched, f"/manage/events/{event().slug}/sharing/", "sharing", language, width)
    check(watched, f"{event().get_absolute_url()}screen/", "screen-demo", language, width)
    assert watched.findings == []


def test_it_shows_what_the_server_would_show_and_goes_on_by_itself(display):
    page = display().page
    written = page.locator("main").inner_html()
    assert (titles(page, "now"), titles(page, "next")) == ([FIRST], [BREAK])
    assert (titles(page, "now", 1), titles(page, "next", 1)) == ([], [OFF])
    page.route("**/state.json", lambda route: route.abort())
    page.clock.fast_forward("01:55:05")
    page.wait_for_function("() => document.querySelector('.clock').textContent === '20:00'")
    assert (titles(page, "now"), titles(page, "next")) == ([BREAK], [MOVED])
    assert page.locator("main").inner_html() != written


def test_script_and_server_write_the_same(display, client):
    """Word for word, at several moments, in both languages: two ways to one page."""
    watched = display()
    page = watched.page
    for moment in (START, datetime(2026, 10, 24, 17, 10, tzinfo=UTC), datetime(2026, 10, 24, 19, 45, tzinfo=UTC),
                   datetime(2026, 10, 25, 0, 40, tzinfo=UTC), datetime(2026, 10, 25, 1, 40, tzinfo=UTC)):  # fmt: skip
        for prefix in ("", "/en"):
            with time_machine.travel(moment, tick=False):
                page.clock.set_fixed_time(moment)
                page.goto(f"{prefix}/events/notte/screen/")
                page.wait_for_selector("body[data-kept]")
                words = page.locator("main").inner_text().split()
                context = page.context.browser.new_context(java_script_enabled=False, base_url=page.url)
                plain = context.new_page()
                plain.goto(page.url)
                assert plain.locator("main").inner_text().split() == words, (moment, prefix)
                context.close()
    assert watched.trouble == []


def test_nothing_is_drawn_again_while_nothing_changes(display):
    page = display().page
    page.evaluate("""() => {
      window.drawn = 0;
      new MutationObserver(found => { window.drawn += found.length; }).observe(
        document.querySelector("main"), {childList: true, subtree: true, characterData: true, attributes: true});
    }""")
    with page.expect_response("**/state.json"):
        page.clock.fast_forward("00:40")
    assert page.evaluate("window.drawn") == 0
    page.clock.fast_forward("01:00:00")
    page.wait_for_function("() => window.drawn > 0")


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (1024, 768), (1080, 1920)])
def test_a_display_is_never_scrolled(display, conference, organiser, size):  # noqa: F811
    """Also with long titles: letters shrink until everything is on it."""
    for name in "ac":
        item = conference.sessions.get(key=KEYS[name])
        if not item.cancelled_at:
            services.save_session(session=item, event=conference, by=organiser, title_it="Parole lunghe " * 14)
    services.release(event=conference, by=organiser, despite_warnings=True)
    page = display(width=size[0]).page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.wait_for_function("() => document.documentElement.scrollHeight <= innerHeight")
    letters = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.now .title')).fontSize)")
    assert letters >= 20


def test_a_release_is_seen_without_anybody_touching_the_display(display, conference, organiser):  # noqa: F811
    page = display().page
    item = conference.sessions.get(key=KEYS["a"])
    services.save_session(session=item, event=conference, by=organiser, title_it="Parole nuove")
    services.release(event=conference, by=organiser, despite_warnings=True)
    with page.expect_response("**/state.json"):
        page.clock.fast_forward("00:40")
    page.wait_for_function("() => document.querySelector('main').textContent.includes('Parole nuove')")


def test_with_the_network_cut_it_goes_on_and_says_so_and_starts_again_without_it(display):
    watched = display()
    page = watched.page
    page.context.set_offline(True)
    page.clock.fast_forward("02:00:00")
    page.wait_for_selector("[data-old]:not([hidden])")
    assert "Senza rete. Il programma è quello delle 18:05." in page.locator("[data-old]").inner_text()
    assert titles(page, "now") == [BREAK]
    page.reload()
    page.wait_for_function("() => document.querySelector('.clock').textContent === '20:05'")
    page.wait_for_selector("[data-old]:not([hidden])")
    assert (titles(page, "now"), titles(page, "next")) == ([BREAK], [MOVED])
    assert page.evaluate('document.fonts.check("700 20px Titillium Web")')
    page.context.set_offline(False)
    page.clock.fast_forward("00:40")
    page.wait_for_selector("[data-old]", state="hidden")


def test_a_display_whose_clock_is_wrong_goes_by_the_servers(display, open_as):
    display()
    page = open_as().page
    page.clock.install(time=datetime(2026, 10, 24, 19, 10, tzinfo=UTC))
    page.goto("/events/notte/screen/")
    page.wait_for_selector("body[data-kept]")
    page.clock.run_for(1500)
    page.wait_for_function("() => document.querySelector('.clock').textContent === '18:05'")
    assert titles(page, "now") == [FIRST]


def test_in_the_night_with_an_hour_twice_the_right_hour_counts(display):
    page = display(start=datetime(2026, 10, 25, 0, 29, tzinfo=UTC)).page
    assert titles(page, "next") == [TWICE]
    assert "02:30 CEST–02:30 CET" in page.locator(".next").first.inner_text()
    page.context.set_offline(True)
    page.clock.fast_forward("00:02:00")
    page.wait_for_function("() => document.querySelector('.now .title') !== null")
    assert titles(page, "now") == [TWICE]
    # the wall shows 02:31 once more, and it is over
    page.clock.fast_forward("01:00:00")
    page.wait_for_function("() => document.querySelector('.now .title') === null")
    assert page.locator(".clock").inner_text() == "02:31"
