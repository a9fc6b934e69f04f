"""A mail to many in the browser, and why it came: who may see what, and that looking changes nothing."""

import re
import uuid
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone, translation

from events import services as events
from notifications import letters
from notifications.audiences import services as audiences
from notifications.campaigns import services as campaigns
from notifications.models import Campaign, ContactUpload, Delivery, LocalMail, hash_address
from notifications.recipients import messages
from notifications.recipients.links import (
    MESSAGE,
    message_key,
    message_url,
    preferences_url,
    unsubscribe_token,
    unsubscribe_url,
)
from notifications.reminders import services as reminder_services
from notifications.sending import desk, mime, patterns, pump
from organisations.models import Organisation
from tests.notifications.test_skeleton import assert_same

pytestmark = pytest.mark.django_db
DIRECTORY = {"sources": [{"kind": "directory"}]}
TEXTS = {
    "subject_it": "Invito: {event}", "body_it": "Vi aspettiamo, {organisation}: {date}, {place}.",
    "subject_en": "Invitation: {event}", "body_en": "We expect you, {organisation}: {date}, {place}.",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def invite(event, organiser):
    """Sends a campaign to everybody in the directory, or to the audience given."""

    def invite(count: int, **fields) -> Campaign:
        fields = {"event": event, "name": "segreto interno", "audience": DIRECTORY, **TEXTS, **fields}
        campaign = campaigns.prepare(by=organiser, **fields)
        campaigns.send(campaign=campaign, expected=count, by=organiser)
        campaigns.start_now(campaign=campaign, by=organiser)
        pump.pump()
        return campaign

    return invite


def received(address: str):
    """The newest mail in the local mailbox."""
    mail = LocalMail.objects.filter(address=address).order_by("pk").last()
    return message_from_bytes(bytes(mail.content), policy=policy.default)


def text_of(message) -> str:
    return message.get_body(("plain",)).get_content()


def html_of(message) -> str:
    return message.get_body(("html",)).get_content()


def path_of(url: str, language: str = "en") -> str:
    """The path of an absolute address, on the pages of this language."""
    path = url.removeprefix("http://localhost:8000")
    path = path.removeprefix("/en")
    return f"/en{path}" if language == "en" else path


def page_of(row: Delivery, below: str = "", language: str = "en") -> str:
    return path_of(message_url(row.key, "it"), language) + below


# -- the link ----------------------------------------------------------------------------------------------------------


def test_every_mail_to_many_carries_its_three_links_in_both_parts(invite, terni, narni):
    invite(2)
    for row in Delivery.objects.all():
        message = received(row.address)
        urls = message_url(row.key, "it"), preferences_url(row.address, "it"), unsubscribe_url(row.address, "it")
        for url in urls:
            assert url in text_of(message)
            assert f'href="{url}"' in html_of(message)
        assert message["List-Unsubscribe"] == f"<{urls[2]}>"


def test_the_link_leads_to_the_page_in_the_recipients_language(invite, terni):
    Organisation.objects.filter(pk=terni.pk).update(language="en")
    invite(1)
    assert f"http://localhost:8000/en/messages/{MESSAGE.token(Delivery.objects.get().key.bytes)}/" in text_of(
        received(terni.email)
    )


def test_both_paths_write_the_same_links(invite, terni, narni, cso):
    Organisation.objects.filter(pk=cso.pk).update(name='Associazione "Perché no?" & figli <b>', language="en")
    invite(3)
    for row in Delivery.objects.select_related("campaign__event"):
        writer = desk.Desk()
        writer.lay_out([row])
        fast = writer._fill(row, patterns.PATTERNS[row.kind])
        assert_same(fast, mime.build(row, *patterns.written(row)))
        assert message_url(row.key, row.language).encode() in fast


def test_a_token_opens_one_message_and_no_other_can_be_guessed_from_it(invite, terni, narni):
    invite(2)
    one, other = Delivery.objects.order_by("pk")
    token = MESSAGE.token(one.key.bytes)
    assert message_key(token) == one.key
    assert len(token) == 48
    forged = MESSAGE.token(other.key.bytes)[:20] + token[20:]
    assert message_key(forged) is None
    assert message_key(unsubscribe_token(one.address)) is None


def test_a_token_finds_its_message_by_the_index_of_its_key(invite, terni, django_assert_num_queries):
    invite(1)
    token = MESSAGE.token(Delivery.objects.get().key.bytes)
    with django_assert_num_queries(1):
        assert messages.row_of(token).address == terni.email
    with django_assert_num_queries(0):
        assert messages.row_of(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    plan = Delivery.objects.filter(key=uuid.uuid4()).explain()
    assert "SCAN notifications_delivery" not in plan.upper()


# -- the page ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["nobody", "organiser", "signatory", "stranger"])
def test_whoever_has_the_link_reads_the_mail_and_a_visitor_gets_no_cookie(
    invite, who, client, client_of, request, terni
):
    invite(1)
    reader = client if who == "nobody" else client_of(request.getfixturevalue(who))
    for below in ("", "html/", "why/"):
        response = reader.get(page_of(Delivery.objects.get(), below))
        assert response.status_code == 200
        # somebody signed in has a form to sign out in the frame of every page
        assert set(response.cookies) <= (set() if who == "nobody" else {"csrftoken"})
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["Referrer-Policy"] == "same-origin"
        assert "no-store" in response["Cache-Control"]


def test_the_page_shows_the_mail_exactly_as_it_was_sent(invite, client, terni, narni):
    invite(2)
    for row in Delivery.objects.all():
        message = received(row.address)
        html = client.get(page_of(row, "html/")).content.decode()
        assert html.replace('<a target="_top" ', "<a ").split() == html_of(message).split()
        page = client.get(page_of(row))
        assert page.context["mail"].text.split() == text_of(message).split()
        assert page.context["mail"].subject == message["Subject"] == "Invito: Giornata informativa"
        others = [address for address in (terni.email, narni.email) if address != row.address]
        assert not any(address in page.content.decode() for address in others)
        assert (
            f'<iframe class="mail-frame mail-frame-whole" sandbox="allow-top-navigation-by-user-activation" src="{page_of(row)}html/"'
            in (page.content.decode())
        )


def test_the_frame_of_the_page_is_in_the_readers_language_and_the_mail_in_its_own(invite, client, terni):
    invite(1)
    row = Delivery.objects.get()
    for language in ("it", "en"):
        page = client.get(page_of(row, language=language)).content.decode()
        assert f'<html lang="{language}">' in page
        assert '<pre class="mail-text" tabindex="0" lang="it">' in page
    assert "Why did I get this?" in page


def test_the_html_alone_has_no_script_and_no_origin(invite, client, terni):
    invite(1)
    response = client.get(page_of(Delivery.objects.get(), "html/"))
    policy_of_page = response["Content-Security-Policy"]
    assert "sandbox allow-top-navigation-by-user-activation" in policy_of_page
    assert "allow-scripts" not in policy_of_page
    assert "allow-same-origin" not in policy_of_page
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_a_head_request_is_answered_and_a_post_is_not(invite, client, terni):
    invite(1)
    for below in ("", "html/", "why/"):
        path = page_of(Delivery.objects.get(), below)
        assert client.head(path).status_code == 200
        assert client.post(path).status_code == 405


def test_an_unknown_or_altered_link_gets_a_page_that_says_what_to_do(invite, client, terni):
    invite(1)
    good = page_of(Delivery.objects.get())
    nowhere = path_of(message_url(uuid.uuid4(), "it"))
    token = good.split("/messages/")[1].strip("/")
    for path in (nowhere, good.replace(token, token[:-3]), good.replace(token, token.swapcase()), "/en/messages/x/"):
        for below in ("", "html/", "why/"):
            response = client.get(path + below)
            assert response.status_code == 404
            assert "Copy the whole address from the mail" in response.content.decode()
            assert "segreteria@socialneet.example.org" in response.content.decode()


def test_a_message_that_was_deleted_is_unknown(invite, client, terni):
    invite(1)
    path = page_of(Delivery.objects.get())
    Delivery.objects.all().delete()
    assert client.get(path).status_code == 404


def test_sign_in_codes_and_registrations_cannot_be_read_in_the_browser(client, register, organiser):
    register("Anna")
    client.post("/accounts/login/", {"email": organiser.email})
    kinds = set(Delivery.objects.values_list("kind", flat=True))
    assert kinds == {"registration_confirmed", "attendee_registered", "account"}
    for row in Delivery.objects.all():
        for below in ("", "html/", "why/"):
            assert client.get(page_of(row, below)).status_code == 404


def test_after_the_event_moved_the_page_shows_how_it_is_now_and_says_so(invite, client, terni, event, organiser):
    invite(1)
    row = Delivery.objects.get()
    words = "The event has changed since this message was sent"
    assert words not in client.get(page_of(row)).content.decode()
    events.change(event=event, by=organiser, venue="Sala del Consiglio")
    page = client.get(page_of(row)).content.decode()
    assert words in page
    assert words in client.get(page_of(row, "why/")).content.decode()
    assert "Dove: Sala del Consiglio, Terni" in page
    assert "Sala del Consiglio, Terni" in client.get(page_of(row, "html/")).content.decode()


def test_a_mail_that_left_after_the_event_moved_needs_no_warning(invite, client, terni, event, organiser):
    events.change(event=event, by=organiser, venue="Sala del Consiglio")
    invite(1)
    assert "The event has changed" not in client.get(page_of(Delivery.objects.get())).content.decode()


def test_after_the_event_was_called_off_the_page_gives_the_reason(invite, client, terni, event, organiser):
    invite(1)
    events.cancel(event=event, by=organiser, reason="Neve <forte>")
    page = client.get(page_of(Delivery.objects.get())).content.decode()
    assert "The event has been called off. The reason: Neve &lt;forte&gt;" in page


def test_what_cannot_be_written_any_more_is_said(invite, client, terni):
    invite(1)
    Delivery.objects.update(payload={})
    row = Delivery.objects.get()
    page = client.get(page_of(row))
    assert page.status_code == 410
    assert "This message can no longer be shown" in page.content.decode()
    assert client.get(page_of(row, "html/")).status_code == 404
    assert client.get(page_of(row, "why/")).status_code == 200


def test_a_test_mail_can_be_read_and_says_that_it_is_one(invite, client, terni, organiser, event):
    campaign = campaigns.prepare(by=organiser, event=event, name="x", audience=DIRECTORY, **TEXTS)
    from notifications.campaigns import planning

    candidate = planning.audience(campaign)[0]
    campaigns.send_test(campaign=campaign, candidate=candidate, by=organiser)
    row = Delivery.objects.select_related("campaign__event").get()
    assert message_url(row.key, "it") in patterns.written(row)[1].text
    for below in ("", "why/"):
        page = client.get(page_of(row, below)).content.decode()
        assert "This is a test that an organiser sent to themselves" in page
        assert terni.email not in page
    assert "Where we have this address from" not in page


# -- reminders of invitations ------------------------------------------------------------------------------------------


@pytest.fixture
def reminded(invite, event, organiser, terni):
    """An invitation handed over, and the reminder of it, with an organiser's own words."""
    invite(1)
    with time_machine.travel(event.starts_at - timedelta(days=10)):
        rule = reminder_services.add_rule(
            target=event, by=organiser, audience="invited", method="duration", duration=timedelta(days=3),
            also_at_quiet_times=True, subject_it="Ancora posti: {event}", body_it="Ne restano, {organisation}.",
        )  # fmt: skip
    with time_machine.travel(event.starts_at - timedelta(days=3) + timedelta(minutes=1)):
        call_command("pump")
    assert Delivery.objects.get(kind="invitation_reminder").accepted_at
    return rule


def test_a_reminder_of_an_invitation_can_be_read_as_it_was_sent(reminded, client, terni):
    row = Delivery.objects.get(kind="invitation_reminder")
    message = received(terni.email)
    assert message["Subject"] == "Ancora posti: Giornata informativa"
    assert message_url(row.key, "it") in text_of(message)
    assert preferences_url(terni.email, "it") in text_of(message)
    page = client.get(page_of(row))
    assert page.context["mail"].text.split() == text_of(message).split()
    html = client.get(page_of(row, "html/")).content.decode()
    assert html.replace('<a target="_top" ', "<a ").split() == html_of(message).split()


def test_a_reminder_keeps_its_words_when_the_rule_gets_others(reminded, client, organiser):
    reminder_services.change_rule(rule=reminded, by=organiser, subject_it="Altro", body_it="Altre parole.")
    mail = client.get(page_of(Delivery.objects.get(kind="invitation_reminder"))).context["mail"]
    assert mail.subject == "Ancora posti: Giornata informativa"
    assert "Ne restano, Comune di Terni." in mail.text


def test_a_reminder_can_be_read_also_when_its_event_is_called_off(reminded, client, event, organiser):
    row = Delivery.objects.get(kind="invitation_reminder")
    events.cancel(event=event, by=organiser, reason="Neve")
    with pytest.raises(letters.CannotWrite):
        letters.letter_for(row)  # nobody is reminded of it any more
    page = client.get(page_of(row))
    assert page.status_code == 200
    assert "The reason: Neve" in page.content.decode()


# -- why it came -------------------------------------------------------------------------------------------------------


def why(client, row: Delivery) -> str:
    return " ".join(client.get(page_of(row, "why/")).content.decode().split())


def test_why_names_source_purpose_right_message_and_what_to_do(invite, client, terni):
    Organisation.objects.filter(pk=terni.pk).update(source="IndicePA", created_at="2026-01-31T12:00:00Z")
    invite(1)
    row = Delivery.objects.get()
    page = why(client, row)
    assert "Invito: Giornata informativa" in page
    assert (
        "In our directory of organisations since 31 January 2026, as the address of Comune di Terni (source: IndicePA)"
        in page
    )
    assert "The message took it from: l’elenco degli enti." in page
    assert "to invite you to an event of the project" in page
    assert "legitimate interest" in page
    assert "article 21" in page
    assert path_of(preferences_url(terni.email, "it")) in page
    assert f"/en/unsubscribe/{unsubscribe_token(terni.email)}/" in page
    assert "mailto:segreteria@socialneet.example.org" in page
    assert "segreto interno" not in page


def test_why_names_the_list_an_address_came_in_with_its_dates(invite, client, organiser, event):
    with time_machine.travel("2026-10-03T10:00:00Z"):
        upload = audiences.keep_upload(
            content=b"anna@ente.example.org\nbruno@ente.example.org", filename="", source="Fiera del lavoro",
            collected_on=timezone.localdate(), language="it", by=organiser, name="Fiera",
        )  # fmt: skip
        audiences.apply_upload(upload=upload, by=organiser)
    contact_list = ContactUpload.objects.get().contact_list
    invite(2, audience={"sources": [{"kind": "list", "list": contact_list.pk}]}, purpose="news")
    page = why(client, Delivery.objects.get(address="anna@ente.example.org"))
    assert "In a list from: Fiera del lavoro, collected on 3 October 2026, taken over on 3 October 2026." in page
    assert "to tell you news about an event of the project" in page
    assert "News: Info day" in page
    assert "bruno@" not in page


def test_why_says_nothing_of_an_organisation_with_another_address(invite, client, organiser, terni):
    upload = audiences.keep_upload(
        content=f"email;name\nanna@ente.example.org;Anna\n{terni.email};Comune".encode(), filename="x.csv", source="Fiera",
        collected_on=timezone.localdate(), language="it", by=organiser, name="Fiera",
    )  # fmt: skip
    audiences.apply_upload(upload=upload, by=organiser)
    invite(2, audience={"sources": [{"kind": "list", "list": ContactUpload.objects.get().contact_list.pk}]})
    Delivery.objects.update(organisation=terni)
    assert "as the address of Comune di Terni" in why(client, Delivery.objects.get(address=terni.email))
    page = why(client, Delivery.objects.get(address="anna@ente.example.org"))
    assert "as the address of" not in page
    assert "In a list from: Fiera" in page


def test_the_history_holds_twelve_months_of_this_address_alone(reminded, invite, client, terni, narni, event, register):
    invite(2, purpose="news")
    old = Delivery.objects.filter(address=terni.email).order_by("pk").last()
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=366))
    Delivery.objects.filter(address=narni.email).update(state="failed", accepted_at=None)
    lines = client.get(page_of(Delivery.objects.filter(address=terni.email).first(), "why/")).context["lines"]
    assert [(line.what, line.state, line.has_left) for line in lines] == [
        ("Reminder of the invitation: Info day", "sent", True),
        ("Invitation: Info day", "sent", True),
    ]
    page = client.get(page_of(Delivery.objects.get(address=narni.email), "why/"))
    assert [(line.what, line.state) for line in page.context["lines"]] == [("News: Info day", "could not be sent")]
    assert page.context["times"] == 0


