"""What waits in the outbox when the facts move on: the newer message goes alone, and nobody gets two that disagree.

Only rows that no worker holds are touched, each by compare-and-set on READY: what a worker has taken goes its way, and
the newer message follows it with a higher SEQUENCE. Call these inside the transaction that changes the facts.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from events.models import Event, Invitation, Registration
from notifications.calendars import stamps as calendar_stamps
from notifications.models import Campaign, Delivery, DeliveryQuerySet
from notifications.sending.claims import among

State = Delivery.State
#: Letters that only the contact may have: they carry the management link as it stands when they are written.
WITH_LINK = ("registration_confirmed", "registration_changed", "registration_link")
#: Letters with a REQUEST that say more than when and where: they must still arrive when only that has changed.
OWN_NEWS = ("registration_confirmed", "registration_changed", "attendee_registered", "waiting_promoted")
#: Letters with a REQUEST that say nothing but when and where: a newer one says all of it.
ABOUT_THE_EVENT = ("event_rescheduled", "reminder")
#: What changed for one person in a version of the agenda.
ABOUT_ITEMS = "agenda_released"
#: In the payload of a letter that also brought a move of the event: the event's revision.
BROUGHT = "brought_revision"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What will not go out any more: to whom, and who would have read of the event's move there alone."""

    addresses: frozenset[str]
    missed_a_move: frozenset[str]


def by_a_move(event: Event, addresses: Collection[str]) -> set[str]:
    """The event has moved: older news of it is withdrawn; gives the addresses that need no message of their own.

    A confirmation that was never attempted goes on, because it carries the link. It is written from the facts of the
    moment it leaves, so it gets the new SEQUENCE and brings the move along.
    """
    waiting = _waiting(event)
    _withdraw(waiting.filter(kind__in=ABOUT_THE_EVENT), f"overtaken by revision {event.revision} of the event")
    rows = waiting.filter(kind__in=OWN_NEWS, attempts=0).order_by("pk").select_for_update()
    letters = [row for row in rows.values_list("pk", "address", "payload") if row[1] in addresses]
    stamps = (
        calendar_stamps.stamps(event, {address for _pk, address, _payload in letters}, "REQUEST") if letters else {}
    )
    told = set()
    for pk, address, payload in letters:
        stamp = stamps[address]
        still_ours = Delivery.objects.filter(pk=pk, state=State.READY, attempts=0).update(
            calendar_method=stamp.method,
            calendar_sequence=stamp.sequence,
            calendar_stamp=stamp.stamp,
            payload={**payload, BROUGHT: event.revision},
        )
        told |= {address} if still_ours else set()
    return told


def by_cancelling(event: Event) -> Withdrawn:
    """The event is called off: no invitation to it leaves any more. That it is off everybody is told, told or not."""
    waiting = _waiting(event).filter(kind__in=(*OWN_NEWS, *ABOUT_THE_EVENT, ABOUT_ITEMS))
    return _withdraw(waiting, "the event was called off")


def by_a_release(event: Event, addresses: Collection[str]) -> dict[str, dict[str, Any]]:
    """The agenda has a newer version: letters of an older one that wait are withdrawn; address -> what they held.

    The new letter says what theirs would have said, so that nobody reads of a time that holds no more.
    """
    waiting = _waiting(event).filter(kind=ABOUT_ITEMS, attempts=0).order_by("pk").select_for_update()
    rows = [row for row in waiting.values_list("pk", "address", "payload") if row[1] in addresses]
    if rows:
        still_waiting = Delivery.objects.filter(among(pk for pk, _address, _payload in rows), state=State.READY)
        still_waiting.update(state=State.CANCELLED, reply="a newer version of the agenda came before it")
    return {address: payload for _pk, address, payload in rows}


def by_leaving(registration: Registration, addresses: Iterable[str], *, staying: Collection[str]) -> Withdrawn:
    """These addresses left a registration: what would fill their calendars is withdrawn.

    Those who stay by another registration lose only the letters of this one.
    """
    addresses = set(addresses)
    gone = Q(address__in=addresses - set(staying), kind__in=OWN_NEWS + ABOUT_THE_EVENT)
    here = Q(address__in=addresses, kind__in=OWN_NEWS, payload__registration=registration.pk)
    return _withdraw(_waiting(registration.event).filter(gone | here), "the place was given back")


def by_withdrawing(invitation: Invitation) -> Withdrawn:
    """The invitation holds no more: neither it nor a reminder of it leaves. One that was handed over is beyond us."""
    waiting = Delivery.objects.filter(state=State.READY, organisation=invitation.organisation_id)
    of_campaigns = Q(campaign__event=invitation.event_id, campaign__purpose=Campaign.Purpose.INVITATION)
    alone = Q(campaign=None, payload__invitation=invitation.pk)
    here = waiting.filter(of_campaigns) | Delivery.objects.filter(alone, state=State.READY)
    return _withdraw(here, "the invitation was withdrawn")


def by_another_contact(registration: Registration) -> Withdrawn:
    """The contact's address changed: the link goes to nobody else, not even in a letter that waits."""
    letters = _waiting(registration.event).filter(kind__in=WITH_LINK, payload__registration=registration.pk)
    return _withdraw(letters.exclude(address=registration.contact_email), "the registration has another contact now")


def _waiting(event: Event) -> DeliveryQuerySet:
    return Delivery.objects.filter(state=State.READY, campaign__isnull=True, payload__event=event.pk)


def _withdraw(rows: DeliveryQuerySet, why: str) -> Withdrawn:
    held = {
        row[0]: row
        for row in rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", "address", "payload")
    }
    if held:
        still_waiting = Delivery.objects.filter(among(held), state=State.READY)
        still_waiting.update(state=State.CANCELLED, reply=why)
    return Withdrawn(
        frozenset(address for _pk, address, _payload in held.values()),
        frozenset(address for _pk, address, payload in held.values() if BROUGHT in payload),
    )
