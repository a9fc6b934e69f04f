"""The meeting point in a real browser: looked at wide and narrow, in both languages, and used by keyboard alone."""

import uuid
from datetime import time, timedelta

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


def desk_pages(point: MeetingPoint) -> dict[str, str]:
    """A day on which somebody came, somebody did not, somebody is to come; a visit that was corrected and one struck out."""
    organiser, now = User.objects.get(email=ORGANISER), timezone.now()
    begins = now.replace(minute=0, second=0, microsecond=0)
    for number, state in enumerate(("attended", "missed", "booked", "booked", "cancelled")):
        starts_at = begins - timedelta(hours=1) + timedelta(minutes=30 * number)
        appointment = Appointment.objects.create(
            meeting_point=point, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), first_name=f"Persona{number}",
            place_number=1, token_hash=str(number),
            phone="0744 123456", email="persona@giovani.example.org" if number % 2 else "", topic="cv" if number else "",
        )  # fmt: skip
        if state == "attended":
            services.record_arrival(appointment=appointment, by=organiser, outcome="document")
        elif state == "missed":
            Appointment.objects.filter(pk=appointment.pk).update(state="missed", settled_at=now, settled_by=organiser)
        elif state == "cancelled":
            services.cancel(appointment=appointment, by=organiser, reason="Sciopero.", now=begins - timedelta(hours=3))
    visits = [
        services.record_walk_in(point=point, arrived_at=now, purpose="search", by=organiser, submission_id=uuid.uuid4())
        for _number in range(2)
    ]
    services.change_visit(
        visit=visits[0], by=organiser, purpose="training", outcome="training", arrived_at=now, reason="Riga sbagliata."
    )
    services.strike_visit(visit=visits[1], by=organiser, reason="Contata due volte.")
    at = f"/manage/meeting-point/{point.pk}/"
    upcoming = Appointment.objects.upcoming(now).first()
    free = [slot for day in slots.days(point, timetables.of(point), Window.for_desk(now)) for slot in day.free]
    return {
        "desk-index": "/manage/meeting-point/", "desk-day": at, "desk-empty-day": f"{at}?on={begins + timedelta(days=400):%Y-%m-%d}",
        "desk-times": f"{at}book/", "desk-book": f"{at}book/{free[0].code}/", "desk-visits": f"{at}visits/",
        "desk-figures": f"{at}figures/",
        "desk-appointment": f"{at}appointments/{upcoming.pk}/", "desk-move": f"{at}appointments/{upcoming.pk}/move/",
        "desk-cancelled": f"{at}appointments/{Appointment.objects.filter(state='cancelled').first().pk}/",
        "desk-visit": f"{at}visits/{visits[0].pk}/", "desk-visit-struck": f"{at}visits/{visits[1].pk}/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_desk(point, open_as, language, width):
    watched = open_as(User.objects.get(email=ORGANISER), width=width)
    for name, path in desk_pages(point).items():
        check(watched, path, name, language, width)
    watched.page.goto(f"/manage/meeting-point/{point.pk}/")
    watched.page.emulate_media(media="print")
    watched.shot(f"desk-day-printed-{language}-{width}")
    assert not watched.page.get_by_role("button").first.is_visible()
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
    for field, value in (("first_name", "Gaia"), ("email", "gaia.nuova@giovani.example.org")):
        page.locator(f"input[name={field}]").focus()
        page.keyboard.type(value)
    page.locator("select").select_option("cv")
    page.get_by_label("Ho letto").focus()
    page.keyboard.press("Space")
    press(page, "Avanti al riepilogo")
    expect(page.get_by_text("Non è ancora prenotato nulla.")).to_be_visible()
    first = Appointment.objects.count()
    summary = page.content()
    press(page, "Prenota questo appuntamento")
    expect(page.get_by_text("L’appuntamento è prenotato.")).to_be_visible()
    assert Appointment.objects.count() == first + 1
    assert "gaia.nuova@giovani.example.org" in summary
    press(page, "Scegli un altro orario")
    page.locator(".slots button").last.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("L’appuntamento è spostato.")).to_be_visible()
    press(page, "Annulla l’appuntamento")
    expect(page.get_by_text("L’appuntamento è annullato.")).to_be_visible()
    context.close()
    assert Appointment.objects.latest("pk").state == "cancelled"


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_whoever_was_slower(point, open_as, language, width):
    """The page that is answered to a POST alone, looked at as the others are."""
    watched = open_as(None, width=width)
    page, prefix = watched.page, "/en" if language == "en" else ""
    page.goto(f"{prefix}/meeting-point/{point.pk}/book/")
    page.locator(".slots a").first.click()
    page.locator("input[name=first_name]").fill("Gaia")
    page.locator("input[name=email]").fill("gaia.nuova@giovani.example.org")
    page.locator("input[name=notice_read]").check()
    page.locator("main form button[type=submit]").click()
    watched.shot(f"book-summary-{language}-{width}")
    assert Axe().run(page, options=RULES).response["violations"] == []
    book(point, "Luca", 0)
    page.locator("button[name=confirm]").click()
    expect(page.locator("button[formaction]")).to_have_count(6)
    watched.shot(f"book-taken-{language}-{width}")
    violations = Axe().run(page, options=RULES).response["violations"]
    assert violations == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.locator("button[formaction]").first.click()
    page.locator("button[name=confirm]").click()
    assert Appointment.objects.latest("pk").first_name == "Gaia"
