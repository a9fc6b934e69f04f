"""What recipients see around a mail: the mail itself in the browser, why it came, preferences, the way out."""

import re

import pytest
from playwright.sync_api import expect

from events import services as events
from notifications.campaigns import planning
from notifications.campaigns import services as campaigns
from notifications.models import Delivery, Suppression, hash_address
from notifications.recipients import links
from notifications.recipients.links import unsubscribe_token
from notifications.sending import pump
from organisations.models import User
from portal.demo import ORGANISER
from tests.browser.test_every_page import check, event


def pages_around_a_mail(organiser: User) -> dict[str, str]:
    """A campaign that went out, its event moved since, and one mailbox that the portal knows not to exist."""
    campaign = campaigns.prepare(
        by=organiser, event=event(), name="Inviti", audience={"sources": [{"kind": "directory", "kinds": ["municipality"]}]},
        subject_it="Invito: {event}", body_it="## Che cosa\n\nVi aspettiamo, {organisation}.\n\n- il programma\n- i servizi",
        subject_en="Invitation: {event}", body_en="We expect you, {organisation}.",
    )  # fmt: skip
    chosen = [c for c in planning.audience(campaign) if c.is_in]
    campaigns.send(campaign=campaign, expected=len(chosen), by=organiser)
    campaigns.start_now(campaign=campaign, by=organiser)
    pump.pump()
    events.change(event=event(), by=organiser, venue="Sala del Consiglio")
    row, other = Delivery.objects.filter(kind="invitation").order_by("pk")[:2]
    Suppression.objects.create(address_hash=hash_address(other.address), reason="unknown mailbox")
    message = f"/messages/{links.MESSAGE.token(row.key.bytes)}/"
    preferences = f"/preferences/{links.preferences_token(hash_address(row.address))}/"
    return {
        "message": message, "message-why": f"{message}why/", "preferences": preferences,
        "preferences-saved": f"{preferences}?saved=1",
        "preferences-closed": f"/preferences/{links.preferences_token(hash_address(other.address))}/",
        "unsubscribe": f"/unsubscribe/{unsubscribe_token(row.address)}/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_pages_around_a_mail(demo, open_as, live_server, settings, language, width):
    settings.SITE_URL = live_server.url  # the links inside the mail lead here
    watched = open_as(width=width)
    pages = pages_around_a_mail(User.objects.get(email=ORGANISER))
    for name, path in pages.items():
        check(watched, path, name, language, width)
    page = watched.page
    page.locator("main form button").click()
    watched.shot(f"unsubscribe-done-{language}-{width}")
    expect(page.locator("[role=status]")).to_be_visible()
    page.locator("main form button").click()
    page.wait_for_url("**/preferences/**")
    page.locator("input[name=news][value=no]").check()
    page.locator("main form button").click()
    page.wait_for_url("**?saved=1")
    assert page.locator("input[name=news][value=no]").is_checked()
    assert page.context.cookies() == []
    # a link inside the framed mail leads the whole window to a page that works
    page.goto(pages["message"])
    frame = page.frame_locator("iframe.mail-frame")
    frame.get_by_role("link", name=re.compile("^(Iscrivi il tuo ente|Register your organisation)$")).click()
    page.wait_for_url("**/register/?invitation=*")
    assert page.locator("#id_organisation_name").input_value().startswith("Comune di")
    assert watched.findings == []
    assert watched.trouble == []
