"""What a person may do about other programs, and what the portal does when one stays silent for days."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from notifications import outbox
from notifications.models import TEST_FACT, OutboxAct, Webhook, WebhookAttempt, WebhookMessage
from notifications.outbox import Message
from notifications.posting import rows
from notifications.webhooks.facts import envelope, wake
from organisations.models import User
from organisations.roles import Permission

State = Webhook.State
#: So long nothing was taken, then the portal switches the address off and tells the organisers.
DISABLED_AFTER = timedelta(days=5)


class WrongState(Exception):
    """The address or the message is not in a state that allows this."""


class AlreadyThere(Exception):
    """That address is registered."""


class ShownBefore(Exception):
    """The secret was shown already; a new one can be made."""


@transaction.atomic
def register(*, name: str, url: str, facts: Sequence[str], by: User) -> Webhook:
    """An address that is told these facts from now on. Raises AlreadyThere."""
    try:
        with transaction.atomic():
            webhook = Webhook.objects.create(name=name, url=url, facts=list(facts), created_by=by)
    except IntegrityError as error:
        raise AlreadyThere from error
    _note(webhook, "registered", by)
    return webhook


@transaction.atomic
def change(*, webhook: Webhook, name: str, url: str, facts: Sequence[str], by: User) -> Webhook:
    """Another name, address or choice of facts; what waits goes to the new address. Raises WrongState, AlreadyThere."""
    webhook = _lock(webhook, State.ACTIVE, State.PAUSED, State.DISABLED)
    if url != webhook.url:  # the failures were the other address's
        webhook.failing_since, webhook.failures, webhook.rests_until = None, 0, None
    webhook.name, webhook.url, webhook.facts = name, url, list(facts)
    try:
        with transaction.atomic():
            webhook.save(update_fields=["name", "url", "facts", "failing_since", "failures", "rests_until"])
    except IntegrityError as error:
        raise AlreadyThere from error
    _note(webhook, "changed", by)
    return webhook


@transaction.atomic
def show_secret(*, webhook: Webhook, by: User) -> str:
    """The secret, once. Raises ShownBefore, WrongState."""
    webhook = _lock(webhook, State.ACTIVE, State.PAUSED, State.DISABLED)
    if webhook.secret_shown_at is not None:
        raise ShownBefore
    webhook.secret_shown_at = timezone.now()
    webhook.save(update_fields=["secret_shown_at"])
    _note(webhook, "secret_shown", by)
    return webhook.secret


@transaction.atomic
def renew_secret(*, webhook: Webhook, by: User) -> Webhook:
    """A new secret, to be shown once. For a day what is sent bears both signatures. Raises WrongState."""
    webhook = _lock(webhook, State.ACTIVE, State.PAUSED, State.DISABLED)
    webhook.secret_version += 1
    webhook.secret_renewed_at, webhook.secret_shown_at = timezone.now(), None
    webhook.save(update_fields=["secret_version", "secret_renewed_at", "secret_shown_at"])
    _note(webhook, "secret_renewed", by)
    return webhook


@transaction.atomic
def pause(*, webhook: Webhook, by: User) -> Webhook:
    """Facts are written down and wait. Raises WrongState."""
    webhook = _move(_lock(webhook, State.ACTIVE), State.PAUSED)
    _note(webhook, "paused", by)
    return webhook


@transaction.atomic
def resume(*, webhook: Webhook, by: User) -> Webhook:
    """Tell it again, from what waits on; also one that the portal switched off. Raises WrongState."""
    webhook = _lock(webhook, State.PAUSED, State.DISABLED)
    webhook.failing_since, webhook.failures, webhook.rests_until = None, 0, None
    webhook = _move(webhook, State.ACTIVE, "failing_since", "failures", "rests_until")
    _note(webhook, "resumed", by)
    transaction.on_commit(lambda: wake(), robust=True)
    return webhook


@transaction.atomic
def remove(*, webhook: Webhook, by: User) -> Webhook:
    """Tell it nothing any more; its ledger fades like the others. Raises WrongState."""
    webhook = _move(_lock(webhook, State.ACTIVE, State.PAUSED, State.DISABLED), State.REMOVED)
    give_up_waiting(webhook, "the address was removed")
    _note(webhook, "removed", by)
    return webhook


@transaction.atomic
def send_test(*, webhook: Webhook, by: User) -> WebhookMessage:
    """A fact that means nothing, by the same way, before all that waits; at most one a second. Raises WrongState."""
    webhook, now = _lock(webhook, State.ACTIVE), timezone.now()
    message, _created = WebhookMessage.objects.get_or_create(
        webhook=webhook,
        occurrence=f"{TEST_FACT}:{now:%Y%m%d%H%M%S}",
        defaults={
            "fact": TEST_FACT,
            "payload": envelope(TEST_FACT, {}, now),
            "created_at": now,
            "not_before": webhook.created_at,  # older than any fact that waits for it
        },
    )
    Webhook.objects.filter(pk=webhook.pk).update(rests_until=None)  # somebody waits to see what comes of it
    transaction.on_commit(lambda: wake(), robust=True)
    return message


@transaction.atomic
def send_again(*, message: WebhookMessage, by: User) -> None:
    """Tell one fact once more, under the same id, from the ladder's first step on. Raises WrongState."""
    webhook = _lock(message.webhook, State.ACTIVE, State.PAUSED)
    settled = webhook.messages.filter(pk=message.pk, state__in=[rows.FAILED, rows.DELIVERED])
    if not _again(settled):
        raise WrongState


