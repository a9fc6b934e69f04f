"""The organisers' pages of other programs."""

import uuid

import pytest

from notifications.models import (
    Webhook,
    WebhookAttempt,
    WebhookMessage,
)
from notifications.webhooks import services, worker
from tests.notifications.webhooks.conftest import told

pytestmark = pytest.mark.django_db
State = WebhookMessage.State


FIELDS = {"name": "Elenco", "url": "https://programma.example.org/ricevi", "facts": ["event.cancelled"]}


def test_an_organiser_registers_an_address_once(organiser, client_of):
    client = client_of(organiser)
    assert client.post("/manage/webhooks/new/", FIELDS).status_code == 302
    again = client.post("/manage/webhooks/new/", FIELDS)
    assert again.status_code == 422
    assert "già registrato" in again.content.decode()
    webhook = Webhook.objects.get()
    assert (webhook.facts, webhook.created_by) == (["event.cancelled"], organiser)
    page = client.get(f"/manage/webhooks/{webhook.key}/").content.decode()
    assert "Mostra il segreto" in page
    assert "un evento è stato annullato" in page


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""}, {"name": "a\nb"}, {"url": ""}, {"url": "http://programma.example.org/"}, {"url": "https://127.0.0.1/"},
        {"url": "https://a:b@programma.example.org/"}, {"url": "https://x.example.org/" + "y" * 500}, {"facts": []},
        {"facts": ["everything"]}, {"facts": ["portal.test"]}, {"url": "https://[::ffff:10.0.0.1]/"}, {"url": "\x00"},
    ],
)  # fmt: skip
def test_bad_input_is_named_and_registers_nothing(organiser, client_of, changes):
    assert client_of(organiser).post("/manage/webhooks/new/", FIELDS | changes).status_code == 422
    assert not Webhook.objects.exists()


def test_a_change_goes_by_the_form_and_twice_the_same_address_is_refused(webhook, organiser, client_of):
    client = client_of(organiser)
    other = services.register(name="b", url=FIELDS["url"], facts=["event.cancelled"], by=organiser)
    at = f"/manage/webhooks/{webhook.key}/edit/"
    assert webhook.url in client.get(at).content.decode().replace("&amp;", "&")
    assert client.post(at, FIELDS).status_code == 422
    services.remove(webhook=other, by=organiser)
    assert client.post(at, FIELDS).status_code == 302
    webhook.refresh_from_db()
    assert (webhook.name, webhook.url) == ("Elenco", FIELDS["url"])


def test_every_button_does_what_it_says(webhook, organiser, client_of, register, listener):
    client, at = client_of(organiser), f"/manage/webhooks/{webhook.key}/"

    def press(verb):
        answer = client.post(f"{at}{verb}/", follow=True)
        assert answer.status_code == 200
        webhook.refresh_from_db()
        return answer.content.decode()

    press("test")
    worker.send_due()
    assert told(listener)[0]["type"] == "portal.test"
    press("pause")
    assert webhook.state == "paused"
    assert "non è possibile" in press("pause")
    assert "non è possibile" in press("test")
    press("resume")
    assert webhook.state == "active"
    press("renew")
    assert webhook.secret_version == 2
    listener.answers = [(410, {}, b"")]
    register("Anna")
    worker.send_due()
    press("resume")
    assert "1 fatto viene comunicato di nuovo" in press("again")
    press("remove")
    assert webhook.state == "removed"
    assert client.get(at).status_code == 404
    for verb in ("pause", "resume", "test", "again", "secret", "remove", "renew", "edit"):
        assert client.post(f"{at}{verb}/").status_code == 404


@pytest.mark.parametrize("verb", ["pause", "resume", "test", "again", "secret"])
def test_opening_a_button_changes_nothing(webhook, organiser, client_of, verb):
    assert client_of(organiser).get(f"/manage/webhooks/{webhook.key}/{verb}/").status_code == 405


