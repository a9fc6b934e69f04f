"""What the clock does for campaigns: start them, judge the first few, take in who joined, end them."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Event
from notifications import audiences
from notifications.campaigns import planning, services
from notifications.models import Campaign, Delivery, Tally
from notifications.webhooks import facts

logger = logging.getLogger(__name__)
State = Campaign.State
#: A share of the first few that may fail or come back before the brake is pulled.
WORST_SHARE = 0.05
#: How often newcomers are looked for.
LOOK_EVERY = timedelta(minutes=10)


def settle(now: datetime | None = None) -> None:
    """One look at every campaign that is under way: a few queries each, whatever the number of messages."""
    now = now or timezone.now()
    for campaign in Campaign.objects.due_to_start(now):
        _start(campaign, now)
    for campaign in Campaign.objects.filter(state=State.CANARY):
        _judge(campaign, now)
    for campaign in Campaign.objects.filter(state=State.RUNNING).select_related("event"):
        _take_in(campaign, now)
        _finish(campaign, now)
    ended = Campaign.objects.filter(state__in=[State.CANCELLED, State.FINISHED], pk__in=_with_waiting())
    for campaign in ended:
        _attend_to_what_waits(campaign)


def may_give(campaign: Campaign) -> int | None:
    """How many of its messages may be taken now; None: all. Expects the campaign locked while it is the first few."""
    if campaign.state != State.CANARY:
        return None
    waiting = Tally.objects.by_state(campaign=campaign.pk)[Delivery.State.READY]
    return max(0, campaign.canary_size - (campaign.planned - waiting))


@transaction.atomic
def _start(campaign: Campaign, now: datetime) -> None:
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("event").get(pk=campaign.pk)
    if campaign.state != State.SCHEDULED:
        return
    if campaign.event.state == Event.State.CANCELLED:  # it was confirmed while somebody else called the event off
        services.end_with_event(campaign)
    else:
        services.begin(campaign, now)


@transaction.atomic
def _judge(campaign: Campaign, now: datetime) -> None:
    """Wait until the first few are settled and had time to come back, then go on or pull the brake."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    numbers = Tally.objects.by_state(campaign=campaign.pk)
    bad = sum(
        numbers[state] for state in (Delivery.State.FAILED, Delivery.State.BOUNCED_HARD, Delivery.State.COMPLAINED)
    )
    refused = (
        campaign.deliveries.filter(tries__reply__regex=r"^[45][0-9][0-9] 5\.7\.").exists()
        or campaign.deliveries.filter(events__code__startswith="5.7.").exists()  # told by a provider afterwards
    )
    if campaign.state == State.CANARY and (refused or bad > WORST_SHARE * campaign.canary_size):
        reason = (
            _("The mail server refuses us by its rules (5.7): ask whoever runs it before going on.")
            if refused
            else _("%(bad)s of the first %(few)s messages failed or came back: look at the addresses before going on.")
            % {"bad": bad, "few": campaign.canary_size}
        )
        services.pause(campaign=campaign, by=None, reason=reason)
        return
    settled = campaign.planned - sum(numbers[state] for state in Delivery.UNSETTLED)
    if campaign.state != State.CANARY or settled < campaign.canary_size:
        return
    if campaign.canary_since is None:
        Campaign.objects.filter(pk=campaign.pk).update(canary_since=now)
    elif now - campaign.canary_since >= timedelta(seconds=settings.CAMPAIGN_CANARY_SECONDS):
        Campaign.objects.filter(pk=campaign.pk).update(state=State.RUNNING)


def _take_in(campaign: Campaign, now: datetime) -> None:
    """Plan for whoever joined the audience since. The audience is read before anything is locked: it may be large."""
    looked = campaign.looked_at
    if not campaign.late_joiners or now - (looked or campaign.starts_at or now) < LOOK_EVERY:
        return
    try:
        newcomers = [candidate for candidate in planning.audience(campaign) if candidate.is_in]
    except audiences.UnknownSource:
        logger.warning("campaign %s: its audience is not understood any more; nobody joins", campaign.pk)
        newcomers = []
    with transaction.atomic():
        # the event first, as where it is called off; and whoever looked at the same time has planned for them already
        event = Event.objects.select_for_update(no_key=True).get(pk=campaign.event_id)
        locked = Campaign.objects.select_for_update(of=("self",)).select_related("event").get(pk=campaign.pk)
        if locked.state != State.RUNNING or locked.looked_at != looked:
            return
        if newcomers and _waits_for_newcomers(locked, event, now):
            if services.outgrows_one_person(locked, len(newcomers)):
                reason = _("So many more would get it that another person than the one who sent it must let it go on.")
                services.ask_second_person(locked, len(newcomers), reason)
            else:
                planning.plan(locked, newcomers, planning.words_of(newcomers))
        Campaign.objects.filter(pk=locked.pk).update(
            looked_at=now, planned=sum(Tally.objects.by_state(campaign=locked.pk).values())
        )


def _waits_for_newcomers(campaign: Campaign, event: Event, now: datetime) -> bool:
    """Until the event begins; for an invitation until registrations close."""
    return (
        campaign.late_joiners
        and event.state == Event.State.PUBLISHED
        and event.starts_at > now
        and campaign.takes_in(now)
    )


@transaction.atomic
def _attend_to_what_waits(campaign: Campaign) -> None:
    """A cancelled one is emptied. A finished one goes on: a dead worker's messages were given back after it ended."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.state == State.CANCELLED:
        services.cancel_waiting(campaign)
    elif campaign.state == State.FINISHED:
        Campaign.objects.filter(pk=campaign.pk).update(state=State.RUNNING)


@transaction.atomic
def _finish(campaign: Campaign, now: datetime) -> None:
    """Locked before the numbers are read: who lets messages go again locks it too."""
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("event").get(pk=campaign.pk)
    if _waits_for_newcomers(campaign, campaign.event, now):
        return
    if Tally.objects.total(Delivery.UNSETTLED, campaign=campaign.pk):
        return
    if Campaign.objects.filter(pk=campaign.pk, state=State.RUNNING).update(state=State.FINISHED):
        facts.of_campaign(campaign, now)


def _with_waiting() -> set[int]:
    """Campaigns that have waiting messages, by the tally."""
    rows = Tally.objects.filter(state=Delivery.State.READY, campaign__gt=0).values_list("campaign", "count")
    waiting: dict[int, int] = {}
    for campaign, count in rows:
        waiting[campaign] = waiting.get(campaign, 0) + count
    return {campaign for campaign, count in waiting.items() if count > 0}
