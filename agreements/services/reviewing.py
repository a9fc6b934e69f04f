"""A version before the parties: shared, remarked on, answered, closed, taken up again."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from agreements import audit, signals
from agreements.markup import text_sha256
from agreements.models import Agreement, Position, PositionChange, ReviewRound, TextVersion
from agreements.services.locking import Draft, all_decided, lock, move, newest, open_round_of, write
from agreements.services.refusals import NotEntitled, NothingToShare, WrongState
from organisations.models import User
from organisations.roles import Permission

State = Agreement.State


@transaction.atomic
def share(
    *, agreement: Agreement, closes_at: datetime, by: User, note: str = "", opens_at: datetime | None = None
) -> ReviewRound:
    """Lay the version in preparation before the parties; from now on its text cannot change.

    Remarks are taken from `opens_at` (now, unless a later instant is named) up to `closes_at`.
    Raises WrongState, UndecidedAmendments, NothingToShare. Announces agreement_shared.
    """
    agreement = lock(agreement, for_state=State.SHARED)
    all_decided(agreement)
    version = newest(agreement)
    revisions = list(version.in_order())
    if not revisions or not agreement.parties.exists():
        raise NothingToShare
    version.text_sha256, version.shared_at = text_sha256(revisions), timezone.now()
    version.note = note or version.note
    version.save(update_fields=["text_sha256", "shared_at", "note"])
    opened_at = max(opens_at or version.shared_at, version.shared_at)
    review_round = ReviewRound.objects.create(version=version, opened_at=opened_at, closes_at=closes_at)
    move(agreement, State.SHARED)
    audit.record(agreement, "shared", by.email, version=version.number, text_sha256=version.text_sha256,
                 opens_at=opened_at.isoformat(), closes_at=closes_at.isoformat())  # fmt: skip
    signals.agreement_shared.send(sender=Agreement, agreement=agreement, review_round=review_round, by=by)
    return review_round


@transaction.atomic
def record_position(*, agreement: Agreement, kind: str, note: str, by: User) -> Position:
    """Record what a party says to the version under review; until the review closes it may be changed.

    Each change stays on record: who, from what to what. Raises WrongState, NotEntitled.
    """
    agreement = lock(agreement)
    review_round = open_round_of(agreement)
    party = agreement.party_of(by, Permission.RECORD_POSITION)
    if party is None:
        raise NotEntitled
    was = review_round.positions.filter(party=party).values_list("kind", flat=True).first() or ""
    position, _created = Position.objects.update_or_create(
        review_round=review_round,
        party=party,
        defaults={"kind": kind, "note": note, "by": by, "at": timezone.now()},
    )
    PositionChange.objects.create(review_round=review_round, party=party, was=was, kind=kind, note=note, by=by)
    audit.record(agreement, "position_recorded", by.email, party=party.organisation.name, position=kind, was=was,
                 version=review_round.version.number, sha256=hashlib.sha256(note.encode()).hexdigest())  # fmt: skip
    return position


@transaction.atomic
def close_observations(*, agreement: Agreement, by: User | None) -> Agreement:
    """End the review; parties that said nothing are recorded as silent. `by` None: the clock. Raises WrongState."""
    agreement = lock(agreement, for_state=State.OBSERVATIONS_CLOSED)
    review_round = agreement.open_round()
    if review_round is None:
        raise WrongState
    heard = review_round.positions.values("party")
    silent = list(agreement.parties.exclude(pk__in=heard).select_related("organisation").order_by("position"))
    for party in silent:
        Position.objects.create(review_round=review_round, party=party, kind=Position.Kind.SILENT)
        PositionChange.objects.create(review_round=review_round, party=party, kind=Position.Kind.SILENT)
    review_round.closed_at = timezone.now()
    review_round.save(update_fields=["closed_at"])
    move(agreement, State.OBSERVATIONS_CLOSED)
    audit.record(agreement, "observations_closed", by.email if by else audit.CLOCK, version=review_round.version.number,
                 silent=[party.organisation.name for party in silent])  # fmt: skip
    return agreement


@transaction.atomic
def prepare_version(*, agreement: Agreement, note: str, by: User) -> TextVersion:
    """Begin a new version as a copy of the last; the articles keep their identity. Raises WrongState."""
    agreement = lock(agreement, for_state=State.CONSOLIDATED)
    last = newest(agreement)
    version = TextVersion.objects.create(agreement=agreement, number=last.number + 1, note=note)
    for old in last.in_order():
        write(version, old.article, old.position, Draft(old.heading, old.source))
    move(agreement, State.CONSOLIDATED)
    audit.record(agreement, "version_prepared", by.email, version=version.number, note=note)
    return version
