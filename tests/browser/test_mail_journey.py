"""The whole list, from the file to the report, by keyboard alone: import, invite, remind, move, call off, report."""

import uuid
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from events import services as events
from events.models import Event, Invitation
from notifications.models import Campaign, Delivery
from notifications.sending import pump
from organisations.models import Organisation, User
from organisations.roles import Role
from organisations.services import let_in
from portal import demo
from tests.browser.test_every_page import RULES


@pytest.fixture
def info_day(transactional_db) -> Event:
    """An info day and its organiser; nobody is in the directory yet."""
    organiser = let_in(email=demo.ORGANISER, name="Organizzazione", role=Role.ORGANISER)
    day = timezone.localdate() + timedelta(days=40)
    demo._info_day("giornata-informativa", date(day.year, day.month, day.day), Event.State.PUBLISHED, by=organiser)
    return Event.objects.get()


class Hands:
    """A person with a keyboard: goes somewhere, types, presses Enter; looks at each page."""

    def __init__(self, watched, language: str, width: int) -> None:
        self.watched, self.page, self.width = watched, watched.page, width
        self.language, self.prefix = language, "/en" if language == "en" else ""
        self.number = 0

    def go(self, path: str) -> None:
        self.page.goto(self.prefix + path)
        self.look()

    def look(self) -> None:
        self.number += 1
        self.watched.shot(f"journey-{self.number:02}-{self.language}-{self.width}")
        page = self.page
        assert page.locator("html").get_attribute("lang") == self.language
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
        violations = Axe().run(page, options=RULES).response["violations"]
        assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in violations] == [], page.url

    def press(self, selector: str, key: str = "Enter") -> None:
        element = self.page.locator(selector).first
        element.focus()
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.look()

    def write(self, selector: str, text: str) -> None:
        self.page.locator(selector).first.focus()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def says(self, text: str) -> bool:
        return text in " ".join(self.page.locator("main").inner_text().split())


def send(hands: Hands, count: int) -> Campaign:
    """From the draft that is open: the number, two minutes taken away, the progress that comes by itself."""
    hands.write("#id_number", str(count))
    hands.press("form[action$='/send/'] button")
    hands.press("form[action$='/start/'] button")
    pump.pump()
    settled = f"{count} of {count}" if hands.language == "en" else f"{count} su {count}"
    hands.page.get_by_text(settled, exact=False).first.wait_for(timeout=15_000)
    return Campaign.objects.latest("pk")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_from_the_list_to_the_report(info_day, open_as, language, width):
    hands = Hands(open_as(User.objects.get(email=demo.ORGANISER), width=width), language, width)

    # 65 stakeholders come in
    hands.go("/manage/organisations/import/")
    hands.page.locator("input[type=file]").set_input_files(demo.STAKEHOLDERS)
    hands.press("main form button[type=submit]")
    hands.press("form[action$='/apply/'] button")
    assert Organisation.objects.count() == 65

    # they are invited
    hands.go("/manage/campaigns/new/")
    hands.write("#id_name", "Inviti")
    hands.press("form.with-preview > div button[type=submit]")
    invited = send(hands, 65)
    assert invited.deliveries.filter(state="accepted").count() == 65

    # two register; the others are reminded
    for number, invitation in enumerate(Invitation.objects.order_by("pk")[:2]):
        events.register(
            event=info_day, submission_id=uuid.uuid4(), privacy_notice_version="2026-11", invitation=invitation,
            applicant=events.Applicant(invitation.organisation.name, "cso", "Carla", f"carla{number}@ente.example.org", "Presidente"),
            guests=[events.Guest("Carla", f"carla{number}@ente.example.org")],
        )  # fmt: skip
    pump.pump()
    hands.go("/manage/audiences/segments/new/")
    hands.write("input[name=name]", "Non ancora iscritti")
    hands.press("main form button[type=submit]")
    hands.press("a[href*='/add/event/']")
    hands.page.locator("input[value=unanswered]").focus()
    hands.page.keyboard.press("Space")
    hands.page.locator("main form select").focus()
    hands.page.keyboard.press("ArrowDown")
    hands.press("main form button[type=submit]")
    hands.press("a[href*='/campaigns/new/']")
    hands.write("#id_name", "Promemoria")
    hands.press("form.with-preview > div button[type=submit]")
    reminded = send(hands, 63)
    assert not set(reminded.deliveries.values_list("address", flat=True)) & {"carla0@ente.example.org"}

    # the event moves: two calendars follow
    hands.go(f"/manage/events/{info_day.slug}/edit/")
    hands.write("#id_venue", "Sala del Consiglio")
    hands.press("main form button[type=submit]")
    pump.pump()
    hands.go(f"/manage/events/{info_day.slug}/calendars/")
    assert hands.says("2 calendars updated" if language == "en" else "2 calendari aggiornati")

    # one item of the agenda is called off
    session = info_day.sessions.order_by("starts_at").last()
    hands.go(f"/manage/events/{info_day.slug}/agenda/")
    hands.page.locator(f"#item-{session.pk} summary").focus()
    hands.page.keyboard.press("Enter")  # opens what else can be done with it
    hands.press(f"a[href$='/agenda/{session.pk}/cancel/']")
    hands.write("#id_reason", "La relatrice è malata.")
    hands.press("main form button[type=submit]")
    pump.pump()
    assert Delivery.objects.filter(kind="session_cancelled", state="accepted").count() == 2

    # and what became of it all
    hands.go(f"/manage/campaigns/{invited.pk}/")
    hands.press("a[href$='/report/']")
    numbers = hands.page.locator("#way ~ .table-scroll td.number:nth-child(2)").all_inner_texts()
    assert [int(number) for number in numbers] == [65, 65, 65, 2, 2, 0]
    hands.press("a[href$='/ledger/']")
    hands.go("/manage/outbox/")
    hands.go("/manage/")
    assert hands.watched.trouble == []
