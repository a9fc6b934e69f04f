"""Other programs: told once, signed, without a person's data; tried along a ladder, given up visibly, switched off in the end."""

import base64
import hashlib
import hmac
import json
import threading
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from events import services as events
from notifications.campaigns import services as campaigns
from notifications.kinds import BUILDERS
from notifications.models import (
    Delivery,
    DeliveryEvent,
    Fact,
    OutboxAct,
    Station,
    Webhook,
    WebhookAttempt,
    WebhookMessage,
)
from notifications.posting import network, rows
from notifications.providers import events as reports
from notifications.sending import pump, station
from notifications.webhooks import services, signing, worker
from tests.notifications.listener import Listener

pytestmark = pytest.mark.django_db
State = WebhookMessage.State


@pytest.fixture
def listener(settings):
    settings.POSTING_MAY_STAY_HERE = True
    server = Listener()
    yield server
    server.close()


@pytest.fixture
def webhook(listener, organiser) -> Webhook:
    return services.register(name="Calendario del Comune", url=listener.url, facts=Fact.values, by=organiser)


def told(listener) -> list[dict]:
    return [json.loads(content) for _path, _headers, content in listener.heard]


# -- what is told ----------------------------------------------------------------------------------------------------------


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
        "registration": registration.reference, "event": "info-day", "state": "confirmed", "people": 2, "revision": 0,
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


# -- the signature ---------------------------------------------------------------------------------------------------------


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


# -- the way ---------------------------------------------------------------------------------------------------------------


def test_a_refusal_is_tried_again_along_the_ladder_under_the_same_id(webhook, listener, register):
    listener.answers = [(500, {}, b"non ora"), (429, {}, b""), (200, {}, b"ok")]
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        register("Anna")
        assert worker.send_due() == {"told": 0, "put_off": 1}
        message = WebhookMessage.objects.get()
        assert (message.state, message.attempts, message.not_before) == (State.WAITING, 1, now + rows.LADDER[0])
        assert worker.send_due() == {"told": 0, "put_off": 0}
        clock.shift(rows.LADDER[0])
        worker.send_due()
        message.refresh_from_db()
        assert (message.attempts, message.not_before) == (2, now + rows.LADDER[0] + rows.LADDER[1])
        clock.shift(rows.LADDER[1])
        worker.send_due()
        message.refresh_from_db()
    assert (message.state, message.delivered_at) == (State.DELIVERED, now + rows.LADDER[0] + rows.LADDER[1])
    assert [(attempt.status, attempt.words) for attempt in message.tries.all()] == [
        (500, "non ora"),
        (429, ""),
        (200, "ok"),
    ]
    assert len({headers["webhook-id"] for _path, headers, _content in listener.heard}) == 1
    assert len({content for *_rest, content in listener.heard}) == 1


def test_after_the_last_step_it_is_given_up_and_a_person_may_send_it_again(webhook, listener, register, organiser):
    listener.answers = [(503, {}, b"")]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        register("Anna")
        for step in (timedelta(), *rows.LADDER):
            clock.shift(max(step, worker.LONGEST_REST))
            worker.send_due()
        message = WebhookMessage.objects.get()
        assert (message.state, message.tries.count()) == (State.FAILED, len(rows.LADDER) + 1)
        clock.shift(timedelta(days=1))
        assert worker.send_due() == {"told": 0, "put_off": 0}
        listener.answers = [(204, {}, b"")]
        services.send_again(message=message, by=organiser)
        assert worker.send_due() == {"told": 1, "put_off": 0}
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.DELIVERED, 1)
    assert message.tries.count() == len(rows.LADDER) + 2


def test_the_other_sides_wish_to_wait_is_respected(webhook, listener, register):
    listener.answers = [(429, {"Retry-After": "3600"}, b"")]
    with time_machine.travel(timezone.now(), tick=False):
        register("Anna")
        worker.send_due()
        webhook.refresh_from_db()
        wanted = timezone.now() + timedelta(hours=1)
        assert (WebhookMessage.objects.get().not_before, webhook.rests_until) == (wanted, wanted)


