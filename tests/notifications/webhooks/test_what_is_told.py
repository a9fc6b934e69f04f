"""Other programs are told each fact once, without a person's data, and signed."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from events import services as events
from notifications.campaigns import services as campaigns
from notifications.models import (
    Delivery,
    DeliveryEvent,
    Fact,
    Webhook,
    WebhookMessage,
)
from notifications.providers import events as reports
from notifications.sending import pump
from notifications.webhooks import services, signing, worker
from tests.notifications.webhooks.conftest import told

pytestmark = pytest.mark.django_db


# -- what is told --------------------------------------------------------------------------------------------------------


def test_a_registration_is_told_from_confirmation_to_cancellation(webhook, listener, register):
    registration = register("Anna", "Bruno", source="")
    events.add_attendee(registration=registration, guest=events.Guest("Carla"))
    registration.refresh_from_db()
    events.cancel_registration(registration=registration)
    assert worker.send_due() == {"told": 3, "put_off": 0}
    first, changed, gone = told(listener)
    assert [one["type"] for one in (first, changed, gone)] == [
        "registration.confirmed", "registration.changed", "registration.cancelled",
    ]  # fmt: skip
    assert first["data"] == {
        "registration": registration.reference, "event": "info-day", "category": "organisation", "state": "confirmed", "people": 2,
        "revision": 0,
        "source": "",
    }  # fmt: skip
    assert (changed["data"]["people"], gone["data"]["people"], gone["data"]["state"]) == (3, 0, "cancelled")
    assert first["timestamp"].endswith("Z")


def test_an_event_is_told_when_it_moves_and_when_it_is_called_off(webhook, listener, event, organiser):
    events.change(event=event, by=organiser, venue="Sala grande")
    event.refresh_from_db()
    events.cancel(event=event, by=organiser, reason="Neve; telefonate ad Anna")
    worker.send_due()
    moved, off = told(listener)
    assert (moved["type"], moved["data"]["venue"], moved["data"]["revision"]) == ("event.rescheduled", "Sala grande", 1)
    assert (off["type"], off["data"]["state"]) == ("event.cancelled", "cancelled")
    assert moved["data"]["url"] == "http://localhost:8000/events/info-day/"
    assert "Anna" not in json.dumps(off)


def test_nothing_that_is_told_names_a_person(webhook, listener, event, register, organiser, smtp, send_now, terni):
    registration = register("Anna", "Bruno")
    events.edit_contact(
        registration=registration, name="Nuova Persona", email="nuova@ente01.example.org", office="", phone="0744"
    )
    campaign = campaigns.prepare(
        by=organiser, event=event, name="Per l’assessora Rossi", subject_it="x", body_it="y",
        audience={"sources": [{"kind": "directory"}]},
    )  # fmt: skip
    send_now(campaign)
    smtp.script["RCPT"] = b"550 5.1.1 <anna@ente01.example.org> Anna is unknown\r\n"
    pump.pump()
    worker.send_due()
    everything = " ".join(content.decode() for *_rest, content in listener.heard)
    assert {"registration.changed", "delivery.failed", "campaign.completed"} <= {one["type"] for one in told(listener)}
    for secret in (
        "@",
        "Anna",
        "Bruno",
        "Nuova",
        "Contatto",
        "0744",
        "Rossi",
        "Cooperativa",
        registration.token,
        str(registration.key),
    ):
        assert secret not in everything, secret


def test_a_message_that_the_relay_refuses_or_that_cannot_be_written_is_told(webhook, listener, register, smtp):
    register("Anna")
    Delivery.objects.filter(address="anna@ente01.example.org").update(kind="unknown")  # no letter can be written
    smtp.script["RCPT"] = b"550 5.1.1 no such user\r\n"
    pump.pump()
    worker.send_due()
    failed = [one for one in told(listener) if one["type"] == "delivery.failed"]
    assert {one["data"]["message"] for one in failed} == {
        str(row.key) for row in Delivery.objects.filter(state="failed")
    }
    assert len(failed) == 2
    assert set(failed[0]["data"]) == {"message", "kind", "lane", "campaign", "state"}


def test_a_message_that_comes_back_is_told_once_however_often_it_is_reported(webhook, listener, register):
    register("Anna")
    row = Delivery.objects.first()
    Delivery.objects.update(state="accepted", accepted_at=timezone.now())
    for number in range(2):
        reports.keep(
            [DeliveryEvent(provider="postmark", event_id=f"e{number}", type="bounced_hard", delivery_key=row.key)]
        )
        reports.take_in()
    worker.send_due()
    bounced = [one["data"] for one in told(listener) if one["type"] == "delivery.bounced"]
    assert [(one["message"], one["state"]) for one in bounced] == [(str(row.key), "bounced_hard")]


def test_a_campaign_is_told_when_it_is_through(webhook, listener, event, organiser, terni, send_now):
    campaign = campaigns.prepare(
        by=organiser, event=event, name="Inviti", subject_it="Invito", body_it="Testo",
        audience={"sources": [{"kind": "directory"}]},
    )  # fmt: skip
    send_now(campaign)
    pump.pump()
    pump.pump()
    worker.send_due()
    done = [one["data"] for one in told(listener) if one["type"] == "campaign.completed"]
    assert done == [{"campaign": campaign.pk, "event": "info-day", "planned": 1, "states": {"accepted": 1}}]


def test_only_chosen_facts_are_told_and_only_to_who_chose_them(listener, organiser, register, event):
    one = services.register(name="a", url=listener.url, facts=["event.cancelled"], by=organiser)
    two = services.register(name="b", url=listener.url + "&b", facts=["registration.confirmed"], by=organiser)
    register("Anna")
    assert (one.messages.count(), two.messages.count()) == (0, 1)


def test_nothing_is_told_of_what_was_rolled_back(webhook, register):
    with pytest.raises(RuntimeError), transaction.atomic():
        register("Anna")
        assert WebhookMessage.objects.exists()
        raise RuntimeError
    assert not WebhookMessage.objects.exists()


def test_where_nobody_listens_a_fact_costs_one_query(register, django_assert_num_queries):
    from notifications.webhooks import facts

    registration = register("Anna")
    with django_assert_num_queries(1):
        facts.of_registration(Fact.REGISTRATION_CONFIRMED, registration)


# -- the signature -------------------------------------------------------------------------------------------------------


def verified(headers: dict[str, str], content: bytes, secret: str) -> bool:
    """As the convention tells receivers to do it, written anew from its text."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{content.decode()}".encode()
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [part.split(",", 1) for part in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(mac, expected) for version, mac in given)


