"""What an organiser may decide about messages whose fate is not certain."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from notifications import outbox
from notifications.models import Attempt, Campaign, Delivery, OutboxAct
from organisations.models import User

State = Delivery.State


class WrongState(Exception):
    """The message is not in a state that allows this."""


@transaction.atomic
def send_again(*, delivery: Delivery, by: User) -> None:
    """Let a failed or uncertain message go out once more, with the same Message-ID. Raises WrongState."""
    if not _send_again(_locked([delivery.key], State.FAILED, State.UNCERTAIN), by):
        raise WrongState


@transaction.atomic
def mark_arrived(*, delivery: Delivery, by: User) -> None:
    """Record that an uncertain message did arrive. Raises WrongState."""
    if not _mark_arrived(_locked([delivery.key], State.UNCERTAIN), by):
        raise WrongState


@transaction.atomic
def send_uncertain_again(*, keys: Iterable[UUID], by: User) -> int:
    """Let these go out once more if they are uncertain still; how many were."""
    return _send_again(_locked(keys, State.UNCERTAIN), by)


@transaction.atomic
def mark_all_arrived(*, keys: Iterable[UUID], by: User) -> int:
    """Record that these did arrive if they are uncertain still; how many were."""
    return _mark_arrived(_locked(keys, State.UNCERTAIN), by)


def _locked(keys: Iterable[UUID], *states: str) -> list[Delivery]:
    rows = Delivery.objects.filter(key__in=list(keys), state__in=states).order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def _send_again(rows: list[Delivery], by: User) -> int:
    _put(rows, state=State.READY, owner="", lease_until=None, sending_since=None, not_before=timezone.now())
    _remember(OutboxAct.Verb.SENT_AGAIN, rows, by, "to be sent again, by")
    finished = Campaign.objects.filter(
        pk__in={row.campaign_id for row in rows if row.campaign_id}, state=Campaign.State.FINISHED
    )
    finished.update(state=Campaign.State.RUNNING)
    transaction.on_commit(lambda: outbox.wake(), robust=True)
    return len(rows)


def _mark_arrived(rows: list[Delivery], by: User) -> int:
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).forget_secrets()
    _put(rows, state=State.ACCEPTED, accepted_at=timezone.now(), owner="", reply=f"settled by {by.email}")
    _remember(OutboxAct.Verb.ARRIVED, rows, by, "settled by")
    return len(rows)


def _put(rows: list[Delivery], **values: object) -> None:
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(**values)


def _remember(verb: str, rows: list[Delivery], by: User, words: str) -> None:
    """In each message's own history, and among the acts on the outbox."""
    Attempt.objects.bulk_create(
        Attempt(delivery=row, outcome=Attempt.Outcome.SETTLED, reply=f"{words} {by.email}") for row in rows
    )
    if rows:
        OutboxAct.note(verb, by=by, count=len(rows))
