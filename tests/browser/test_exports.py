"""Lists of an event as files, in a real browser: filtered, looked at, taken out by keyboard."""

import csv
import io

import pytest

from tests.browser.test_every_page import check
from tests.events.conftest import applicant, event, register  # noqa: F401  fixtures

PAGE = "/manage/events/info-day/exports/"
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_of_the_lists(open_as, register, organiser, language, width):  # noqa: F811
    register("Anna Rossi", "Bruno Bianchi")
    watched = open_as(organiser, width=width)
    check(watched, PAGE, "exports", language, width)
    check(watched, f"{PAGE}?kind=cso&who=all", "exports-filtered", language, width)
    check(watched, f"{PAGE}attendees/", "exports-preview", language, width)
    check(watched, f"{PAGE}waiting/", "exports-empty", language, width)
    assert watched.findings == []


def test_a_filtered_list_is_taken_out_by_keyboard(open_as, register, organiser):  # noqa: F811
    register("Anna Rossi", "Bruno Bianchi")
    page = open_as(organiser).page
    page.goto(PAGE)
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Nome o e-mail").fill("bianchi")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=bianchi**")
    page.get_by_role("link", name="Persone", exact=True).press("Enter")
    page.wait_for_url("**/attendees/**")
    assert "2 righe" in page.locator("main").inner_text()  # both are of the registration that was found
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").press("Enter")
    assert taken.value.suggested_filename.startswith("persone-info-day-")
    rows = list(csv.reader(io.StringIO(taken.value.path().read_text("utf-8-sig")), delimiter=";"))
    assert [row[1] for row in rows[1:]] == ["Anna Rossi", "Bruno Bianchi"]
