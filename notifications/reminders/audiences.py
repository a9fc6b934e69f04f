"""Who gets a reminder: one question to the rows for each audience, asked at the moment it goes out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from agreements.approving import standing
from agreements.approving.posting import day_in_rome
from agreements.models import Agreement, Party
from events.models import Attendee, Event, Invitation, Registration
from notifications.models import Campaign, Delivery, MailLanguage, Suppression, hash_address
from notifications.models.reminders import ReminderRule
from organisations.addresses import normalise
from organisations.models import RoleGrant
from organisations.roles import Permission, roles_with

Audience = ReminderRule.Audience


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address to remind, and since when it has belonged to the audience."""

    address: str
    name: str
    language: str
    joined_at: datetime
    payload: dict[str, int] = field(default_factory=dict)


def recipients(rule: ReminderRule, due: datetime, now: datetime) -> list[Recipient]:
    """Whom the rule would remind now, each address once: never those who joined when it was due or later."""
    return joined_before(due, candidates(rule, now))


def joined_before(due: datetime, people: Iterable[Recipient]) -> list[Recipient]:
    """Those who belonged to the audience before a moment, each address once."""
    chosen: dict[str, Recipient] = {}
    for person in people:
        if person.joined_at < due:
            chosen.setdefault(normalise(person.address), person)
    return list(chosen.values())


def candidates(rule: ReminderRule, now: datetime) -> list[Recipient]:
    """Everybody in the rule's audience now, whenever they joined. At most four queries."""
    if rule.event:
        return OF_EVENTS[Audience(rule.audience)](rule.event, now)
    if rule.agreement is None:
        return []
    if rule.audience == Audience.WAITING_PARTIES:
        return waiting_parties(rule.agreement, now)
    return silent_parties(rule.agreement)


def place_holders(event: Event, now: datetime) -> list[Recipient]:
    """The people who hold a place; without an address of their own they are reminded through their contact."""
    attendees = Attendee.objects.filter(event=event).confirmed().select_related("registration")
    # nobody is left to write to, or there never was a mailbox
    attendees = attendees.exclude(email="", registration__contact_email="")
    return [_place_holder(attendee) for attendee in attendees.order_by("place_number")]


def _place_holder(attendee: Attendee) -> Recipient:
    registration = attendee.registration
    return Recipient(
        address=attendee.email or registration.contact_email,
        name=attendee.full_name if attendee.email else registration.contact_name,
        language=registration.language,
        joined_at=attendee.created_at,
        payload={"registration": registration.pk},
    )


def invited_without_registration(event: Event, now: datetime) -> list[Recipient]:
    """Organisations that an invitation really reached, not registered, that have not said no to such mail.

    Nobody, when there is nothing left to register for: no place free, or no registrations taken.
    """
    if not event.is_open(now) or not event.places_free():
        return []
    invited_at = _handed_over_invitations(event)
    registered = Registration.objects.filter(event=event).active()
    invitations = (
        Invitation.objects.filter(event=event, revoked_at=None)
        .exclude(pk__in=registered.filter(invitation__isnull=False).values("invitation"))
        .exclude(organisation__in=registered.filter(organisation__isnull=False).values("organisation"))
        .select_related("organisation")
        .order_by("organisation__name", "pk")
    )
    found = [(invited, normalise(invited.organisation.email)) for invited in invitations]
    unwanted = Suppression.objects.against(Campaign.Purpose.INVITATION).hashes()
    languages = MailLanguage.objects.by_hash()
    return [
        Recipient(
            address=address,
            name=invited.organisation.name,
            language=languages.get(hash_address(address), invited.organisation.language),
            joined_at=invited_at[address],
            payload={"invitation": invited.pk},
        )
        for invited, address in found
        if address in invited_at and hash_address(address) not in unwanted
    ]


def _handed_over_invitations(event: Event) -> dict[str, datetime]:
    """Address -> when its first invitation was handed over."""
    sent = Delivery.objects.invitations_taken(event.pk)
    rows = sent.order_by("-accepted_at").values_list("address", "accepted_at")
    return {normalise(address): at for address, at in rows if at}


def silent_parties(agreement: Agreement) -> list[Recipient]:
    """Offices and signatories of the parties that have recorded no position in the open review."""
    review = agreement.open_round()
    if review is None:
        return []
    silent = agreement.parties.exclude(pk__in=review.positions.values("party"))
    return _people_of(silent)


def waiting_parties(agreement: Agreement, now: datetime) -> list[Recipient]:
    """Offices and signatories of the parties whose body's act on the text before it is missing."""
    lines = standing.board(agreement, day_in_rome(now))
    missing = [line.party.pk for line in lines if line.step in {standing.Step.WAITING, standing.Step.EARLIER_TEXT}]
    return _people_of(agreement.parties.filter(pk__in=missing))


def _people_of(parties: QuerySet[Party]) -> list[Recipient]:
    """Who reads drafts for these parties."""
    grants = RoleGrant.objects.filter(
        role__in=roles_with(Permission.COMMENT_DRAFTS),
        organisation__in=parties.values("organisation"),
        user__is_active=True,
    )
    return [
        Recipient(
            address=grant.user.email,
            name=grant.user.name,
            language=grant.user.language,
            joined_at=grant.granted_at,
            payload={"organisation": grant.organisation_id or 0},
        )
        for grant in grants.select_related("user").order_by("granted_at", "pk")
    ]


OF_EVENTS: dict[Audience, Callable[[Event, datetime], list[Recipient]]] = {
    Audience.PLACE_HOLDERS: place_holders,
    Audience.INVITED: invited_without_registration,
}
