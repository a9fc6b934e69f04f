"""Who takes nothing for days is switched off; who was removed or paused is told nothing; what is old is forgotten."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from notifications.kinds import BUILDERS
from notifications.models import Delivery, OutboxAct, Webhook, WebhookMessage
from notifications.posting import network, rows
from notifications.webhooks import services, worker

pytestmark = pytest.mark.django_db
State = WebhookMessage.State


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


def test_a_fact_written_down_while_its_address_was_being_closed_is_given_up(webhook, register, listener, organiser):
    """Its transaction read the address as open and ended after the one that closed it."""
    register("Anna")
    Webhook.objects.update(state="removed")
    worker.send_due()
    message = WebhookMessage.objects.get()
    assert (message.state, message.tries.get().words) == (State.FAILED, "not tried: the address was closed")
    assert listener.heard == []
