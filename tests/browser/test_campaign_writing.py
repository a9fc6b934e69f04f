"""Writing a campaign in a real browser: the preview follows what is typed, by keyboard alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from notifications.models import Campaign
from organisations.models import User
from portal.demo import ORGANISER
from tests.browser.test_every_page import RULES


@pytest.mark.parametrize("width", [1280, 320])
def test_the_preview_follows_what_is_typed_by_keyboard_alone(demo, open_as, width):
    watched = open_as(User.objects.get(email=ORGANISER), width=width)
    page = watched.page
    page.goto("/manage/campaigns/new/")
    page.locator("#id_name").focus()
    page.keyboard.type("Prova")
    page.locator("#id_body_it").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n\n## Portate {organisation}")
    frame = page.frame_locator("#looks iframe").first
    frame.get_by_text("Portate Associazione").wait_for(timeout=15_000)
    page.locator("#preview-as").focus()
    page.keyboard.type("comune di narni")
    frame.get_by_text("Portate Comune di Narni").wait_for(timeout=15_000)
    assert "Come lo riceverebbe Comune di Narni." in page.content()
    watched.shot(f"campaign-writing-it-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    violations = Axe().run(page, options=RULES).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in violations] == []
    assert Campaign.objects.count() == 0
    page.locator("#preview-as").press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    assert watched.trouble == []
