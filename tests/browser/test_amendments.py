"""Amendments in a real browser: proposed by an office, decided by organisers, read by all, on a desk and on a telephone."""

import pytest

from agreements.models import Amendment
from tests.agreements.amending.conftest import (  # noqa: F401  fixtures among them
    accept,
    accept_changed,
    at,
    change,
    close,
    delete,
    draft,
    insert,
    move,
    orvietan,
    reject,
    shared,
    version,
)
from tests.browser.test_every_page import check

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
REVIEW = "/agreements/protocollo/review/"
DECIDE = "/manage/agreements/protocollo/amendments/"


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_of_amendments(open_as, shared, version, reviewer, orvietan, organiser, language, width):  # noqa: F811
    first = change(version, 6, "due volte", "tre volte", reviewer)
    clash = change(version, 6, "due volte", "quattro volte", orvietan)
    apart = change(version, 6, "una scadenza", "una data certa", orvietan)
    made = [
        insert(version, 3, "Sede", "La sede è a Terni:\n\n- una;\n- due.", orvietan),
        delete(version, 7, reviewer),
        move(version, 9, 1, orvietan),
    ]
    party, desk = open_as(reviewer, width=width), open_as(organiser, width=width)
    check(party, REVIEW, "amend-review", language, width)
    for kind in ("change", "insert", "move", "delete"):
        check(party, f"{REVIEW}amendments/v1/propose/{kind}/?article=6", f"amend-propose-{kind}", language, width)
    check(party, first.get_absolute_url(), "amend-open", language, width)
    close(shared, organiser)
    accept(first, organiser)
    accept(made[0], organiser)
    reject(made[1], organiser, "Le risorse restano.")
    check(desk, f"{DECIDE}{clash.pk}/", "amend-decide-clash", language, width)
    check(desk, f"{DECIDE}{apart.pk}/", "amend-decide", language, width)
    check(desk, f"{DECIDE}{made[2].pk}/", "amend-decide-move", language, width)
    check(desk, f"{REVIEW}amendments/", "amend-list", language, width)
    check(party, f"{REVIEW}amendments/v1/table/", "amend-table", language, width)
    check(party, made[1].get_absolute_url(), "amend-rejected", language, width)
    check(desk, f"{REVIEW}redline/?old=1&new=2", "amend-redline", language, width)
    check(desk, f"{REVIEW}provenance/", "amend-provenance", language, width)
    assert party.findings == desk.findings == []


def test_from_the_proposal_to_the_new_text_by_keyboard_alone(open_as, shared, version, reviewer, organiser):  # noqa: F811
    page = open_as(reviewer).page
    page.goto(REVIEW)
    article = page.locator("#article-6")
    article.get_by_text("Proponi un emendamento").press("Enter")
    article.get_by_role("link", name="Modifica questo articolo").press("Enter")
    page.wait_for_url("**/propose/change/**")
    source = page.locator("#id_source")
    text = source.input_value()
    source.focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text.replace("due volte", "tre volte"))
    page.wait_for_selector("#preview")  # by itself, a moment after the last key
    page.locator("#id_reason").focus()
    page.keyboard.insert_text("Due sono poche.")
    page.get_by_role("button", name="Anteprima").press("Enter")
    page.wait_for_selector("#preview")
    assert "tolto: due" in page.locator("del").first.text_content()
    page.get_by_role("button", name="Proponi a tutte le parti").press("Enter")
    page.wait_for_url("**/review/amendments/*/")
    amendment = Amendment.objects.get()
    close(shared, organiser)

    page = open_as(organiser).page
    page.goto(amendment.get_absolute_url())
    page.get_by_role("link", name="Decidi").press("Enter")
    page.wait_for_url(f"**{DECIDE}**")
    page.get_by_role("button", name="Registra la decisione").press("Enter")
    page.wait_for_selector(".error-summary")
    page.locator("#id_outcome_0").press("Space")
    page.locator("#id_reason").focus()
    page.keyboard.insert_text("Condiviso.")
    page.get_by_role("button", name="Registra la decisione").press("Enter")
    page.wait_for_url(f"**{REVIEW}amendments/")
    assert "accolto" in page.locator("table").inner_text()
    assert "tre volte" in at(shared.newest_version(), 6).source


def test_an_office_that_comes_too_late_keeps_its_words(open_as, shared, version, reviewer, organiser):  # noqa: F811
    page = open_as(reviewer).page
    page.goto(f"{REVIEW}amendments/v1/propose/change/?article=6")
    page.fill("#id_source", "Le parti si incontrano ogni mese.")
    page.fill("#id_reason", "Più spesso.")
    close(shared, organiser)
    page.get_by_role("button", name="Proponi a tutte le parti").click()
    page.wait_for_selector("[role=alert]")
    assert page.locator("#id_source").input_value() == "Le parti si incontrano ogni mese."
    assert Amendment.objects.count() == 0