def test_a_message_shows_its_content_and_every_attempt_and_can_be_sent_again(
    webhook, organiser, client_of, register, listener
):
    listener.answers = [(500, {}, b"<b>no</b>"), (200, {}, b"")]
    registration = register("Anna")
    worker.send_due()
    message = WebhookMessage.objects.get()
    client, at = client_of(organiser), f"/manage/webhooks/{webhook.key}/messages/{message.key}/"
    page = client.get(at).content.decode()
    assert registration.reference in page
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "già in viaggio" in client.post(f"{at}again/", follow=True).content.decode()
    WebhookMessage.objects.update(state="failed")
    Webhook.objects.update(rests_until=None)
    client.post(f"{at}again/")
    worker.send_due()
    message.refresh_from_db()
    assert message.state == State.DELIVERED
    assert client.get(f"/manage/webhooks/{webhook.key}/messages/{uuid.uuid4()}/").status_code == 404


def test_the_ledger_goes_by_pages_and_by_state(webhook, organiser, client_of):
    WebhookMessage.objects.bulk_create(
        WebhookMessage(
            webhook=webhook,
            fact="event.cancelled",
            occurrence=str(n),
            payload={},
            state="failed" if n % 2 else "waiting",
        )
        for n in range(120)
    )
    client, at = client_of(organiser), f"/manage/webhooks/{webhook.key}/"
    first = client.get(at)
    assert len(first.context["rows"]) == 50
    second = client.get(f"{at}?before={first.context['older']}")
    assert not {row.pk for row in first.context["rows"]} & {row.pk for row in second.context["rows"]}
    assert all(row.state == "failed" for row in client.get(f"{at}?state=failed").context["rows"])
    for odd in ("?before=x", "?before=99999999999999999999", "?state=none", "?before=-1"):
        assert client.get(f"{at}{odd}").status_code == 200


@pytest.mark.parametrize("number", [1, 30])
def test_pages_cost_the_same_whatever_the_number(organiser, client_of, number, django_assert_num_queries):
    for place in range(number):
        webhook = services.register(
            name=f"P{place}", url=f"https://p{place}.example.org/", facts=["event.cancelled"], by=organiser
        )
    for place in range(number):
        message = WebhookMessage.objects.create(
            webhook=webhook, fact="event.cancelled", occurrence=str(place), payload={}
        )
        WebhookAttempt.objects.create(message=message, status=500)
    client = client_of(organiser)
    with django_assert_num_queries(4):
        client.get("/manage/webhooks/")
    with django_assert_num_queries(6):
        client.get(f"/manage/webhooks/{webhook.key}/")


def test_only_who_operates_the_outbox_sees_other_programs(webhook, client, client_of, signatory, stranger):
    for path in (
        "",
        "new/",
        f"{webhook.key}/",
        f"{webhook.key}/edit/",
        f"{webhook.key}/renew/",
        f"{webhook.key}/remove/",
    ):
        assert client.get(f"/manage/webhooks/{path}").status_code == 302
        for user in (signatory, stranger):
            assert client_of(user).get(f"/manage/webhooks/{path}").status_code == 403
    assert client_of(stranger).post(f"/manage/webhooks/{webhook.key}/secret/").status_code == 403


def test_the_cockpit_tells_who_did_what(webhook, organiser, client_of):
    services.pause(webhook=webhook, by=organiser)
    page = client_of(organiser).get("/manage/outbox/").content.decode()
    assert "Calendario del Comune: in pausa" in page or "Calendario del Comune: paused" in page


@pytest.mark.parametrize(("allowed", "embedded", "site", "errors"), [
    (False, False, "https://socialneet.example.org", 0), (True, True, "http://localhost:8000", 0),
    (True, False, "http://localhost:8000", 1), (True, True, "https://socialneet.example.org", 1),
])  # fmt: skip
def test_a_real_site_refuses_to_talk_to_its_own_machine(settings, allowed, embedded, site, errors):
    from portal.checks import posting_stays_outside

    settings.POSTING_MAY_STAY_HERE, settings.EMBEDDED, settings.SITE_URL = allowed, embedded, site
    assert len(posting_stays_outside(None)) == errors
