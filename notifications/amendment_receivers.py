"""What becomes of facts about amendments: as in `receivers`, one receiver per signal. Why so few mails: decision 0035."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from agreements import signals
from agreements.models import Agreement, Amendment
from notifications import outbox
from notifications.outbox import Message
from organisations.models import User
from organisations.roles import Permission


@receiver(signals.amendment_proposed)
def on_amendment_proposed(*, agreement: Agreement, amendment: Amendment, by: User, **_kwargs: Any) -> None:
    """The first of a day rings; the letter, written as it leaves, says how many there are."""
    key = f"amendment_proposed:{amendment.version_id}:{timezone.localdate():%Y-%m-%d}"
    outbox.enqueue(
        _message("amendment_proposed", key, user, agreement, version=amendment.version_id)
        for user in User.objects.with_permission(Permission.MANAGE_AGREEMENTS)
        if user != by
    )


@receiver(signals.amendment_decided)
def on_amendment_decided(*, agreement: Agreement, amendment: Amendment, **_kwargs: Any) -> None:
    """The people of the party that proposed it, as they are today; organisers know what they decided."""
    if amendment.party is None:
        return
    people = User.objects.with_permission(Permission.COMMENT_DRAFTS, amendment.party.organisation).order_by("pk")
    key = f"amendment_decided:{amendment.pk}"
    outbox.enqueue(_message("amendment_decided", key, user, agreement, amendment=amendment.pk) for user in people)


def _message(kind: str, key: str, user: User, agreement: Agreement, **payload: int) -> Message:
    return Message(
        kind=kind, key=key, address=user.email, name=user.name, language=user.language,
        payload={"agreement": agreement.pk, **payload},
    )  # fmt: skip
