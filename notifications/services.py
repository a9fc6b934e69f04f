"""Campaigns from draft to finished, and what a person may do with a single delivery."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Event, Registration
from events.services import invite
from notifications import outbox
from notifications.models import Campaign, Delivery, Suppression, hash_address
from notifications.outbox import Message
from organisations.models import Organisation, User


class WrongState(Exception):
    """The campaign or delivery is not in a state that allows this."""


class AudienceChanged(Exception):
    """The number confirmed is not the number that would be written to now. `count` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation of the audience: in, or out for a reason."""

    organisation: Organisation
    reason: str = ""

    @property
    def is_in(self) -> bool:
        """Whether it would be written to."""
        return not self.reason


def audience(campaign: Campaign) -> list[Candidate]:
    """Every organisation that the filter names, in or out with the reason. Four queries."""
    organisations = Organisation.objects.order_by("name", "pk")
    if campaign.kinds:
        organisations = organisations.of_kinds(campaign.kinds)
    if campaign.municipality:
        organisations = organisations.filter(municipality__iexact=campaign.municipality)
    return list(_judge(campaign, organisations))


def _judge(campaign: Campaign, organisations: QuerySet[Organisation]) -> Iterator[Candidate]:
    suppressed = set(Suppression.objects.values_list("address_hash", flat=True))
    registered = set(
        Registration.objects.filter(
            Q(event=campaign.event), state=Registration.State.CONFIRMED, organisation__isnull=False
        ).values_list("organisation", flat=True)
    )
    told = outbox.addresses_with_key(_key(campaign))
    seen: set[str] = set()
    for organisation in organisations:
        address = organisation.email.lower()
        if not address:
            reason = _("no e-mail address")
        elif hash_address(address) in suppressed:
            reason = _("wishes no invitations")
        elif organisation.pk in registered:
            reason = _("registered already")
        elif address in seen:
            reason = _("same address as another organisation")
        elif address in told:
            reason = _("written to already")
        else:
            reason = ""
        seen.add(address)
        yield Candidate(organisation, reason)


def _key(campaign: Campaign) -> str:
    return f"campaign:{campaign.pk}"


@transaction.atomic
def prepare(*, by: User, **fields: Any) -> Campaign:
    """A new campaign, as a draft: nothing goes out."""
    return Campaign.objects.create(created_by=by, **fields)


@transaction.atomic
def edit(*, campaign: Campaign, by: User, **fields: Any) -> Campaign:
    """Rewrite a draft's text or audience. Raises WrongState once it was sent."""
    campaign = _lock(campaign, Campaign.State.RUNNING)
    if campaign.state != Campaign.State.DRAFT:
        raise WrongState
    for name, value in fields.items():
        setattr(campaign, name, value)
    campaign.save(update_fields=list(fields))
    return campaign


@transaction.atomic
def send(*, campaign: Campaign, expected: int, by: User) -> int:
    """Write one row per organisation of the audience, all or none; the number written.

    Raises WrongState, AudienceChanged (the confirmed number no longer holds; nothing is written).
    """
    campaign = _lock(campaign, Campaign.State.RUNNING)
    if campaign.state != Campaign.State.DRAFT or campaign.event.state != Event.State.PUBLISHED:
        raise WrongState
    chosen = [candidate.organisation for candidate in audience(campaign) if candidate.is_in]
    if len(chosen) != expected or not chosen:
        raise AudienceChanged(len(chosen))
    campaign.state, campaign.sent_at, campaign.sent_by = Campaign.State.RUNNING, timezone.now(), by
    campaign.planned = len(chosen)
    campaign.save()
    return outbox.enqueue([message(campaign, organisation) for organisation in chosen])


def message(campaign: Campaign, organisation: Organisation) -> Message:
    """The invitation of one organisation, with its personal link."""
    invitation = invite(event=campaign.event, organisation=organisation)
    return Message(
        kind="invitation",
        key=_key(campaign),
        address=organisation.email.lower(),
        name=organisation.name,
        language=organisation.language,
        payload={
            "event": campaign.event_id,
            "slug": campaign.event.slug,
            "invitation": invitation.pk,
            "key": invitation.key.hex,
            "organisation": organisation.name,
            "source": organisation.source,
        },
        lane=Delivery.Lane.BULK,
        campaign=campaign,
        expires_at=campaign.event.starts_at,
    )


@transaction.atomic
def send_test(*, campaign: Campaign, organisation: Organisation, by: User) -> None:
    """The invitation as that organisation would get it, to the organiser alone."""
    test = message(campaign, organisation)
    test.key, test.address, test.name = f"test:{timezone.now().timestamp()}", by.email, by.name
    test.lane = Delivery.Lane.TRANSACTIONAL
    outbox.enqueue([test])


@transaction.atomic
def pause(*, campaign: Campaign, by: User) -> Campaign:
    """Nothing more goes out until it is resumed. Raises WrongState."""
    return _move(_lock(campaign, Campaign.State.PAUSED), Campaign.State.PAUSED)


@transaction.atomic
def resume(*, campaign: Campaign, by: User) -> Campaign:
    """Go on where it stopped. Raises WrongState."""
    campaign = _lock(campaign, Campaign.State.RUNNING)
    if campaign.state != Campaign.State.PAUSED:
        raise WrongState
    transaction.on_commit(lambda: outbox.wake(), robust=True)
    return _move(campaign, Campaign.State.RUNNING)


@transaction.atomic
def cancel(*, campaign: Campaign, by: User) -> Campaign:
    """What has not gone out never will. Raises WrongState."""
    campaign = _lock(campaign, Campaign.State.CANCELLED)
    campaign.deliveries.filter(state=Delivery.State.READY).update(state=Delivery.State.CANCELLED)
    return _move(campaign, Campaign.State.CANCELLED)


@transaction.atomic
def send_again(*, delivery: Delivery, by: User) -> None:
    """Let a failed or uncertain message go out once more, with the same Message-ID. Raises WrongState."""
    retried = Delivery.objects.filter(
        pk=delivery.pk, state__in=[Delivery.State.FAILED, Delivery.State.UNCERTAIN]
    ).update(state=Delivery.State.READY, owner="", lease_until=None, sending_since=None, not_before=timezone.now())
    if not retried:
        raise WrongState
    transaction.on_commit(lambda: outbox.wake(), robust=True)


@transaction.atomic
def mark_arrived(*, delivery: Delivery, by: User) -> None:
    """Record that an uncertain message did arrive. Raises WrongState."""
    settled = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.UNCERTAIN).update(
        state=Delivery.State.ACCEPTED, accepted_at=timezone.now(), reply=f"settled by {by.email}"
    )
    if not settled:
        raise WrongState


@transaction.atomic
def unsubscribe(*, address_hash: str) -> None:
    """No more invitations to this address; again changes nothing. Confirmations and changes still go out."""
    Suppression.objects.get_or_create(address_hash=address_hash, defaults={"reason": "unsubscribed"})


def _lock(campaign: Campaign, for_state: str) -> Campaign:
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("event").get(pk=campaign.pk)
    if for_state not in Campaign.TRANSITIONS[campaign.state]:
        raise WrongState
    return campaign


def _move(campaign: Campaign, state: str) -> Campaign:
    campaign.state = state
    campaign.save(update_fields=["state"])
    return campaign