def test_one_that_fails_rests_as_a_whole_and_the_others_go_on(webhook, listener, organiser, register):
    sick = services.register(
        name="Malato", url=listener.url.replace("ricevi", "malato"), facts=Fact.values, by=organiser
    )
    Webhook.objects.filter(pk=sick.pk).update(url="http://127.0.0.1:9/x")  # nobody there
    for name in ("Anna", "Bruno", "Carla"):
        register(name)
    assert worker.send_due() == {"told": 3, "put_off": 1}
    assert WebhookAttempt.objects.filter(message__webhook=sick).count() == 1
    assert set(sick.messages.values_list("state", "attempts")) == {(State.WAITING, 0), (State.WAITING, 1)}
    sick.refresh_from_db()
    assert sick.rests_until is not None
    assert sick.failures == 1


def test_facts_arrive_in_their_order(webhook, listener, register):
    references = [register(f"P{number}").reference for number in range(5)]
    worker.send_due()
    assert [one["data"]["registration"] for one in told(listener)] == references


def test_a_dead_workers_rows_are_taken_by_the_next_one(webhook, listener, register):
    register("Anna")
    WebhookMessage.objects.update(
        state="sending", owner="dead", lease_until=timezone.now() - timedelta(seconds=1), attempts=1
    )
    assert worker.send_due()["told"] == 1
    assert WebhookMessage.objects.get().attempts == 2


def test_a_dead_workers_row_of_a_removed_address_is_given_up(webhook, listener, register, organiser):
    register("Anna")
    WebhookMessage.objects.update(state="sending", owner="dead", lease_until=timezone.now() - timedelta(seconds=1))
    services.remove(webhook=webhook, by=organiser)
    worker.send_due()
    assert WebhookMessage.objects.get().state == State.FAILED
    assert listener.heard == []


def test_what_was_taken_and_not_tried_is_given_up_when_the_address_was_removed_meanwhile(
    webhook, listener, register, organiser
):
    for name in ("Anna", "Bruno"):
        register(name)
    found = rows.claim(WebhookMessage.objects.all(), "x", 5)
    services.remove(webhook=webhook, by=organiser)
    worker._put_back(webhook.pk, found, "x")
    assert set(webhook.messages.values_list("state", "attempts")) == {(State.FAILED, 0)}


