"""What the public sees of an agreement, and its end before its time."""

from django.db import transaction
from django.utils import timezone

from agreements import audit, signals
from agreements.models import Agreement, ReviewRound
from agreements.services.locking import lock, move
from agreements.services.refusals import WrongState
from organisations.models import User

State = Agreement.State


@transaction.atomic
def publish(*, agreement: Agreement, by: User) -> Agreement:
    """Put the agreement on the public register; again changes nothing. Raises WrongState for a draft."""
    agreement = lock(agreement)
    if agreement.state == State.DRAFT:
        raise WrongState
    if not agreement.published_at:
        agreement.published_at = timezone.now()
        agreement.save(update_fields=["published_at"])
        audit.record(agreement, "published", by.email)
    return agreement


@transaction.atomic
def withdraw(*, agreement: Agreement, reason: str, by: User) -> Agreement:
    """End it before it is concluded. Raises WrongState. Announces agreement_withdrawn unless it was a draft."""
    agreement = lock(agreement, for_state=State.WITHDRAWN)
    was_draft = agreement.state == State.DRAFT
    ReviewRound.objects.filter(version__agreement=agreement, closed_at__isnull=True).update(closed_at=timezone.now())
    agreement.withdrawn_at, agreement.withdrawal_reason = timezone.now(), reason
    move(agreement, State.WITHDRAWN, "withdrawn_at", "withdrawal_reason")
    audit.record(agreement, "withdrawn", by.email, reason=reason)
    if not was_draft:
        signals.agreement_withdrawn.send(sender=Agreement, agreement=agreement, reason=reason, by=by)
    return agreement
