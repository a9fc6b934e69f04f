"""The desk at the door in a real browser: with a network, and with the network really cut."""

import pytest
from django.utils import timezone

from events.checkin import services
from events.checkin.models import Rehearsal, Scan
from events.checkin.services import Desk, Shown
from events.models import Attendee
from organisations.models import User
from tests.browser.test_every_page import check
from tests.events.checkin.conftest import receptionist, steward  # noqa: F401  fixtures
from tests.events.conftest import applicant, event, register  # noqa: F401  fixtures

DESK = "/manage/events/info-day/check-in/"
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def people(register):  # noqa: F811
    return {one.full_name: one for one in register("Anna Rossi", "Bruno Bianchi").attendees.all()}


@pytest.fixture
def desk(open_as, people, receptionist):  # noqa: F811
    """A desk that is ready to lose its network."""

    def desk(user: User = receptionist, width: int = 1280):
        watched = open_as(user, width=width)
        watched.page.goto(DESK)
        watched.page.wait_for_selector("[data-kept][data-online=true]")
        return watched

    return desk


def read(page, text: str) -> None:
    page.fill("[data-code]", text)
    page.keyboard.press("Enter")


def said(page, verdict: str) -> str:
    page.wait_for_selector(f"[data-verdict={verdict}]")
    return page.locator("[data-answer]").inner_text()


def test_a_pass_is_read_and_answered_without_another_page(desk, people):
    watched = desk()
    page = watched.page
    read(page, f"http://localhost:8000/passes/{people['Anna Rossi'].pass_code}/")
    assert "Anna Rossi" in said(page, "admitted")
    read(page, people["Anna Rossi"].pass_code)
    assert "Ingresso" in said(page, "again")
    assert [scan.means for scan in Scan.objects.order_by("pk")] == ["pass", "typed"]
    assert page.locator("[data-code]").evaluate("field => field === document.activeElement")
    assert watched.trouble == []


def test_with_the_network_cut_the_desk_goes_on_opens_again_and_sends_later(desk, people):
    watched = desk()
    page = watched.page
    page.context.set_offline(True)
    page.wait_for_selector("[data-online=false]")
    read(page, people["Anna Rossi"].pass_code)
    assert "A. Rossi" in said(page, "admitted")
    page.reload()  # closed by mistake, opened again, still without network
    page.wait_for_selector("[data-online=false][data-waiting='1']")
    assert "Rete assente" in page.locator("[data-network]").inner_text()
    read(page, people["Anna Rossi"].pass_code)
    said(page, "again")
    read(page, "K7QM3XPT9D")
    said(page, "unknown")
    page.fill("#id_q", "bianchi coop")
    page.keyboard.press("Enter")
    page.locator("[data-found] .person", has_text="B. Bianchi").get_by_role("button").click()
    assert "B. Bianchi" in said(page, "admitted")
    page.locator("[data-newcomer] summary").click()
    page.fill("#newcomer_full_name", "Nino Nuovo")
    page.get_by_role("button", name="Assegna un posto").click()
    page.locator("[data-answer]", has_text="Nino Nuovo").wait_for()
    page.wait_for_selector("[data-waiting='5']")
    watched.shot("desk-offline-1280")
    assert not Scan.objects.exists()
    page.context.set_offline(False)
    page.wait_for_selector("[data-online=true][data-waiting='0']", timeout=40_000)
    assert sorted(Attendee.objects.present().values_list("full_name", flat=True)) == [
        "Anna Rossi",
        "Bruno Bianchi",
        "Nino Nuovo",
    ]
    assert Scan.objects.count() == 5
    assert all(scan.was_offline and scan.device for scan in Scan.objects.all())
    assert not Scan.objects.to_reconcile().exists()


def test_two_desks_without_network_that_see_the_same_pass_leave_one_line_to_settle(desk, people):
    first, second = desk().page, desk().page
    for page in (first, second):
        page.context.set_offline(True)
        page.wait_for_selector("[data-online=false]")
        read(page, people["Anna Rossi"].pass_code)
        assert "A. Rossi" in said(page, "admitted")
    for page in (first, second):
        page.context.set_offline(False)
        page.wait_for_selector("[data-online=true][data-waiting='0']", timeout=40_000)
    assert Attendee.objects.present().count() == 1
    assert Scan.objects.to_reconcile().count() == 1
    second.get_by_role("link", name="Da chiarire").click()
    assert "Anna Rossi" in second.locator("main").inner_text()


def test_an_arrival_whose_answer_was_lost_on_the_way_is_one_fact(desk, people):
    """The server has it, the device does not know: it sends it again, under the same key."""
    page = desk().page
    lost = []

    def lose(route):
        if not lost:
            lost.append(route.fetch())  # it reaches the server
            route.abort()
        else:
            route.continue_()

    page.route("**/scans/", lose)
    read(page, people["Anna Rossi"].pass_code)
    said(page, "admitted")
    page.wait_for_selector("[data-waiting='0']", timeout=60_000)
    assert Scan.objects.count() == 1


