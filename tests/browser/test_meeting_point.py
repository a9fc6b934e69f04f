"""The meeting point in a real browser: looked at wide and narrow, in both languages, and used by keyboard alone."""

import uuid
from datetime import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from events.meeting_point import services, slots, timetables
from events.meeting_point.models import Appointment, MeetingPoint
from events.meeting_point.slots import Window
from events.meeting_point.timetables import Hours
from organisations.models import User
from portal.demo import ORGANISER
from tests.browser.conftest import SCREENSHOTS
from tests.browser.test_every_page import RULES, check


@pytest.fixture(autouse=True)
def _faster_than_people(settings):
    settings.REGISTRATION_MIN_SECONDS = 0


@pytest.fixture
def point(demo) -> MeetingPoint:
    """The demo's."""
    return MeetingPoint.objects.get()


def hours_pages(point: MeetingPoint) -> dict[str, str]:
    at = f"/manage/meeting-point/{point.pk}/"
    return {
        "point": "/meeting-point/", "point-index": "/manage/meeting-point/", "point-hours": f"{at}hours/",
        "point-week": f"{at}hours/week/", "point-settings": f"{at}settings/", "point-exception-add": f"{at}hours/exceptions/add/",
        "point-exception": f"{at}hours/exceptions/{point.exceptions.last().pk}/", "manage-with-point": "/manage/",
        "home-with-point": "/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_hours(point, open_as, language, width):
    watched = open_as(User.objects.get(email=ORGANISER), width=width)
    for name, path in hours_pages(point).items():
        check(watched, path, name, language, width)
    assert watched.findings == []


def book(point: MeetingPoint, name: str, number: int, **known) -> Appointment:
    """Somebody has the free time of that number."""
    free = [
        slot
        for day in slots.days(point, timetables.of(point), Window.for_people(point, timezone.now()))
        for slot in day.free
    ]
    person = services.Person(name, f"{name.lower()}@giovani.example.org", **known)
    return services.book(
        point=point,
        starts_at=free[number].starts_at,
        person=person,
        submission_id=uuid.uuid4(),
        privacy_notice_version="2026-11",
    )


def booking_pages(point: MeetingPoint) -> dict[str, str]:
    gaia = book(point, "Gaia", 0, phone="0744 123456", topic="cv")
    luca, anna = book(point, "Luca", 3), book(point, "Anna", 4)
    services.cancel(appointment=luca, by=User.objects.get(email=ORGANISER), reason="L’operatrice è malata.")
    erased = services.erase(appointment=anna)
    free = [
        slot
        for day in slots.days(point, timetables.of(point), Window.for_people(point, timezone.now()))
        for slot in day.free
    ]
    here = gaia.get_absolute_url()
    return {
        "book-times": f"/meeting-point/{point.pk}/book/", "book-later": f"/meeting-point/{point.pk}/book/?from=9999-01-01",
        "book-person": f"/meeting-point/{point.pk}/book/{free[0].code}/", "appointment": f"{here}?new=1",
        "appointment-move": f"{here}move/",
        "appointment-data": f"{here}data/", "appointment-erase": f"{here}erase/", "appointment-cancelled": luca.get_absolute_url(),
        "appointment-erased": erased.get_absolute_url(), "appointment-lost-link": "/meeting-point/lost-link/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_booking(point, open_as, language, width):
    watched = open_as(None, width=width)
    for name, path in booking_pages(point).items():
        check(watched, path, name, language, width)
    MeetingPoint.objects.create(name_it="Sportello presso il Comune", address="Narni")
    services.set_weekly(
        point=MeetingPoint.objects.last(), weekly={4: [Hours(time(9), time(12))]}, by=User.objects.get(email=ORGANISER)
    )
    for name, path in {"book-place": "/meeting-point/book/", "points": "/meeting-point/"}.items():
        check(watched, path, name, language, width)
    assert watched.findings == []


def press(page, name: str) -> None:
    """A button or link, by keyboard alone."""
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [1280, 320])
def test_from_the_hours_to_an_appointment_moved_and_cancelled_by_keyboard_without_a_script(
    point, chromium, live_server, width
):
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, locale="it-IT", base_url=live_server.url, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/meeting-point/")
    press(page, "Prenota un appuntamento")
    page.locator(".slots a").first.focus()
    page.keyboard.press("Enter")
    for field, value in (("first_name", "Gaia"), ("email", "gaia@giovani.example.org")):
        page.locator(f"input[name={field}]").focus()
        page.keyboard.type(value)
    page.locator("select").select_option("cv")
    page.get_by_label("Ho letto").focus()
    page.keyboard.press("Space")
    press(page, "Avanti")
    page.screenshot(path=SCREENSHOTS / f"book-summary-{width}.png", full_page=True)
    expect(page.get_by_text("Non è ancora prenotato nulla.")).to_be_visible()
    first = Appointment.objects.count()
    summary = page.content()
    press(page, "Prenota questo appuntamento")
    expect(page.get_by_text("L’appuntamento è prenotato.")).to_be_visible()
    assert (first, Appointment.objects.count()) == (0, 1)
    assert "gaia@giovani.example.org" in summary
    press(page, "Scegli un altro orario")
    page.locator(".slots button").last.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("L’appuntamento è spostato.")).to_be_visible()
    press(page, "Annulla l’appuntamento")
    expect(page.get_by_text("L’appuntamento è annullato.")).to_be_visible()
    context.close()
    assert Appointment.objects.get().state == "cancelled"


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_whoever_was_slower(point, open_as, language, width):
    """The page that is answered to a POST alone, looked at as the others are."""
    watched = open_as(None, width=width)
    page, prefix = watched.page, "/en" if language == "en" else ""
    page.goto(f"{prefix}/meeting-point/{point.pk}/book/")
    page.locator(".slots a").first.click()
    page.locator("input[name=first_name]").fill("Gaia")
    page.locator("input[name=email]").fill("gaia@giovani.example.org")
    page.locator("input[name=notice_read]").check()
    page.locator("main form button[type=submit]").click()
    book(point, "Luca", 0)
    page.locator("button[name=confirm]").click()
    expect(page.locator("button[formaction]")).to_have_count(6)
    watched.shot(f"book-taken-{language}-{width}")
    violations = Axe().run(page, options=RULES).response["violations"]
    assert violations == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.locator("button[formaction]").first.click()
    page.locator("button[name=confirm]").click()
    assert Appointment.objects.filter(first_name="Gaia", state="booked").count() == 1
