"""A party that comes late or goes before the text is final."""

from django.db import transaction
from django.utils import timezone

from agreements import audit, signals
from agreements.models import Agreement, Party, PositionChange
from agreements.services import AlreadyDone, WrongState
from agreements.services.locking import lock
from organisations.models import Organisation, User

State = Agreement.State
#: While the text may still change.
NEGOTIABLE = frozenset({State.DRAFT, State.SHARED, State.OBSERVATIONS_CLOSED, State.CONSOLIDATED})


@transaction.atomic
def add(*, agreement: Agreement, organisation: Organisation, kind: str, reason: str, by: User) -> Party:
    """One more party, at the end of their order; one that had been removed comes back with what it wrote.

    Raises WrongState, AlreadyDone. Announces party_added unless the text is still a draft.
    """
    agreement = _lock(agreement)
    party = Party.everyone.filter(agreement=agreement, organisation=organisation).first()
    if party and party.removed_at is None:
        raise AlreadyDone
    if party:
        party.removed_at, party.removal_reason, party.kind = None, "", kind
        party.save(update_fields=["removed_at", "removal_reason", "kind"])
    else:
        last = Party.everyone.filter(agreement=agreement).order_by("-position").values_list("position", flat=True)
        party = Party.everyone.create(
            agreement=agreement, organisation=organisation, kind=kind, position=(last.first() or 0) + 1
        )
    audit.record(agreement, "party_added", by.email, party=organisation.name, reason=reason)
    if agreement.state != State.DRAFT:
        signals.party_added.send(sender=Agreement, agreement=agreement, party=party, reason=reason, by=by)
    return party


@transaction.atomic
def remove(*, agreement: Agreement, party: Party, reason: str, by: User) -> Party:
    """Take a party off. What it wrote stays under its name; its people no longer see the draft; its position is void.

    Raises WrongState, AlreadyDone. Announces party_removed unless the text is still a draft.
    """
    agreement = _lock(agreement)
    party = Party.everyone.select_related("organisation").get(pk=party.pk, agreement=agreement)
    if party.removed_at:
        raise AlreadyDone
    if agreement.parties.count() == 1 and agreement.state != State.DRAFT:
        raise WrongState  # a text without parties lies before nobody: it is withdrawn instead
    people = [user for user in agreement.people_to_tell() if party in agreement.parties_of(user)]
    party.removed_at, party.removal_reason = timezone.now(), reason
    party.save(update_fields=["removed_at", "removal_reason"])
    _void_position(agreement, party, by)
    audit.record(agreement, "party_removed", by.email, party=party.organisation.name, reason=reason)
    if agreement.state != State.DRAFT:
        signals.party_removed.send(
            sender=Agreement, agreement=agreement, party=party, people=people, reason=reason, by=by
        )
    return party


def _void_position(agreement: Agreement, party: Party, by: User) -> None:
    """Of the open review; earlier ones were answered when it was a party."""
    review = agreement.open_round()
    position = review.positions.filter(party=party).first() if review else None
    if review and position:
        PositionChange.objects.create(review_round=review, party=party, was=position.kind, by=by)
        position.delete()


def _lock(agreement: Agreement) -> Agreement:
    agreement = lock(agreement)
    if agreement.state not in NEGOTIABLE:
        raise WrongState
    return agreement
