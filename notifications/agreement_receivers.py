"""What becomes of facts about agreements: as in `receivers`, one receiver per signal, rows in the fact's transaction."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from agreements import signals
from agreements.models import (
    Adhesion,
    Agreement,
    Amendment,
    AuditAnchor,
    FrozenDocument,
    Party,
    ReviewRound,
    RoundExtension,
)
from notifications import outbox
from notifications.outbox import Message
from notifications.reminders import planning
from organisations.models import User
from organisations.roles import Permission


def _to_people(kind: str, key: str, agreement: Agreement, people: Any, **payload: Any) -> None:
    outbox.enqueue(
        Message(
            kind=kind,
            key=f"{kind}:{key}",
            address=user.email,
            name=user.name,
            language=user.language,
            payload={"agreement": agreement.pk, **payload},
        )
        for user in people
    )


def _organisers() -> list[User]:
    return list(User.objects.with_permission(Permission.MANAGE_AGREEMENTS))


@receiver(signals.agreement_shared)
def on_agreement_shared(*, agreement: Agreement, review_round: ReviewRound, **_kwargs: Any) -> None:
    planning.recompute(target=agreement, since=timezone.now())
    for user in agreement.people_to_tell():
        with override(user.language):
            closes_on = date_format(timezone.localtime(review_round.closes_at), "l j F Y, H:i")
        _to_people(
            "agreement_shared", str(review_round.pk), agreement, [user],
            version=review_round.version.number, closes_on=closes_on,
        )  # fmt: skip


@receiver(signals.amendment_proposed)
def on_amendment_proposed(*, agreement: Agreement, amendment: Amendment, by: User, **_kwargs: Any) -> None:
    """The first of a day rings; the letter, written as it leaves, says how many there are (decision 0035)."""
    key = f"{amendment.version_id}:{timezone.localdate():%Y-%m-%d}"
    people = [user for user in _organisers() if user != by]
    _to_people("amendment_proposed", key, agreement, people, version=amendment.version_id)


@receiver(signals.amendment_decided)
def on_amendment_decided(*, agreement: Agreement, amendment: Amendment, **_kwargs: Any) -> None:
    """The people of the party that proposed it, as they are today; organisers know what they decided."""
    if amendment.party is not None:
        people = User.objects.with_permission(Permission.COMMENT_DRAFTS, amendment.party.organisation).order_by("pk")
        _to_people("amendment_decided", str(amendment.pk), agreement, people, amendment=amendment.pk)


@receiver(signals.agreement_frozen)
def on_agreement_frozen(*, agreement: Agreement, document: FrozenDocument, **_kwargs: Any) -> None:
    _to_people("agreement_frozen", str(document.pk), agreement, agreement.people_to_tell(), document=document.pk)


@receiver(signals.signing_opened)
def on_signing_opened(*, agreement: Agreement, document: FrozenDocument, **_kwargs: Any) -> None:
    _to_people("signing_opened", str(document.pk), agreement, agreement.signatories())


@receiver(signals.adhesion_recorded)
def on_adhesion_recorded(*, agreement: Agreement, adhesion: Adhesion, **_kwargs: Any) -> None:
    people = [*agreement.people_to_tell(), *_organisers()]
    _to_people("adhesion_recorded", str(adhesion.pk), agreement, people, party=adhesion.party_id)


@receiver(signals.agreement_concluded)
def on_agreement_concluded(*, agreement: Agreement, **_kwargs: Any) -> None:
    _to_people("agreement_concluded", str(agreement.pk), agreement, [*agreement.people_to_tell(), *_organisers()])


@receiver(signals.agreement_withdrawn)
def on_agreement_withdrawn(*, agreement: Agreement, reason: str, **_kwargs: Any) -> None:
    planning.recompute(target=agreement, since=timezone.now())
    _to_people("agreement_withdrawn", str(agreement.pk), agreement, agreement.people_to_tell(), reason=reason)


@receiver(signals.review_extended)
def on_review_extended(*, agreement: Agreement, extension: RoundExtension, **_kwargs: Any) -> None:
    planning.recompute(target=agreement, since=timezone.now())
    for user in agreement.people_to_tell():
        with override(user.language):
            until = date_format(timezone.localtime(extension.until), "l j F Y, H:i")
        _to_people("review_extended", str(extension.pk), agreement, [user], until=until, reason=extension.reason)


@receiver(signals.party_added)
def on_party_added(*, agreement: Agreement, party: Party, reason: str, **_kwargs: Any) -> None:
    key = f"{party.pk}:{agreement.audit_length}"
    people = [*agreement.people_to_tell(), *_organisers()]
    _to_people("party_added", key, agreement, people, party=party.organisation.name, reason=reason)


@receiver(signals.party_removed)
def on_party_removed(
    *, agreement: Agreement, party: Party, people: Sequence[User], reason: str, **_kwargs: Any
) -> None:
    """Also to those who no longer see it."""
    key = f"{party.pk}:{agreement.audit_length}"
    told = [*people, *agreement.people_to_tell(), *_organisers()]
    _to_people("party_removed", key, agreement, told, party=party.organisation.name, reason=reason)


@receiver(signals.audit_anchored)
def on_audit_anchored(*, agreement: Agreement, anchor: AuditAnchor, people: Sequence[User], **_kwargs: Any) -> None:
    _to_people("audit_anchor", str(anchor.pk), agreement, people, length=anchor.length, head=anchor.head)
