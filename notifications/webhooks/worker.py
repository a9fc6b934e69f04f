"""Tells other programs what waits for them. Any number may run at once, with a bell or without.

Programs are told side by side, each in order and by one thread that only knows the network; only the worker's own thread
talks to the database. A program that does not take a fact rests, so that one that hangs costs ten seconds now and then.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from notifications.models import Webhook, WebhookAttempt, WebhookMessage
from notifications.posting import network, rows
from notifications.sending import lanes
from notifications.webhooks import services, signing

logger = logging.getLogger(__name__)
#: Messages of one program in hand at once, and programs told side by side.
IN_HAND, SIDE_BY_SIDE = 10, 4
#: A program that fails rests so long, doubled each time; its messages climb their own ladder meanwhile.
SHORTEST_REST, LONGEST_REST = timedelta(seconds=10), timedelta(minutes=10)
#: The address is gone for good (RFC 9110 section 15.5.11): nobody need be asked for days.
GONE = 410
#: So long the ledger remembers.
REMEMBERED = timedelta(days=90)
Told = list[tuple[WebhookMessage, network.Answer]]


def send_due(*, seconds: float = 5.0) -> dict[str, int]:
    """Tell what is due for a while; how many were taken, and how many were not. Nothing leaves while all mail is held."""
    report = {"told": 0, "put_off": 0}
    try:
        lanes.check_station(is_real=True)
    except lanes.Held:
        return report
    until, owner = time.monotonic() + seconds, uuid4().hex
    _recover()
    services.give_up_of_the_closed()
    while time.monotonic() < until and (handfuls := _claim(owner)):
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="webhook") as pool:
            tellings = [pool.submit(_tell, webhook, found, until) for webhook, found in handfuls]
            for (webhook, found), telling in zip(handfuls, tellings, strict=True):
                _write_down(webhook, found, telling.result(), owner, report)
    _forget(timezone.now())
    return report


@transaction.atomic
def _recover() -> None:
    """Facts of workers that died are told again at once: who reads them knows a repetition. One that kills each is given up."""
    found = rows.recover(
        WebhookMessage, lambda row: {"state": rows.FAILED if row.attempts > len(rows.LADDER) else rows.WAITING}
    )
    WebhookAttempt.objects.bulk_create(WebhookAttempt(message=message, words=rows.DIED) for message in found)


def _claim(owner: str) -> list[tuple[Webhook, list[WebhookMessage]]]:
    """Who took something longest ago comes first, so that a few with a long pile do not keep the others waiting."""
    now = timezone.now()
    due = WebhookMessage.objects.filter(state=rows.WAITING, not_before__lte=now)
    longest_ago = F("succeeded_at").asc(nulls_first=True), "pk"
    open_ones = Webhook.objects.open(now).filter(pk__in=due.values("webhook")).order_by(*longest_ago)[:SIDE_BY_SIDE]
    handfuls = [(webhook, rows.claim(due.filter(webhook=webhook), owner, IN_HAND)) for webhook in open_ones]
    return [(webhook, found) for webhook, found in handfuls if found]


def _tell(webhook: Webhook, found: list[WebhookMessage], until: float) -> Told:
    """In a thread of its own, without the database: in order, until one is not taken or the time is over."""
    told: Told = []
    for message in found:
        if told and time.monotonic() > until:
            break
        content = signing.content_of(message.payload)
        headers = signing.headers(webhook, message, content, timezone.now())
        told.append((message, network.post(webhook.url, content, headers)))
        if not told[-1][1].is_taken:
            break
    return told


def _write_down(webhook: Webhook, found: list[WebhookMessage], told: Told, owner: str, report: dict[str, int]) -> None:
    _put_back(webhook.pk, found[len(told) :], owner)  # first: what is switched off below gives up what waits
    for message, answer in told:
        if _record(webhook.pk, message, answer, owner):
            report["told" if answer.is_taken else "put_off"] += 1
        else:
            logger.warning("too late to be written down for %s", message.message_id)


@transaction.atomic
def _put_back(webhook_pk: int, untouched: list[WebhookMessage], owner: str) -> None:
    """Those that were taken and not tried wait again, unless a person closed the address meanwhile."""
    if not untouched:
        return
    webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook_pk)
    for message in untouched:
        rows.release(message, owner)
    if webhook.is_closed:
        services.give_up_waiting(webhook, "the address was closed")


@transaction.atomic
def _record(webhook_pk: int, message: WebhookMessage, answer: network.Answer, owner: str) -> bool:
    """One attempt, and what it means for its message and program. The program's row is the lock, as for a person's acts.

    Locked without its key: a fact that is written down for it at the same time, by a visitor's registration, does not wait.
    """
    webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook_pk)
    now = timezone.now()
    if answer.is_taken:
        values = {"state": rows.DELIVERED, "delivered_at": now}
    elif webhook.is_closed:  # meanwhile
        values = {"state": rows.FAILED}
    else:
        values = rows.failed(message.attempts, now, wait=answer.wait)
    if not rows.put(message, owner, **values):
        return False
    WebhookAttempt.objects.create(
        message=message, at=now, status=answer.status, words=answer.words, milliseconds=answer.milliseconds
    )
    if answer.is_taken:
        _went_well(webhook, now)
    else:
        _went_wrong(webhook, answer, now)
    return True


def _went_well(webhook: Webhook, now: datetime) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(succeeded_at=now, failing_since=None, failures=0, rests_until=None)


def _went_wrong(webhook: Webhook, answer: network.Answer, now: datetime) -> None:
    rest = min(SHORTEST_REST * 2 ** min(webhook.failures, 10), LONGEST_REST)
    webhook.failing_since = webhook.failing_since or now
    webhook.failures += 1
    webhook.rests_until = now + max(rest, timedelta(seconds=answer.wait))
    webhook.save(update_fields=["failing_since", "failures", "rests_until"])
    if webhook.state != Webhook.State.ACTIVE:
        return
    if answer.status == GONE or now - webhook.failing_since >= services.DISABLED_AFTER:
        services.disable(webhook, now, is_gone=answer.status == GONE)


def _forget(now: datetime) -> None:
    """Old messages leave a few at a time, also what a paused address has not been told for so long."""
    old = WebhookMessage.objects.filter(created_at__lt=now - REMEMBERED).exclude(state=rows.SENDING)
    keys = list(old.order_by("created_at").values_list("pk", flat=True)[:200])
    if keys:
        WebhookMessage.objects.filter(pk__in=keys).delete()