def test_the_signature_is_the_one_of_the_conventions_own_example():
    """Standard Webhooks, specification, section “Signature scheme”: the example of its libraries' tests."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    content = b'{"test": 2432232314}'
    made = signing.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", content)
    assert made == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_receiver_can_verify_what_it_was_told_and_nothing_altered(webhook, listener, register):
    register("Anna")
    worker.send_due()
    [(_path, headers, content)] = listener.heard
    assert verified(headers, content, webhook.secret)
    assert not verified(headers, content + b" ", webhook.secret)
    assert not verified({**headers, "webhook-timestamp": "1"}, content, webhook.secret)
    assert not verified({**headers, "webhook-id": "msg_x"}, content, webhook.secret)
    assert headers["webhook-id"] == WebhookMessage.objects.get().message_id
    assert headers["content-type"] == "application/json"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60


def test_for_a_day_after_a_new_secret_both_verify_and_then_the_new_one_alone(webhook, listener, register, organiser):
    old = webhook.secret
    new = services.renew_secret(webhook=webhook, by=organiser).secret
    assert old != new
    register("Anna")
    worker.send_due()
    assert all(verified(*listener.heard[0][1:], secret) for secret in (old, new))
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        register("Bruno")
        worker.send_due()
    assert verified(*listener.heard[1][1:], new)
    assert not verified(*listener.heard[1][1:], old)


def test_the_secret_is_in_no_row_and_no_page_but_the_one_answer(webhook, organiser, client_of):
    client, at = client_of(organiser), f"/manage/webhooks/{webhook.key}/"
    assert webhook.secret.startswith("whsec_")
    assert len(base64.b64decode(webhook.secret.removeprefix("whsec_"))) == 32
    assert client.get(f"{at}secret/").status_code == 405
    shown = client.post(f"{at}secret/")
    assert webhook.secret in shown.content.decode().replace("&#x27;", "'")
    assert "no-store" in shown["Cache-Control"]
    again = client.post(f"{at}secret/", follow=True).content.decode()
    assert webhook.secret not in again
    assert "già stato mostrato" in again
    values = Webhook.objects.values_list().get()
    assert webhook.secret not in str(values)
    assert webhook.secret.removeprefix("whsec_") not in str(values)