def test_a_worker_whose_lease_was_over_writes_nothing(webhook, listener, register):
    register("Anna")
    [message] = rows.claim(WebhookMessage.objects.all(), "slow", 5)
    WebhookMessage.objects.update(owner="quick")
    answer = network.Answer(500, "", 1)
    assert worker._record(webhook.pk, message, answer, "slow") is False
    assert not WebhookAttempt.objects.exists()
    webhook.refresh_from_db()
    assert webhook.failures == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_fact_once(settings, organiser, event, register):
    settings.POSTING_MAY_STAY_HERE = True
    listener = Listener()
    services.register(name="x", url=listener.url, facts=Fact.values, by=organiser)
    for number in range(5):
        register(f"P{number}")
    listener.delay = 0.02

    def work():
        worker.send_due(seconds=10)
        connections.close_all()

    threads = [threading.Thread(target=work) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worker.send_due()
    ids = [headers["webhook-id"] for _path, headers, _content in listener.heard]
    assert len(ids) == len(set(ids)) == 5
    listener.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_without_the_compare_and_set_two_workers_would_take_the_same_row(organiser, event, register, monkeypatch):
    """Negative control of the claim: with the state left out of the update's condition both get it."""
    services.register(name="x", url="https://programma.example.org/", facts=Fact.values, by=organiser)
    register("Anna")
    due = WebhookMessage.objects.filter(state="waiting")
    keys = list(due.values_list("pk", flat=True))
    seen = []
    for owner in ("a", "b"):  # both have read before either writes
        WebhookMessage.objects.filter(pk__in=keys).update(state="sending", owner=owner, lease_until=timezone.now())
        seen.append(WebhookMessage.objects.filter(pk__in=keys, owner=owner).count())
    assert seen == [1, 1]
    WebhookMessage.objects.update(state="waiting", owner="", lease_until=None)
    first = rows.claim(due, "a", 5)
    stale = WebhookMessage.objects.filter(pk__in=keys)  # as if read before
    assert len(first) == 1
    assert rows.claim(stale, "b", 5) == []


def test_nothing_is_told_while_all_mail_is_held_or_on_a_copy_of_the_site(webhook, listener, register, organiser):
    register("Anna")
    station.hold(reason="prova", by=organiser)
    assert worker.send_due() == {"told": 0, "put_off": 0}
    station.release(by=organiser)
    Station.objects.update(site="https://originale.example.org")
    assert worker.send_due() == {"told": 0, "put_off": 0}
    assert listener.heard == []


def test_the_clock_tells_what_waits_without_any_bell(webhook, listener, register):
    from notifications import clock

    register("Anna")
    assert clock.go_round(seconds=1)["told"] == 1


def test_a_name_that_leads_inwards_is_an_attempt_like_any_other(organiser, register, monkeypatch, event):
    import socket

    webhook = services.register(name="x", url="https://programma.example.org/", facts=Fact.values, by=organiser)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("169.254.169.254", 443))])
    register("Anna")
    assert worker.send_due() == {"told": 0, "put_off": 1}
    assert webhook.messages.get().tries.get().words == "not a public address"


# -- the end of patience -----------------------------------------------------------------------------------------------------


def test_after_days_without_success_it_is_switched_off_and_the_organisers_are_told(
    webhook, listener, register, organiser
):
    listener.answers = [(500, {}, b"")]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        register("Anna")
        worker.send_due()
        clock.shift(services.DISABLED_AFTER - timedelta(minutes=1))
        worker.send_due()
        webhook.refresh_from_db()
        assert webhook.state == Webhook.State.ACTIVE
        register("Bruno")
        clock.shift(timedelta(hours=1))
        worker.send_due()
        webhook.refresh_from_db()
        assert webhook.state == Webhook.State.DISABLED
        register("Carla")
    assert set(webhook.messages.values_list("state", flat=True)) == {State.FAILED}
    assert webhook.messages.count() == 2  # what happens from now on is not written down
    assert webhook.messages.last().tries.last().words.startswith("not tried: ")
    mail = Delivery.objects.get(kind="webhook_disabled")
    assert mail.address == organiser.email
    letter = BUILDERS["webhook_disabled"](mail)
    assert "Calendario del Comune" in letter.subject
    assert str(webhook.key) in letter.link[1]
    assert OutboxAct.objects.filter(verb="webhook", by=None, facts__what="disabled").exists()


def test_an_address_that_says_it_is_gone_is_switched_off_at_once(webhook, listener, register):
    listener.answers = [(410, {}, b"")]
    register("Anna")
    worker.send_due()
    webhook.refresh_from_db()
    assert webhook.state == Webhook.State.DISABLED
    mail = Delivery.objects.get(kind="webhook_disabled")
    assert "non esiste più" in " ".join(BUILDERS["webhook_disabled"](mail).paragraphs)


def test_one_success_ends_the_count_of_the_days(webhook, listener, register):
    listener.answers = [(500, {}, b""), (200, {}, b""), (500, {}, b"")]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        register("Anna")
        worker.send_due()
        clock.shift(timedelta(days=4))
        worker.send_due()
        webhook.refresh_from_db()
        assert (webhook.failing_since, webhook.failures) == (None, 0)
        clock.shift(timedelta(days=4))
        register("Bruno")
        worker.send_due()
        webhook.refresh_from_db()
        assert (webhook.state, webhook.failing_since) == (Webhook.State.ACTIVE, timezone.now())


