"""The journey in a real browser: a registration by keyboard alone, the sign-in code, an invitation going out."""

import re

from agreements.models import Agreement
from events.models import Event, Registration
from notifications.models import Campaign, LocalMail
from notifications.sending import pump
from portal.demo import ORGANISER
from tests.agreements.conftest import approve_for_all


def event() -> Event:
    return Event.objects.get(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY)


def test_an_organisation_registers_by_keyboard_alone(demo, open_as):
    watched = open_as(width=320)
    page = watched.page
    page.goto(event().get_absolute_url())
    page.get_by_role("link", name="Iscriviti").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/register/")
    page.locator("#content").focus()
    answers = [
        "Cooperativa La Prova",
        "o",
        "Rosa Referente",
        "Presidente",
        "rosa@ente.example.org",
        "",
        "Rosa Referente",
        "",
        "",
    ]
    page.locator("#id_organisation_name").focus()
    for answer in answers:
        page.keyboard.type(answer)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past "add another person"
    page.keyboard.press("Tab")  # past the privacy notice
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/registrations/**")
    assert "L’iscrizione è confermata" in page.content()
    assert Registration.objects.latest("pk").contact_email == "rosa@ente.example.org"
    assert watched.trouble == []


def test_a_form_with_errors_puts_the_focus_on_what_to_do(demo, open_as):
    watched, before = open_as(), Registration.objects.count()
    page = watched.page
    page.goto(f"{event().get_absolute_url()}register/")
    page.get_by_role("button", name="Iscriviti").click()
    assert page.title().startswith("Errore:")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    watched.shot("register-errors-it-1280")
    page.get_by_role("link", name="Ente", exact=True).click()
    assert page.evaluate("document.activeElement.id") == "id_organisation_name"
    assert Registration.objects.count() == before


def test_an_organiser_signs_in_by_code_and_sends_an_invitation(demo, open_as):
    watched = open_as()
    page = watched.page
    page.goto("/accounts/login/")
    page.get_by_label("email", exact=False).first.fill(ORGANISER)
    page.get_by_role("button", name="Inviami il codice").click()
    page.wait_for_url("**/confirm/**")
    watched.shot("login-code-it-1280")
    pump.pump()
    page.goto("/mailbox/")
    mail = bytes(LocalMail.objects.get(address=ORGANISER).content).decode()
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", mail).group()
    page.goto("/accounts/login/code/confirm/")
    page.locator("input[name=code]").fill(code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/")
    page.goto("/manage/campaigns/new/")
    page.get_by_label("Nome").first.fill("Inviti ai Comuni")
    page.locator("input[value=municipality]").check()
    page.get_by_role("button", name="Salva e continua").click()
    page.get_by_label("Numero di destinatari").fill("33")
    page.get_by_role("button", name="Conferma e invia").click()
    page.get_by_text(re.compile(r"Parte tra 1\d\d secondi")).wait_for()
    page.get_by_role("button", name="Avvia adesso").click()
    page.get_by_text("0 su 33").wait_for()
    pump.pump()
    page.get_by_text("33 su 33").wait_for(timeout=10_000)  # htmx brings it, nobody reloads
    assert Campaign.objects.get().state == Campaign.State.FINISHED
    assert watched.trouble == []


def test_a_signatory_adheres_in_the_browser(demo, open_as):
    from agreements import services
    from organisations.models import User

    agreement, organiser = Agreement.objects.get(), User.objects.get(email=ORGANISER)
    services.close_observations(agreement=agreement, by=organiser)
    approve_for_all(agreement, organiser)
    services.freeze(agreement=agreement, by=organiser)
    services.open_signing(agreement=agreement, by=organiser)
    watched = open_as(User.objects.get(email="assessore@comune.narni.example.org"), width=320)
    page = watched.page
    page.goto(agreement.get_review_url())
    page.get_by_label("Carica").first.fill("Assessora ai servizi sociali")
    page.get_by_label("Ho letto il testo definitivo").check()
    page.get_by_role("button", name="Registra l’adesione").click()
    page.get_by_text("L’adesione è stata registrata.").wait_for()
    assert agreement.current_document().adhesions.count() == 1
    assert watched.trouble == []


def test_a_passkey_is_added_and_opens_the_door(demo, open_as):
    """Chromium's virtual authenticator goes through the whole WebAuthn ceremony."""
    from organisations.models import User

    organiser = User.objects.get(email=ORGANISER)
    watched = open_as()
    page = watched.page
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    page.goto("/accounts/login/")
    page.locator("input[name=login], input[name=email]").first.fill(organiser.email)
    page.get_by_role("button", name="Inviami il codice").click()
    pump.pump()
    code = re.search(
        r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", bytes(LocalMail.objects.get(address=ORGANISER).content).decode()
    ).group()
    page.locator("input[name=code]").fill(code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/")
    page.goto("/accounts/2fa/webauthn/add/")
    watched.shot("passkey-add-it-1280")
    page.locator("input[name=name]").fill("Computer")
    box = page.locator("input[name=passwordless]")
    if box.count():
        box.check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "/webauthn/add" not in url)
    page.get_by_role("button", name="Esci").click()
    page.goto("/accounts/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url("**/me/")
    assert watched.trouble == []


def test_an_authenticator_app_is_activated_and_asked_for_at_the_next_sign_in(demo, open_as):
    import time

    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
    from django.core.cache import cache

    from organisations.models import User

    organiser = User.objects.get(email=ORGANISER)
    watched = open_as()
    page = watched.page

    def sign_in() -> None:
        LocalMail.objects.all().delete()
        page.goto("/accounts/login/")
        page.locator("input[name=login], input[name=email]").first.fill(organiser.email)
        page.get_by_role("button", name="Inviami il codice").click()
        pump.pump()
        mail = bytes(LocalMail.objects.get(address=ORGANISER).content).decode()
        page.locator("input[name=code]").fill(re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", mail).group())
        page.keyboard.press("Enter")

    sign_in()
    page.wait_for_url("**/me/")
    page.goto("/accounts/2fa/totp/activate/")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    watched.shot("totp-activate-it-1280")
    secret = re.search(r"\b[A-Z2-7]{32}\b", page.content()).group()

    def code() -> str:
        return format_hotp_value(hotp_value(secret, int(time.time()) // 30))

    page.locator("input[name=code]").fill(code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/2fa/reauthenticate/**")  # the backup codes are shown to whoever holds the app
    cache.clear()  # a code is good once, and these thirty seconds' was used for the activation
    page.locator("input[name=code]").fill(code())
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/2fa/recovery-codes/" in url and "reauthenticate" not in url)
    watched.shot("recovery-codes-it-1280")
    page.get_by_role("button", name="Esci").click()
    sign_in()
    page.wait_for_url("**/2fa/authenticate/**")
    watched.shot("totp-ask-it-1280")
    cache.clear()
    page.locator("input[name=code]").fill(code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/")
    assert watched.trouble == []
