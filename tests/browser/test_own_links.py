"""By keyboard alone: a private person registers; somebody registered by others says that they come, and erases their data."""

from events.models import Attendee, Event, Registration


def event() -> Event:
    return Event.objects.get(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY)


def press(page, role: str, name: str) -> None:
    """Reach something by the keyboard and use it."""
    page.get_by_role(role, name=name, exact=True).focus()
    page.keyboard.press("Enter")


def test_a_private_person_chooses_the_form_and_registers(demo, open_as):
    watched = open_as(width=320)
    page = watched.page
    page.goto(f"{event().get_absolute_url()}register/?via=manifesti-nelle-stazioni")
    press(page, "link", "Un privato")
    page.wait_for_url("**as=person**")
    assert page.locator("#id_organisation_name").count() == 0
    assert page.get_by_role("link", name="Un privato").get_attribute("aria-current") == "true"
    page.locator("#id_contact_name").focus()
    for answer in ("Rosa Privata", "rosa@famiglia.example.org", ""):
        page.keyboard.type(answer)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past the privacy notice
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/registrations/**")
    registration = Registration.objects.latest("pk")
    assert (registration.category, registration.source) == ("person", "manifesti-nelle-stazioni")
    assert watched.trouble == []


def test_a_person_says_that_they_come_tells_a_need_and_erases_all(demo, open_as):
    attendee = Attendee.objects.get(email="orientatrice@consorzio.example.org")
    watched = open_as()
    page = watched.page
    page.goto(attendee.get_absolute_url())
    press(page, "button", "Sì, vengo")
    page.get_by_text("Grazie. Ti aspettiamo.").wait_for()
    press(page, "link", "Esigenze e fotografie")
    page.locator("#id_has_dietary").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Niente noci")
    press(page, "button", "Salva")
    page.get_by_text("Annotato.").wait_for()
    attendee.refresh_from_db()
    assert attendee.needs.dietary == "Niente noci"
    assert attendee.photo_consent_at is None
    press(page, "link", "Che cosa conserviamo di te: leggi, scarica, cancella")
    page.get_by_text("Niente noci").wait_for()
    with page.expect_download() as download:
        press(page, "link", "Scarica come file (JSON)")
    assert download.value.suggested_filename.endswith(".json")
    press(page, "link", "Cancella questi dati")
    press(page, "button", "Sì, cancella")
    page.get_by_role("heading", name="I dati sono cancellati").wait_for()
    attendee.refresh_from_db()
    assert attendee.full_name == ""
    assert watched.trouble == []


def test_without_script_the_contact_replaces_somebody(demo, chromium, live_server):
    registration = Registration.objects.get(attendees__full_name="Autista", event__state="published")
    person = registration.attendees.get(full_name="Autista")
    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto(registration.get_absolute_url())
    page.locator(f"a[href$='attendees/{person.pk}/replace/']").click()
    page.locator("#id_full_name").fill("Altra autista")
    page.get_by_role("button", name="Sostituisci").click()
    page.get_by_text("Altra autista viene al posto di Autista.").wait_for()
    context.close()
    came = Attendee.objects.get(full_name="Altra autista")
    assert came.place_number == person.place_number
