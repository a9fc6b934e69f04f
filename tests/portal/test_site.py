"""Headers, sign-in, home, health: what holds for the whole portal."""

import re

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from notifications.models import ChannelPost, LocalMail, Webhook
from notifications.sending import pump
from organisations.models import RoleGrant, User
from organisations.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_rate_limit_from_other_tests():
    cache.clear()


def test_every_page_carries_the_strict_headers(client):
    response = client.get("/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_signing_in_by_an_e_mailed_code(client, organiser):
    client.post("/accounts/login/", {"email": organiser.email})
    pump.pump()
    mail = LocalMail.objects.get(address=organiser.email)
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|\b\d{6}\b", bytes(mail.content).decode()).group()
    response = client.post("/accounts/login/code/confirm/", {"code": code})
    assert response.status_code == 302
    assert client.get("/me/").status_code == 200
    assert client.get("/manage/").status_code == 200


def test_unknown_addresses_get_the_same_answer_and_no_mail(client, organiser):
    known = client.post("/accounts/login/", {"email": organiser.email})
    unknown = client.post("/accounts/login/", {"email": "nessuno@altrove.example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    pump.pump()
    assert LocalMail.objects.count() == 1


def test_nobody_signs_up(client):
    assert client.get("/accounts/signup/").status_code == 404


def test_only_these_doors_of_accounts_are_mounted():
    """Whoever adds one decides it here: an open address page let anybody take an unused address as their own."""
    from portal.account_urls import urlpatterns

    assert [str(door.pattern) for door in urlpatterns] == [
        "login/", "login/code/", "login/code/confirm/", "logout/", "inactive/", "reauthenticate/", "2fa/",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["email/", "password/set/", "password/change/", "password/reset/", "confirm-email/x/"])
def test_nobody_changes_their_own_address_or_makes_a_password(client_of, signatory, path):
    client = client_of(signatory)
    values = {"action_add": "", "email": "nuova.segreteria@comune.terni.example.org", "action_primary": ""}
    assert client.post(f"/accounts/{path}", values).status_code == 404
    signatory.refresh_from_db()
    assert signatory.email == "silvia@comune.terni.example.org"


def test_the_organisers_first_page_is_for_organisers(client, client_of, organiser, signatory, stranger):
    assert client.get("/manage/").status_code == 302
    assert client_of(signatory).get("/manage/").status_code == 403
    assert client_of(stranger).get("/manage/").status_code == 403
    assert client_of(organiser).get("/manage/").status_code == 200


def test_the_organisers_first_page_names_what_waits_for_a_decision_to_those_who_may_take_it(
    client_of, organiser, event
):
    posts = [
        ChannelPost.objects.create(
            event=event, kind="messenger", messenger="x", label=f"Canale {number}", text_it="x", created_by=organiser,
            due_at=timezone.now(), state=state,
        )
        for number, state in enumerate(("uncertain", "failed"))
    ]  # fmt: skip
    Webhook.objects.create(name="Calendario", url="https://a.example.org/", created_by=organiser, state="active")
    off = Webhook.objects.create(
        name="Elenco", url="https://b.example.org/", created_by=organiser, state="disabled", disabled_at=timezone.now()
    )
    desk = User.objects.create_user("desk@socialneet.example.org", name="Desk")
    RoleGrant.objects.create(user=desk, role=Role.REGISTRATION_DESK)
    page = client_of(organiser).get("/manage/").content.decode()
    for post in posts:
        assert str(post.key) in page
    assert str(off.key) in page
    assert "Calendario" not in page.split("<main")[1].split("stats")[0]
    theirs = client_of(desk).get("/manage/").content.decode()
    assert "Canale 0" not in theirs
    assert str(off.key) not in theirs


def test_my_area_shows_what_lies_before_me(client_of, stranger):
    assert "Nessuna iscrizione" in client_of(stranger).get("/me/").content.decode()


def test_a_page_that_does_not_exist_says_so_in_italian(client):
    response = client.get("/non-esiste/")
    assert response.status_code == 404
    assert "Questa pagina non esiste" in response.content.decode()


def test_a_form_without_its_token_is_refused_with_a_word(organiser):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"email": organiser.email})
    assert response.status_code == 403
    assert "scaduto" in response.content.decode()


def test_health_answers(client):
    assert client.get("/health/").json() == {
        "database": "ok", "seconds_since_sweep": None, "oldest_due_seconds": None, "held": False,
        "oldest_of_posts_seconds": None, "oldest_of_facts_seconds": None,
    }  # fmt: skip


def test_organisers_are_told_when_the_clock_stands_still(client_of, organiser, capsys):
    assert "E-mail ferme" in client_of(organiser).get("/manage/").content.decode()
    with pytest.raises(SystemExit):
        call_command("check_sweep")
    call_command("pump")
    call_command("check_sweep")
    assert "E-mail ferme" not in client_of(organiser).get("/manage/").content.decode()


def test_unsubscribing_asks_first_and_then_no_invitation_goes_out(client, organiser):
    from notifications.models import Suppression
    from notifications.recipients.links import unsubscribe_url

    path = unsubscribe_url("info@ente01.example.org", "it").split("8000", 1)[-1]
    path = "/unsubscribe/" + path.split("/unsubscribe/")[1]
    assert client.get(path).status_code == 200
    assert Suppression.objects.count() == 0
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post(path).status_code == 200
    assert Suppression.objects.count() == 1
    assert client.cookies == {}
    assert client.get("/unsubscribe/altered:token/").status_code == 404


def test_the_demo_data_are_loaded_once(capsys):
    call_command("load_demo", "--json")
    first = capsys.readouterr().out
    call_command("load_demo", "--json")
    assert capsys.readouterr().out == first
    assert '"organisations": 66' in first


def test_the_mailbox_shows_a_mail_whole_and_its_html_without_script(client, organiser):
    client.post("/accounts/login/", {"email": organiser.email})
    pump.pump()
    pk = LocalMail.objects.get().pk
    assert organiser.email in client.get("/mailbox/").content.decode()
    assert client.get(f"/mailbox/{pk}/").status_code == 200
    html = client.get(f"/mailbox/{pk}/html/")
    assert "sandbox" in html["Content-Security-Policy"]
    assert "script-src 'self'" in html["Content-Security-Policy"]
    assert client.get(f"/mailbox/{pk}/mail.eml").content.startswith(b"Content-Type")


def test_the_demo_loaded_twice_is_the_same_and_shows_an_event_by_invitation_and_one_with_approval(db):
    from django.apps import apps

    from events.models import Event, Registration
    from portal import demo

    def rows() -> dict[str, int]:
        return {model._meta.label: model._base_manager.count() for model in apps.get_models()}

    demo.load()
    first = rows()
    demo.load()
    assert rows() == first
    assert Event.objects.get(invitation_only=True).invitations.count() == 4
    training = Event.objects.get(moderated=True)
    assert set(training.registrations.values_list("state", flat=True)) == {Registration.State.PENDING}
