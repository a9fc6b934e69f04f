"""Places in items and waiting lists in a real browser: looked at wide and narrow, and used by keyboard alone."""

import uuid

import pytest
from playwright.sync_api import expect

from events import services as events
from events.models import Event, Registration
from organisations.models import User
from portal.demo import ORGANISER
from tests.browser.test_every_page import check


@pytest.fixture
def workshop(demo) -> Event:
    """The demo's: full, two groups wait, two items at the same time."""
    return Event.objects.get(slug__startswith="laboratorio-colloquio")


def pages(workshop: Event) -> dict[str, str]:
    """What registrants and organisers see of it."""
    names = {registration.organisation_name: registration for registration in workshop.registrations.all()}
    here, waits, bottega = (
        names[name] for name in ("Associazione Ponte", "Circolo dei giovani", "Cooperativa Bottega")
    )
    person = here.attendees.order_by("pk").first()
    entry, other = waits.waiting_entries.get(), bottega.waiting_entries.get()
    events.cancel_attendee(attendee=here.attendees.order_by("pk").last())  # whoever takes any place gets it
    got = names["Sportello del quartiere"]
    at, form = f"/manage/events/{workshop.slug}/", f"{workshop.get_absolute_url()}register/"
    return {
        "event-full": workshop.get_absolute_url(), "register-full": form, "register-full-person": f"{form}?as=person",
        "registration-waiting": waits.get_absolute_url(), "waiting": f"{waits.get_absolute_url()}waiting/{entry.pk}/",
        "waiting-got": f"{got.get_absolute_url()}waiting/{got.waiting_entries.get().pk}/",
        "waiting-item": f"{bottega.get_absolute_url()}waiting/{other.pk}/",
        "items": f"{here.get_absolute_url()}sessions/", "items-of-two": f"{bottega.get_absolute_url()}sessions/",
        "registration-with-items": here.get_absolute_url(), "own-items": f"{person.get_absolute_url()}sessions/",
        "own-with-items": person.get_absolute_url(), "places": f"{at}places/", "manage-full": at,
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_places_and_waiting_lists(workshop, open_as, language, width):
    watched = open_as(User.objects.get(email=ORGANISER), width=width)
    for name, path in pages(workshop).items():
        check(watched, path, name, language, width)
    assert watched.findings == []


def press(page, name: str) -> None:
    """A button or link, by keyboard alone."""
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.focus()
    page.keyboard.press("Enter")


def test_from_a_full_event_to_a_place_and_back_by_keyboard(workshop, open_as):
    watched = open_as(None, width=320)
    page = watched.page
    page.goto(workshop.get_absolute_url())
    press(page, "Mettiti in lista d’attesa")
    for field, value in (
        ("organisation_name", "Nuovo ente"), ("contact_name", "Rita Referente"), ("contact_office", "Presidente"),
        ("contact_email", "rita@nuovo.example.org"), ("attendees-0-full_name", "Nina Nuova"),
    ):  # fmt: skip
        page.locator(f"input[name={field}]").focus()
        page.keyboard.type(value)
    page.locator("select").first.select_option("cso")
    page.get_by_label("Ho letto").focus()
    page.keyboard.press("Space")
    press(page, "In attesa, anche in meno")
    expect(page.get_by_text("Siete in lista d’attesa.")).to_be_visible()
    expect(page.get_by_text("Posizione 3.")).to_be_visible()
    registration = Registration.objects.get(organisation_name="Nuovo ente")
    events.change(event=workshop, by=User.objects.get(email=ORGANISER), capacity=8)
    page.reload()
    expect(page.get_by_text("iscrizione confermata").first).to_be_visible()
    page.goto(f"{registration.get_absolute_url()}waiting/{registration.waiting_entries.get().pk}/")
    press(page, "Non possiamo venire: restituisci i posti")
    expect(page.get_by_text("iscrizione annullata").first).to_be_visible()
    assert watched.trouble == []


def test_a_swap_and_a_wait_by_keyboard_and_without_script(workshop, chromium, live_server):
    bottega = workshop.registrations.get(organisation_name="Cooperativa Bottega")
    trainer = bottega.attendees.order_by("pk").first()
    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto(f"{trainer.get_absolute_url()}sessions/")
    press(page, "Mettiti in lista d’attesa")  # the first item is full
    expect(page.get_by_text("in lista d’attesa", exact=True)).to_be_visible()
    ponte = workshop.registrations.get(organisation_name="Associazione Ponte")
    events.cancel_registration(registration=ponte)
    page.reload()
    expect(page.get_by_text("ha un posto", exact=True)).to_have_count(1)  # promoted, and the other given back
    press(page, "Formatrice, Esercizio: le domande difficili")
    expect(page.get_by_text("non può essere anche a")).to_be_visible()
    press(page, "Scambia i posti")
    expect(page.get_by_text("Scambio fatto")).to_be_visible()
    context.close()


def test_the_organiser_moves_a_group_to_the_front(workshop, open_as):
    watched = open_as(User.objects.get(email=ORGANISER))
    page = watched.page
    page.goto(f"/manage/events/{workshop.slug}/places/")
    page.locator("summary").filter(has_text="Metti in testa").first.click()
    page.get_by_label("Motivo").first.fill("Relatrice della giornata.")
    page.get_by_role("button", name="Metti in testa").first.click()
    expect(page.get_by_text("Messo in testa: Relatrice della giornata.")).to_be_visible()
    assert watched.trouble == []


def test_nobody_is_on_the_list_by_a_second_click(workshop, open_as):
    registration = events.register(
        event=workshop, applicant=events.Applicant("Altro", "cso", "Rita", "rita@altro.example.org", "Presidente"),
        guests=[events.Guest("Nina")], submission_id=uuid.uuid4(), privacy_notice_version="2026-11", waits="all",
    )  # fmt: skip
    watched = open_as(None)
    page = watched.page
    page.goto(f"{registration.get_absolute_url()}waiting/{registration.waiting_entries.get().pk}/")
    page.get_by_role("button", name="Esci dalla lista d’attesa").dblclick()
    expect(page.get_by_text("iscrizione annullata").first).to_be_visible()
    assert registration.waiting_entries.get().state == "left"
