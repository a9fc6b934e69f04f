"""What is held: the organisers' pages, and what people read of it, in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events import services
from events.models import Event, Registration
from tests.browser.test_every_page import check
from tests.events.conftest import applicant, event, register  # noqa: F401  fixtures

PAGE = "/manage/kept/"
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def held(register, event):  # noqa: F811
    """Events of all kinds: to come, just over, long over and never purged."""
    anna = register("Anna Rossi", "Bruno Bianchi").attendees.get(full_name="Anna Rossi")
    services.tell_needs(attendee=anna, access="Interprete LIS", dietary="")
    now = timezone.now()
    Event.objects.filter(pk=event.pk).update(
        starts_at=now - timedelta(days=20, hours=2), ends_at=now - timedelta(days=20)
    )
    fields = {field.attname: getattr(event, field.attname) for field in Event._meta.concrete_fields}
    for name in ("id", "uid", "slug"):
        fields.pop(name)
    Event.objects.create(**fields, slug="la-prossima")
    return anna


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_pages_about_what_is_held(open_as, held, organiser, language, width):
    watched = open_as(organiser, width=width)
    check(watched, PAGE, "kept-overdue", language, width)
    check(watched, f"{PAGE}{held.event.slug}/", "kept-event", language, width)
    watched.page.goto(PAGE)
    watched.page.get_by_role("button", name="Cancella adesso").press("Enter")
    watched.page.wait_for_url(f"**{PAGE}")
    check(watched, PAGE, "kept-done", language, width)
    check(watched, "/manage/", "kept-manage", language, width)
    visitor = open_as(width=width)
    check(visitor, "/privacy/", "kept-privacy", language, width)
    check(visitor, "/events/la-prossima/register/", "kept-register", language, width)
    check(visitor, f"{held.get_absolute_url()}data/", "kept-own-data", language, width)
    check(visitor, f"{held.get_absolute_url()}needs/", "kept-own-needs", language, width)
    assert watched.findings == visitor.findings == []
    assert watched.trouble == visitor.trouble == []


def test_by_keyboard_alone_an_organiser_sees_what_is_late_and_lets_it_leave(open_as, held, organiser):
    page = open_as(organiser).page
    page.goto("/manage/")
    page.get_by_role("link", name="Dati conservati").press("Enter")
    page.wait_for_url(f"**{PAGE}")
    main = page.locator("main")
    assert "Qualcosa doveva uscire ed è ancora qui" in main.inner_text()
    assert "La cancellazione notturna non è mai avvenuta." in main.inner_text()
    button = page.get_by_role("button", name="Cancella adesso")
    for _tab in range(60):
        page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.get_by_text("Fatto: ").wait_for()
    assert "Qualcosa doveva uscire" not in main.inner_text()
    assert "Esigenze di accessibilità: 1" in main.inner_text()
    assert Registration.objects.get().contact_name  # its time is not over
