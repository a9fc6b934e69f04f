"""The figures of an event in a real browser: wide and narrow, in both languages, published and withdrawn by keyboard."""

import pytest

from events.figures import services
from events.models import Event
from organisations.models import User
from portal.demo import ORGANISER
from tests.browser.test_every_page import check
from tests.events.conftest import event  # noqa: F401  a fixture
from tests.events.figures.conftest import many, over, people  # noqa: F401  fixtures

FIGURES = "/manage/events/info-day/figures/"


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_of_the_figures(open_as, many, organiser, language, width):  # noqa: F811
    watched = open_as(organiser, width=width)
    check(watched, f"{FIGURES}public/", "figures-preview", language, width)
    services.publish(event=many, by=organiser)
    for name, page in {"figures": "", "figures-withdraw": "withdraw/"}.items():
        check(watched, f"{FIGURES}{page}", name, language, width)
    visitor = open_as(width=width)
    check(visitor, "/events/info-day/figures/", "figures-public", language, width)
    check(visitor, "/events/info-day/", "event-with-figures", language, width)
    watched.page.emulate_media(media="print")
    watched.page.goto(FIGURES)
    watched.shot(f"figures-printed-{language}-{width}")
    assert watched.findings == visitor.findings == []


def test_figures_are_published_and_withdrawn_by_keyboard(open_as, many, organiser):  # noqa: F811
    page = open_as(organiser).page
    page.goto(FIGURES)
    page.get_by_role("link", name="Che cosa diventa pubblico").press("Enter")
    page.get_by_role("button", name="Pubblica queste cifre").press("Enter")
    page.wait_for_url(f"**{FIGURES}")
    assert "L’edizione 1 delle cifre è pubblicata" in page.locator("main").inner_text()
    page.get_by_role("link", name="Ritirale").press("Enter")
    page.get_by_label("Motivo").press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_reason"  # the browser asks for the reason
    page.keyboard.type("Sbagliata.")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{FIGURES}")
    assert "Le cifre sono ritirate" in page.locator("main").inner_text()


def test_a_newcomer_finds_the_figures_of_2020_in_the_demo(open_as, demo):
    page = open_as().page
    page.goto("/events/giornata-informativa-2020/")
    page.get_by_role("link", name="Chi è venuto, in cifre (dati aperti)").click()
    assert "nascosto" in page.locator("main").inner_text()
    organiser = open_as(User.objects.get(email=ORGANISER)).page
    year = Event.objects.filter(kind="info_day", state="published").first().slug
    organiser.goto(f"/manage/events/{year}/figures/")
    assert "Iscrizioni nel tempo" in organiser.locator("main").inner_text()
