"""When a personal link was opened: at a person's first act, never by a scanner's GET, and nothing else is kept."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from events import services
from events.models import Event, Invitation

pytestmark = pytest.mark.django_db
OPENED = "/events/info-day/register/opened/"


@pytest.fixture
def invitation(event, terni) -> Invitation:
    return services.invite(event=event, organisation=terni)


def opened_at(invitation: Invitation):
    invitation.refresh_from_db()
    return invitation.opened_at


def say(client: Client, token: str, path: str = OPENED):
    return client.post(path, {"invitation": token})


def test_opening_the_page_alone_records_nothing(client, invitation):
    path = invitation.get_absolute_url()
    page = client.get(path).content.decode()
    client.head(path)
    client.get(f"/en{path}")
    client.get(OPENED, {"invitation": invitation.token})
    client.head(OPENED)
    assert opened_at(invitation) is None
    assert '<script src="/static/opened.js" defer></script>' in page
    assert f'data-opened="{OPENED}" data-invitation="{invitation.token}"' in page


def test_without_a_personal_link_no_script_comes_and_nothing_is_said(client, event):
    for path in ("/events/info-day/register/", "/events/info-day/register/?invitation=altered"):
        page = client.get(path).content.decode()
        assert "opened.js" not in page
        assert "data-opened" not in page


def test_the_first_act_is_recorded_once_and_the_script_stays_away_afterwards(client, invitation, narni, event):
    other = services.invite(event=event, organisation=narni)
    before = timezone.now()
    assert say(client, invitation.token).status_code == 204
    first = opened_at(invitation)
    assert before <= first <= timezone.now()
    with time_machine.travel(before + timedelta(days=1)):
        assert say(client, invitation.token).status_code == 204
    assert opened_at(invitation) == first
    assert opened_at(other) is None
    assert "opened.js" not in client.get(invitation.get_absolute_url()).content.decode()


def test_it_needs_no_sign_in_no_cookie_and_no_token_and_sets_none(invitation):
    client = Client(enforce_csrf_checks=True)
    response = say(client, invitation.token)
    assert (response.status_code, response.content) == (204, b"")
    assert client.cookies == {}
    assert opened_at(invitation)


@pytest.mark.parametrize("token", ["", "x", "\x00", "à" * 40, "x" * 5000])
def test_the_answer_never_tells_whether_a_link_is_known(client, invitation, token):
    assert say(client, token).status_code == 204
    assert client.post(OPENED).status_code == 204
    assert opened_at(invitation) is None


def test_a_link_of_another_event_an_unknown_event_and_a_draft_are_silent(client, invitation, event):
    Event.objects.filter(pk=event.pk).update(slug="altro")
    for path in (OPENED, "/events/non-esiste/register/opened/"):
        assert say(client, invitation.token, path).status_code == 204
    Event.objects.filter(pk=event.pk).update(state=Event.State.DRAFT)
    assert say(client, invitation.token, "/events/altro/register/opened/").status_code == 204
    assert opened_at(invitation) is None


def test_only_a_post_says_so(client, invitation):
    for method in ("get", "head", "put", "delete", "options"):
        assert getattr(client, method)(f"{OPENED}?invitation={invitation.token}").status_code == 405
    assert opened_at(invitation) is None


def test_sending_the_form_counts_without_the_script(client, invitation, posted):
    assert client.post(invitation.get_absolute_url(), posted("Anna")).status_code == 302
    assert opened_at(invitation)
    assert invitation.registrations.count() == 1


def test_a_form_with_errors_counts_too_and_one_without_a_personal_link_for_nobody(client, invitation, posted):
    client.post("/events/info-day/register/", posted("Anna"))
    assert opened_at(invitation) is None
    client.post(invitation.get_absolute_url(), posted("Bruno", contact_email="nessuna"))
    assert opened_at(invitation)


def test_nothing_but_the_moment_is_kept(client, invitation):
    before = Invitation.objects.values().get()
    client.post(
        OPENED,
        {"invitation": invitation.token, "name": "Anna"},
        headers={"user-agent": "Curioso/1.0"},
        REMOTE_ADDR="192.0.2.7",
    )
    after = Invitation.objects.values().get()
    assert {name for name in after if after[name] != before[name]} == {"opened_at"}
    assert {field.name for field in Invitation._meta.get_fields() if field.concrete} == {
        "id", "key", "event", "organisation", "token_hash", "invited_at", "opened_at", "revoked_at",
    }  # fmt: skip


def test_the_privacy_notice_says_it(client):
    page = client.get("/en/privacy/").content.decode()
    assert "personal link, we note that day and hour once" in page
    assert "not who, not with which device, not from where" in page