def test_the_history_is_silent_about_registrations_and_codes(invite, client, terni, register, applicant):
    import dataclasses

    invite(1)
    register("Anna", applicant=dataclasses.replace(applicant, contact_email=terni.email))
    assert Delivery.objects.filter(address=terni.email, kind="registration_confirmed").exists()
    page = why(client, Delivery.objects.get(kind="invitation"))
    assert page.count("<tr>") == 2  # the head and the invitation
    assert "registration_confirmed" not in page
    assert "/registrations/" not in page


def test_every_state_has_words_for_its_recipient(invite, client, terni):
    from notifications.recipients import history

    invite(1)
    assert set(history._STATES) == set(Delivery.State)
    assert len({str(words) for words in history._STATES.values()}) >= 10


def test_the_page_costs_the_same_after_one_mail_and_after_thirty(
    invite, client, terni, event, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    campaign = invite(1)
    row = Delivery.objects.get()
    path = page_of(row, "why/")
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(path)
    for number in range(30):
        Delivery.objects.create(
            kind="invitation", idempotency_key=f"n{number}", lane="bulk", address=terni.email, campaign=campaign,
            payload=row.payload,
        )  # fmt: skip
    with django_assert_num_queries(len(one)):
        assert len(client.get(path).context["lines"]) == 31
    assert len(one) <= 5


def test_a_link_of_a_message_holds_neither_address_nor_its_hash(invite, terni):
    invite(1)
    url = message_url(Delivery.objects.get().key, "it")
    assert hash_address(terni.email)[:12] not in url
    assert not re.search(r"[@%]", url)


def test_another_spelling_of_a_token_opens_nothing(invite, client, terni):
    invite(1)
    path = page_of(Delivery.objects.get())
    assert client.get(path).status_code == 200
    assert client.get(f"{path.rstrip('/')}=/").status_code == 404
    assert client.get(f"{path.rstrip('/')}====/").status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_the_way_out_knows_only_asking_and_doing(client, terni, method):
    from notifications.recipients.links import unsubscribe_token

    assert getattr(client, method)(f"/unsubscribe/{unsubscribe_token(terni.email)}/").status_code == 405
