"""A personal link in a real browser: looking is not opening, the first human act is, and the form says it by itself."""

import time

import pytest
from playwright.sync_api import expect

from events import services as events
from events.models import Event, Invitation
from organisations.models import Organisation

SECONDS = 10


@pytest.fixture
def invitation(demo) -> Invitation:
    event = Event.objects.get(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY)
    return events.invite(event=event, organisation=Organisation.objects.get(name="Comune di Narni"))


def opened_at(invitation: Invitation, seconds: float = SECONDS):
    """When it was opened, waiting a while for the browser to say so."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        invitation.refresh_from_db()
        if invitation.opened_at:
            break
        time.sleep(0.1)
    return invitation.opened_at


@pytest.fixture
def visit(open_as, invitation):
    """Opens the personal link and writes down what the page says to the server."""

    def visit():
        watched = open_as()
        said = []
        watched.page.on("request", lambda r: said.append(r) if r.url.endswith("/register/opened/") else None)
        watched.page.goto(invitation.get_absolute_url(), wait_until="networkidle")
        return watched, said

    return visit


def scroll_and_wait(page) -> None:
    """What a scanner that renders the page does: loads, scrolls, runs scripts, waits."""
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.evaluate(
        "document.querySelector('form[data-opened]').dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}))"
    )
    page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'a', bubbles: true}))")
    page.wait_for_timeout(700)


def test_opening_the_page_alone_says_nothing(visit, invitation):
    watched, said = visit()
    scroll_and_wait(watched.page)
    assert said == []
    assert opened_at(invitation, 0.5) is None


@pytest.mark.parametrize("act", ["typing", "pointing", "reaching a field by Tab", "tapping"])
def test_the_first_human_act_says_it_once_without_cookie_or_referrer(visit, invitation, act):
    watched, said = visit()
    page = watched.page
    for _ in range(3):
        match act:
            case "typing":
                page.keyboard.press("a")
            case "pointing":
                page.mouse.click(5, 5)
            case "tapping":
                page.locator("h1").dispatch_event("touchstart")  # not trusted: says nothing
                page.locator("#id_contact_name").click()
            case _:
                page.keyboard.press("Tab")
    assert opened_at(invitation)
    page.locator("#id_contact_name").fill("Rosa Referente")
    page.wait_for_timeout(300)
    assert len(said) == 1
    headers = said[0].all_headers()
    assert said[0].method == "POST"
    assert "cookie" not in headers
    assert "referer" not in headers
    assert said[0].response().status == 204
    assert watched.trouble == []


def test_once_it_is_known_the_page_no_longer_asks(visit, invitation):
    events.record_opening(invitation=invitation)
    watched, said = visit()
    watched.page.locator("#id_contact_name").fill("Rosa Referente")
    watched.page.wait_for_timeout(500)
    assert said == []


def test_without_javascript_sending_the_form_says_it(chromium, live_server, invitation):
    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto(invitation.get_absolute_url())
    page.locator("#id_contact_name").fill("Rosa Referente")
    assert opened_at(invitation, 0.5) is None
    page.locator("form[data-opened] button:not([name])").click()  # incomplete: the form comes back with its errors
    expect(page.locator(".error-summary")).to_be_visible()
    assert opened_at(invitation)
    context.close()


def test_when_the_portal_does_not_answer_the_page_goes_on(visit, invitation):
    watched, said = visit()
    watched.page.route("**/register/opened/", lambda route: route.abort())
    watched.page.locator("#id_contact_name").fill("Rosa Referente")
    watched.page.wait_for_timeout(300)
    assert len(said) == 1
    assert opened_at(invitation, 0.5) is None
    assert not any("Uncaught" in text for text in watched.trouble)