def test_switched_on_again_it_is_told_what_was_given_up(webhook, listener, register, organiser):
    listener.answers = [(410, {}, b"")]
    register("Anna")
    worker.send_due()
    with pytest.raises(services.WrongState):
        services.send_failed_again(webhook=webhook, by=organiser)
    listener.answers = [(200, {}, b"")]
    services.resume(webhook=webhook, by=organiser)
    assert services.send_failed_again(webhook=webhook, by=organiser) == 1
    assert worker.send_due()["told"] == 1
    webhook.refresh_from_db()
    assert (webhook.state, webhook.disabled_at, webhook.failures) == (Webhook.State.ACTIVE, None, 0)


def test_a_paused_one_is_told_later_and_a_removed_one_never(webhook, listener, register, organiser):
    services.pause(webhook=webhook, by=organiser)
    register("Anna")
    assert worker.send_due()["told"] == 0
    services.resume(webhook=webhook, by=organiser)
    assert worker.send_due()["told"] == 1
    register("Bruno")
    services.remove(webhook=webhook, by=organiser)
    register("Carla")
    assert worker.send_due() == {"told": 0, "put_off": 0}
    assert sorted(webhook.messages.values_list("state", flat=True)) == [State.DELIVERED, State.FAILED]
    for verb in (services.pause, services.resume, services.remove, services.renew_secret, services.send_test):
        with pytest.raises(services.WrongState):
            verb(webhook=webhook, by=organiser)


def test_a_result_that_comes_after_the_removal_gives_the_row_up(webhook, listener, register, organiser):
    register("Anna")
    [message] = rows.claim(WebhookMessage.objects.all(), "x", 5)
    services.remove(webhook=webhook, by=organiser)
    assert worker._record(webhook.pk, message, network.Answer(500, "", 1), "x")
    message.refresh_from_db()
    assert message.state == State.FAILED


@pytest.mark.parametrize("state", Webhook.State.values)
@pytest.mark.parametrize("target", Webhook.State.values)
def test_an_address_moves_along_its_table_and_no_other_way(webhook, organiser, state, target):
    verbs = {
        "active": services.resume, "paused": services.pause, "removed": services.remove,
        "disabled": lambda *, webhook, by: services.disable(
            services._lock(webhook, "active"), timezone.now(), is_gone=False
        ),
    }  # fmt: skip
    now = timezone.now() if state == "disabled" else None
    Webhook.objects.update(state=state, disabled_at=now)
    if target in Webhook.TRANSITIONS[state]:
        verbs[target](webhook=webhook, by=organiser)
        webhook.refresh_from_db()
        assert webhook.state == target
    else:
        with pytest.raises(services.WrongState):
            verbs[target](webhook=webhook, by=organiser)


def test_the_ledger_forgets_what_is_older_than_ninety_days(webhook, register, listener, organiser):
    services.pause(webhook=webhook, by=organiser)
    for name in ("Anna", "Bruno"):
        register(name)
    old, young = WebhookMessage.objects.order_by("pk")
    for message, days in ((old, 91), (young, 89)):
        WebhookMessage.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(days=days))
    worker.send_due()
    assert list(WebhookMessage.objects.all()) == [young]


def test_the_database_refuses_what_no_service_writes(webhook, register):
    register("Anna")
    message = WebhookMessage.objects.get()
    for values in ({"state": "sending"}, {"owner": "x"}, {"state": "delivered"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WebhookMessage.objects.filter(pk=message.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Webhook.objects.update(state="disabled")
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookMessage.objects.create(webhook=webhook, fact="x", occurrence=message.occurrence, payload={})


# -- pages -------------------------------------------------------------------------------------------------------------------


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
    with django_assert_num_queries(5):
        client.get("/manage/webhooks/")
    with django_assert_num_queries(7):
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
