"""The dates of a review: extended with a reason, closed by the clock, or earlier when all have answered."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from agreements import audit, signals
from agreements.models import Agreement, Party, ReviewRound, RoundExtension
from agreements.services import WrongState, close_observations
from agreements.services.locking import lock
from organisations.models import User


class StillAwaited(WrongState):
    """Parties that have not answered although they have time; the message names them."""


@transaction.atomic
def extend(*, agreement: Agreement, closes_at: datetime, reason: str, by: User) -> RoundExtension:
    """Give the parties more time, before the present date has passed. Raises WrongState. Announces review_extended."""
    agreement = lock(agreement)
    review, now = agreement.open_round(), timezone.now()
    if review is None or review.is_late(now) or closes_at <= review.closes_at:
        raise WrongState
    extension = RoundExtension.objects.create(
        review_round=review, was=review.closes_at, until=closes_at, reason=reason, by=by
    )
    review.closes_at = closes_at
    review.save(update_fields=["closes_at"])
    audit.record(agreement, "review_extended", by.email, version=review.version.number, reason=reason,
                 was=extension.was.isoformat(), closes_at=closes_at.isoformat())  # fmt: skip
    signals.review_extended.send(sender=Agreement, agreement=agreement, extension=extension, by=by)
    return extension


@transaction.atomic
def close_early(*, agreement: Agreement, by: User) -> Agreement:
    """End the review before its date, once every party has answered; past it, end it now.

    Raises WrongState, StillAwaited: a party may use the time that it was given.
    """
    agreement = lock(agreement)
    review = agreement.open_round()
    if review is None:
        raise WrongState
    awaited = list(awaited_in(review))
    if awaited and not review.is_late(timezone.now()):
        raise StillAwaited(", ".join(awaited))
    return close_observations(agreement=agreement, by=by)


def awaited_in(review: ReviewRound) -> Iterator[str]:
    """The parties that have recorded no position in it, by name."""
    silent = Party.objects.filter(agreement=review.version.agreement).exclude(pk__in=review.positions.values("party"))
    yield from silent.order_by("position").values_list("organisation__name", flat=True)


def close_due(now: datetime | None = None) -> int:
    """End every review whose date has come; the number of those that ended. One query when there is none."""
    now = now or timezone.now()
    due = ReviewRound.objects.filter(closed_at__isnull=True, closes_at__lte=now, version__agreement__state="shared")
    return sum(_close(review, now) for review in due.select_related("version__agreement").order_by("closes_at", "pk"))


@transaction.atomic
def _close(review: ReviewRound, now: datetime) -> bool:
    agreement = lock(review.version.agreement)
    review.refresh_from_db()  # extended or closed by somebody while we waited for the lock
    if review.closed_at or review.closes_at > now:
        return False
    close_observations(agreement=agreement, by=None)
    return True
