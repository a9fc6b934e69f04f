"""What organisers may do with a single message, and anybody with their own address."""

from django.db import transaction
from django.utils import timezone

from notifications import outbox
from notifications.models import Attempt, Campaign, Delivery
from notifications.recipients.services import subscribe_again, unsubscribe
from organisations.models import User

__all__ = ["WrongState", "mark_arrived", "send_again", "subscribe_again", "unsubscribe"]


class WrongState(Exception):
    """The message is not in a state that allows this."""


@transaction.atomic
def send_again(*, delivery: Delivery, by: User) -> None:
    """Let a failed or uncertain message go out once more, with the same Message-ID. Raises WrongState."""
    retried = Delivery.objects.filter(
        pk=delivery.pk, state__in=[Delivery.State.FAILED, Delivery.State.UNCERTAIN]
    ).update(state=Delivery.State.READY, owner="", lease_until=None, sending_since=None, not_before=timezone.now())
    if not retried:
        raise WrongState
    if delivery.campaign_id:
        finished = Campaign.objects.filter(pk=delivery.campaign_id, state=Campaign.State.FINISHED)
        finished.update(state=Campaign.State.RUNNING)
    transaction.on_commit(lambda: outbox.wake(), robust=True)


@transaction.atomic
def mark_arrived(*, delivery: Delivery, by: User) -> None:
    """Record that an uncertain message did arrive. Raises WrongState."""
    words = f"settled by {by.email}"
    settled = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.UNCERTAIN).update(
        state=Delivery.State.ACCEPTED, accepted_at=timezone.now(), owner="", reply=words
    )
    if not settled:
        raise WrongState
    Attempt.objects.create(delivery=delivery, outcome=Attempt.Outcome.SETTLED, reply=words)
