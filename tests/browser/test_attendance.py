"""The register after the day, and the verification of certificates, in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.attendance import services
from events.checkin import services as checkin
from events.checkin.services import Desk, Shown
from events.models import Attendee, Event
from tests.browser.test_every_page import check
from tests.events.checkin.conftest import receptionist  # noqa: F401  a fixture
from tests.events.conftest import applicant, event, register  # noqa: F401  fixtures

REGISTER = "/manage/events/info-day/attendance/"
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def people(register, event, receptionist):  # noqa: F811
    """Anna came, Bruno did not, and the event is over."""
    found = {one.full_name: one for one in register("Anna Rossi", "Bruno Bianchi").attendees.all()}
    code = found["Anna Rossi"].pass_code
    shown = Shown("00000000-0000-0000-0000-000000000001", "pass", code=code)
    checkin.record(event=event, shown=[shown], desk=Desk("Ingresso", receptionist))
    now = timezone.now()
    Event.objects.update(starts_at=now - timedelta(hours=3), ends_at=now - timedelta(hours=1))
    return {name: Attendee.objects.get(pk=one.pk) for name, one in found.items()}


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_of_the_register(open_as, people, organiser, language, width):
    watched = open_as(organiser, width=width)
    bruno = people["Bruno Bianchi"]
    check(watched, REGISTER, "register-open", language, width)
    check(watched, f"{REGISTER}people/{bruno.pk}/", "register-mark", language, width)
    check(watched, f"{REGISTER}close/", "register-close", language, width)
    services.close(event=bruno.event, minutes="Si è firmato.", by=organiser, tell=False)
    services.mark(attendee=bruno, status="excused", by=organiser)
    check(watched, REGISTER, "register-closed", language, width)
    visitor = open_as(width=width)
    check(visitor, f"/certificates/{services.code_of(people['Anna Rossi'])}/", "certificate-verified", language, width)
    check(visitor, "/certificates/", "certificate-verify", language, width)
    check(visitor, people["Anna Rossi"].get_absolute_url(), "own-certificate", language, width)
    assert watched.findings == visitor.findings == []


def test_the_register_is_closed_by_keyboard_and_says_what_to_do_when_it_is_not_understood(open_as, people, organiser):
    page = open_as(organiser).page
    page.goto(f"{REGISTER}people/{people['Bruno Bianchi'].pk}/")
    page.select_option("#id_status", "proxy")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Salva").press("Enter")
    assert "Indica chi ha rappresentato" in page.locator("main").inner_text()
    page.select_option("#id_represented_by", str(people["Anna Rossi"].pk))
    page.get_by_role("button", name="Salva").press("Enter")
    page.wait_for_url(f"**{REGISTER}")
    assert "rappresentanza: Anna Rossi" in page.locator("main").inner_text()
    page.get_by_role("link", name="Chiudi con il verbale").press("Enter")
    page.fill("#id_minutes", "Si è firmato.")
    page.get_by_role("button", name="Chiudi il registro").press("Enter")
    page.wait_for_url(f"**{REGISTER}")
    assert "È stato rilasciato 1 attestato" in page.locator("main").inner_text()