@transaction.atomic
def send_failed_again(*, webhook: Webhook, by: User) -> int:
    """Tell once more all that was given up; how many. Raises WrongState."""
    webhook = _lock(webhook, State.ACTIVE, State.PAUSED)
    count = _again(webhook.messages.filter(state=rows.FAILED))
    _note(webhook, "sent_again", by)
    return count


def disable(webhook: Webhook, now: datetime, *, is_gone: bool) -> None:
    """The portal's own act, with the program's row locked: switch it off, give up what waits, tell the organisers."""
    why = "the address says that it is gone" if is_gone else "nothing was taken for days"
    webhook.disabled_at = now
    webhook.state = State.DISABLED
    webhook.save(update_fields=["state", "disabled_at"])
    give_up_waiting(webhook, why)
    _note(webhook, "gone" if is_gone else "disabled", None)
    outbox.enqueue(
        Message(
            kind="webhook_disabled",
            key=f"webhook_disabled:{webhook.pk}:{now.timestamp():.0f}",
            address=user.email,
            name=user.name,
            language=user.language,
            payload={"webhook": webhook.pk, "is_gone": is_gone},
        )
        for user in User.objects.with_permission(Permission.OPERATE_OUTBOX)
    )


def give_up_waiting(webhook: Webhook, why: str) -> None:
    """What waits for an address that was closed is given up, visibly. Expects its row locked."""
    waiting = webhook.messages.filter(state=rows.WAITING)
    keys = list(waiting.values_list("pk", flat=True))  # one that is written down after this look is found by the next
    for start in range(0, len(keys), 500):
        chunk = keys[start : start + 500]
        WebhookAttempt.objects.bulk_create(WebhookAttempt(message_id=pk, words=f"not tried: {why}") for pk in chunk)
        waiting.filter(pk__in=chunk).update(state=rows.FAILED)


def give_up_of_the_closed() -> None:
    """The same for rows that came back from dead workers, or were written down while it was being closed."""
    left = WebhookMessage.objects.filter(state=rows.WAITING).exclude(webhook__in=Webhook.objects.taking())
    for webhook in Webhook.objects.filter(pk__in=left.values("webhook")):
        with transaction.atomic():
            locked = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
            if locked.is_closed:
                give_up_waiting(locked, "the address was closed")


# -- inside ------------------------------------------------------------------------------------------------------------


def _lock(webhook: Webhook, *states: str) -> Webhook:
    locked = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
    if locked.state not in states:
        raise WrongState
    return locked


def _move(webhook: Webhook, state: str, *changed: str) -> Webhook:
    webhook.state, webhook.disabled_at = state, None
    webhook.save(update_fields=["state", "disabled_at", *changed])
    return webhook


def _again(messages: QuerySet[WebhookMessage]) -> int:
    count = messages.update(state=rows.WAITING, attempts=0, not_before=timezone.now())
    transaction.on_commit(lambda: wake(), robust=True)
    return count


def _note(webhook: Webhook, what: str, by: User | None) -> None:
    OutboxAct.note(OutboxAct.Verb.WEBHOOK, by=by, what=what, name=webhook.name)