def test_a_camera_that_opens_a_pass_without_network_comes_to_the_desk(desk, people):
    page = desk().page
    page.context.set_offline(True)
    page.wait_for_selector("[data-online=false]")
    page.goto(f"/passes/{people['Anna Rossi'].pass_code}/")
    page.wait_for_selector("[data-desk]")
    assert "A. Rossi" in said(page, "admitted")
    assert page.url.endswith(DESK)


def test_a_device_keeps_what_it_has_when_its_session_ends_and_sends_it_after_signing_in(
    desk,
    people,
    receptionist,  # noqa: F811
    client_of,
    live_server,
):
    from django.contrib.sessions.models import Session

    page = desk().page
    page.context.set_offline(True)
    page.wait_for_selector("[data-online=false]")
    read(page, people["Anna Rossi"].pass_code)
    said(page, "admitted")
    Session.objects.all().delete()
    page.context.set_offline(False)
    page.wait_for_function(
        "() => document.querySelector('[data-network]').textContent.includes('Accedi di nuovo')", timeout=40_000
    )
    assert not Scan.objects.exists()
    session = client_of(receptionist).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(DESK)
    page.wait_for_selector("[data-online=true][data-waiting='0']", timeout=40_000)
    assert Scan.objects.count() == 1


def test_a_list_that_has_expired_is_forgotten(desk, people):
    page = desk().page
    page.context.set_offline(True)
    page.wait_for_selector("[data-online=false]")
    page.evaluate("() => { const now = Date.now; Date.now = () => now() + 25 * 3600e3; }")
    read(page, people["Anna Rossi"].pass_code)
    assert "non conosce ancora nessuno" in said(page, "unknown")


def test_what_is_kept_on_the_device_names_nobody_to_who_copies_it(desk, people):
    page = desk().page
    page.context.set_offline(True)
    page.wait_for_selector("[data-online=false]")
    read(page, people["Anna Rossi"].pass_code)
    said(page, "admitted")
    kept = page.evaluate("""async () => {
      const database = await new Promise(done => { const r = indexedDB.open("desk", 1); r.onsuccess = () => done(r.result); });
      const all = store => new Promise(done => {
        const r = database.transaction(store).objectStore(store).getAll(); r.onsuccess = () => done(r.result); });
      const text = value => value instanceof ArrayBuffer ? new TextDecoder("latin1").decode(value) : "";
      const seal = (await all("own")).find(value => value instanceof CryptoKey);
      return { sealed: [...await all("lists"), ...await all("waiting")].map(row => text(row.data)).join(" "),
               extractable: seal.extractable };
    }""")
    assert len(kept["sealed"]) > 100
    assert "Rossi" not in kept["sealed"]
    assert kept["extractable"] is False


def test_the_rehearsal_passes_only_when_the_network_was_really_cut(open_as, people, steward):  # noqa: F811
    watched = open_as(steward)
    page = watched.page
    page.goto(f"{DESK}rehearsal/")
    page.wait_for_selector("[data-step=cut][data-good='']")
    page.wait_for_function("() => document.querySelector('[data-step=cut]').textContent.includes('ancora')")
    assert not Rehearsal.objects.exists()
    page.context.set_offline(True)
    page.wait_for_selector("[data-step=alone][data-good=true]", timeout=20_000)
    watched.shot("rehearsal-cut-1280")
    page.context.set_offline(False)
    page.wait_for_selector("[data-passed-words]:not([hidden])", timeout=20_000)
    assert Rehearsal.objects.get().people == 2


def test_the_desk_works_by_keyboard_alone(desk, people):
    page = desk().page
    page.keyboard.press("Tab")
    for _ in range(40):
        if page.evaluate("document.activeElement.matches('[data-code]')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type(people["Anna Rossi"].pass_code.lower())
    page.keyboard.press("Enter")
    said(page, "admitted")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_of_the_day(open_as, people, receptionist, register, event, language, width):  # noqa: F811
    here = Desk("Ingresso principale", receptionist)
    anna, bruno = people.values()
    shown = [
        Shown(key=_key(1), means="pass", code=anna.pass_code),
        Shown(key=_key(2), means="pass", code=anna.pass_code, told="admitted"),
    ]
    services.record(event=event, shown=shown, desk=here, now=timezone.now())
    watched = open_as(receptionist, width=width)
    prefix = "" if language == "it" else "/en"
    for name, path in {
        "desk": "", "desk-find": "find/?q=ross", "desk-newcomer": "newcomer/", "desk-present": "present/", "desk-contested": "contested/",
        "desk-live": "live/", "desk-rehearsal": "rehearsal/",
    }.items():  # fmt: skip
        check(watched, f"{DESK}{path}", name, language, width)
    check(watched, f"/passes/{bruno.pass_code}/", "pass-opened", language, width)
    check(watched, bruno.get_absolute_url(), "own-pass", language, width)
    visitor = open_as(width=width)
    check(visitor, f"/passes/{bruno.pass_code}/", "pass-shown", language, width)
    watched.page.goto(f"{prefix}{DESK}")
    watched.page.wait_for_selector("[data-kept]")
    read(watched.page, anna.pass_code)
    said(watched.page, "again")
    watched.shot(f"desk-answer-{language}-{width}")
    assert watched.findings == visitor.findings == []


def _key(number: int):
    import uuid

    return uuid.UUID(int=number)
