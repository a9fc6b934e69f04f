"""Who is invited, and whether the personal link was opened."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from events import signals
from events.log.recording import record
from events.models import (
    INVITATION_LINK,
    Event,
    Invitation,
    Registration,
)
from events.services.refusals import WrongState
from organisations import bulk
from organisations.links import hash_token, make_token
from organisations.models import Organisation, User


@transaction.atomic
def invite(*, event: Event, organisation: Organisation) -> Invitation:
    """The organisation's invitation to the event, made once. The mail is the campaign's business."""
    key = uuid.uuid4()
    invitation, _created = Invitation.objects.get_or_create(
        event=event,
        organisation=organisation,
        defaults={"key": key, "token_hash": hash_token(make_token(INVITATION_LINK, key))},
    )
    return invitation


@transaction.atomic
def invite_by_hand(*, event: Event, organisation: Organisation, sends: bool, by: User) -> Invitation:
    """One invitation beside all campaigns; one that was withdrawn holds again. `sends`: its link goes out by mail now.

    Raises WrongState for an event that takes nobody any more. Announces invitation_link_requested.
    """
    if not event.is_editable:
        raise WrongState
    is_new = not event.invitations.filter(organisation=organisation).exists()
    invitation = invite(event=event, organisation=organisation)
    if is_new:
        _log("made", invitation, by)
    if invitation.revoked_at:
        restore_invitation(invitation=invitation, by=by)
        invitation.revoked_at = None
    if sends and organisation.email:
        signals.invitation_link_requested.send(sender=Invitation, invitation=invitation)
    return invitation


@transaction.atomic
def invite_all(*, event: Event, organisations: Collection[int], by: User | None = None) -> dict[int, uuid.UUID]:
    """The invitations of many organisations, each made once: organisation's key -> key of its link.

    One insert of all that are new, and a query; another where somebody invites them at the same moment.
    """
    mine = Invitation.objects.filter(event=event)
    known = dict(mine.values_list("organisation", "key"))
    fresh = sorted(pk for pk in organisations if pk not in known)
    made = dict(zip(fresh, bulk.keys(len(fresh)), strict=True))
    written = bulk.insert_missing(
        Invitation, {"event_id": event.pk, "invited_at": timezone.now(), "opened_at": None},
        ("organisation_id", "key", "token_hash"),
        ((pk, key.hex, hash_token(make_token(INVITATION_LINK, key))) for pk, key in made.items()),
    )  # fmt: skip
    if written:
        record(event, "invitation.made_for_many", by=by, count=written)
    known = known | made if written == len(fresh) else dict(mine.values_list("organisation", "key"))
    return {pk: known[pk] for pk in organisations}


@transaction.atomic
def take_back(
    *, event: Event, organisations: QuerySet[Any] | Collection[int], since: datetime, by: User | None = None
) -> int:
    """Forget the invitations of these organisations made since a moment that nobody has used; how many.

    For invitations that never left: a link that was opened or registered with stays.
    """
    unused = Invitation.objects.filter(event=event, invited_at__gte=since, opened_at__isnull=True)
    unused = unused.filter(organisation__in=organisations).exclude(
        Exists(Registration.objects.filter(invitation=OuterRef("pk")))
    )
    count = unused.delete()[1].get(Invitation._meta.label, 0)
    if count:
        record(event, "invitation.taken_back", by=by, count=count)
    return count


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User, now: datetime | None = None) -> None:
    """Close the personal link; a registration made with it stands. Revoking twice keeps the first time.

    Announces invitation_revoked.
    """
    if Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=now or timezone.now()):
        _log("withdrawn", invitation, by)
        signals.invitation_revoked.send(sender=Invitation, invitation=invitation)


@transaction.atomic
def restore_invitation(*, invitation: Invitation, by: User) -> None:
    """Let the personal link open the form again."""
    if Invitation.objects.filter(pk=invitation.pk, revoked_at__isnull=False).update(revoked_at=None):
        _log("restored", invitation, by)


@transaction.atomic
def request_invitation(*, event: Event, email: str) -> None:
    """Have the personal link sent again to an invited organisation's address; silence for all others.

    Announces invitation_link_requested, once for each invitation.
    """
    standing = event.invitations.filter(organisation__email__iexact=email, revoked_at=None)
    for invitation in standing.select_related("organisation", "event").order_by("pk"):
        signals.invitation_link_requested.send(sender=Invitation, invitation=invitation)


@transaction.atomic
def record_opening(*, invitation: Invitation, now: datetime | None = None) -> None:
    """The personal link was opened by a person's browser; the first time counts."""
    Invitation.objects.filter(pk=invitation.pk, opened_at__isnull=True).update(opened_at=now or timezone.now())


# -- inside ---------------------------------------------------------------------------------------------------------


def _log(verb: str, invitation: Invitation, by: User) -> None:
    organisation = invitation.organisation_id
    record(invitation.event, f"invitation.{verb}", by=by, subject=invitation.pk, organisation=organisation)
