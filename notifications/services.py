"""What an organiser may decide about messages whose fate is not certain."""

from collections import Counter
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, When
from django.utils import timezone

from notifications import outbox
from notifications.models import Attempt, Campaign, CampaignAct, Delivery, DeliveryQuerySet, OutboxAct
from notifications.sending import many
from organisations.models import User

State = Delivery.State


class WrongState(Exception):
    """The message is not in a state that allows this."""


class TextGone(Exception):
    """Its text was a secret and ended with it: there is nothing to send."""


@transaction.atomic
def send_again(*, delivery: Delivery, by: User) -> None:
    """Let a failed or uncertain message go out once more, with the same Message-ID. Raises WrongState, TextGone."""
    current = Delivery.objects.get(pk=delivery.pk)
    if current.state == State.FAILED and current.has_lost_its_text:
        raise TextGone
    again = Delivery.objects.filter(key=delivery.key, state__in=[State.FAILED, State.UNCERTAIN])
    if not let_go_again(wanted=again, by=by):
        raise WrongState


@transaction.atomic
def mark_arrived(*, delivery: Delivery, by: User) -> None:
    """Record that an uncertain message did arrive. Raises WrongState."""
    if not _mark_arrived(_locked([delivery.key], State.UNCERTAIN), by):
        raise WrongState


@transaction.atomic
def send_uncertain_again(*, keys: Iterable[UUID], by: User) -> int:
    """Let these go out once more if they are uncertain still; how many were."""
    uncertain = Delivery.objects.filter(key__in=list(keys), state=State.UNCERTAIN)
    return let_go_again(wanted=uncertain, by=by)


@transaction.atomic
def mark_all_arrived(*, keys: Iterable[UUID], by: User) -> int:
    """Record that these did arrive if they are uncertain still; how many were."""
    return _mark_arrived(_locked(keys, State.UNCERTAIN), by)


@transaction.atomic
def let_go_again(*, wanted: DeliveryQuerySet, by: User) -> int:
    """A person's decision that these go out once more, as if for the first time; how many.

    Its campaign goes on if it had ended. What it is (date, Message-ID) stays; how often and how long it was tried, and
    until when it could leave, begin anew. Campaigns are locked before their messages, as everywhere.
    """
    campaigns = _campaigns_of(wanted)
    rows = dict(wanted.order_by("pk").select_for_update(of=("self",)).values_list("pk", "campaign_id"))
    if not rows:
        return 0
    now = timezone.now()
    Delivery.objects.filter(many.among(Delivery, "id", rows)).update(
        state=State.READY, owner="", lease_until=None, sending_since=None, accepted_at=None, attempts=0, not_before=now,
        tried_since=now, expires_at=Case(When(expires_at__lte=now, then=None), default=F("expires_at")),
    )  # fmt: skip
    _remember(OutboxAct.Verb.SENT_AGAIN, rows, by, "to be sent again, by")
    for pk, count in Counter(rows.values()).items():
        if pk is not None:
            _reopen(campaigns[pk], count, by)
    transaction.on_commit(lambda: outbox.wake(), robust=True)
    return len(rows)


def _campaigns_of(wanted: DeliveryQuerySet) -> dict[int, Campaign]:
    keys = wanted.order_by().exclude(campaign=None).values_list("campaign", flat=True).distinct()
    locked = Campaign.objects.filter(pk__in=list(keys)).order_by("pk").select_for_update(of=("self",))
    return {campaign.pk: campaign for campaign in locked}


def _reopen(campaign: Campaign, count: int, by: User) -> None:
    if campaign.state == Campaign.State.FINISHED:
        Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.RUNNING)
    CampaignAct.objects.create(campaign=campaign, verb=CampaignAct.Verb.SENT_AGAIN, by=by, count=count)


def _locked(keys: Iterable[UUID], *states: str) -> list[int]:
    rows = Delivery.objects.filter(key__in=list(keys), state__in=states).order_by("pk")
    return list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))


def _mark_arrived(rows: Collection[int], by: User) -> int:
    settled = Delivery.objects.filter(many.among(Delivery, "id", rows))
    settled.forget_secrets()
    settled.update(state=State.ACCEPTED, accepted_at=timezone.now(), owner="", reply=f"settled by {by.email}")
    _remember(OutboxAct.Verb.ARRIVED, rows, by, "settled by")
    return len(rows)


def _remember(verb: str, rows: Collection[int], by: User, words: str) -> None:
    """In each message's own history, and among the acts on the outbox."""
    words, settled = f"{words} {by.email}", Attempt.Outcome.SETTLED
    tries = (Attempt(delivery_id=pk, outcome=settled, reply=words) for pk in rows)
    Attempt.objects.bulk_create(tries, batch_size=5000)
    if rows:
        OutboxAct.note(verb, by=by, count=len(rows))
