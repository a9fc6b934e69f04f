"""An organiser brings in addresses and makes a segment of them, with and without the page's small script."""

import pytest
from playwright.sync_api import expect

from notifications.models import Contact, Segment
from organisations.models import User
from portal.demo import ORGANISER


@pytest.fixture
def organiser(demo) -> User:
    return User.objects.get(email=ORGANISER)


def test_a_file_becomes_a_list_and_the_list_a_segment(organiser, open_as, tmp_path):
    sheet = tmp_path / "elenco.csv"
    sheet.write_bytes("E-mail;Nome\r\nanna@ente01.example.org;Anna Città\r\nrotto;Rocco\r\n".encode("cp1252"))
    watched = open_as(organiser)
    page = watched.page
    page.goto("/en/manage/audiences/")
    page.get_by_role("link", name="Bring in addresses").click()
    page.get_by_label("Name of the list").fill("Fiera")
    page.get_by_label("Or choose a file").set_input_files(sheet)
    page.get_by_label("Where the addresses come from").fill("fiera di Terni")
    page.get_by_label("Collected on").fill("2026-11-02")
    page.get_by_role("button", name="Show the preview").click()
    expect(page.get_by_role("row", name="Anna Città").get_by_text("new")).to_be_visible()
    assert not Contact.objects.exists()
    page.get_by_role("button", name="Write 1 new address").click()
    page.get_by_role("button", name="Make a segment of it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fiera")
    expect(page.get_by_text("1 would get the message")).to_be_visible()
    assert Segment.objects.filter(name="Fiera").exists()
    assert watched.trouble == []


def test_the_first_page_counts_by_itself_and_without_script_leads_to_the_count(
    organiser, open_as, chromium, live_server
):
    Segment.objects.all().delete()
    Segment.objects.create(
        name="Comuni", definition={"sources": [{"kind": "directory", "kinds": ["municipality"]}]}, created_by=organiser
    )
    watched = open_as(organiser)
    watched.page.goto("/en/manage/audiences/")
    watched.page.get_by_text("would get the message").wait_for()
    assert watched.page.get_by_role("link", name="count them").count() == 0
    assert watched.trouble == []
    plain = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    try:
        plain.add_cookies(watched.page.context.cookies())
        page = plain.new_page()
        page.goto("/en/manage/audiences/")
        page.get_by_role("link", name="count them").click()
        expect(page.get_by_text("would get the message")).to_be_visible()
    finally:
        plain.close()
