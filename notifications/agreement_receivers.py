"""What becomes of facts about agreements: as in `receivers`, one receiver per signal, rows in the fact's transaction."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from agreements import signals
from agreements.models import (
    Adhesion,
    Agreement,
    ApprovalAct,
    ApprovalCall,
    FrozenDocument,
    Objection,
    ReviewRound,
)
from notifications import outbox
from notifications.models.reminders import ReminderRule
from notifications.outbox import Message
from notifications.reminders import planning
from notifications.reminders import services as rules
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


@receiver(signals.sent_for_approval)
def on_sent_for_approval(*, agreement: Agreement, call: ApprovalCall, **_kwargs: Any) -> None:
    _remind_of_approval(agreement)
    planning.recompute(target=agreement, since=timezone.now())
    for user in agreement.people_to_tell():
        with override(user.language):
            answer_by = date_format(timezone.localtime(call.answer_by), "l j F Y, H:i")
        _to_people(
            "sent_for_approval", str(call.pk), agreement, [user],
            version=call.schema.version.number, answer_by=answer_by, sha256=call.schema.sha256,
        )  # fmt: skip


def _remind_of_approval(agreement: Agreement) -> None:
    """A week and a day before the date for the acts, at nine, to those whose act is missing; made once."""
    audience = ReminderRule.Audience.WAITING_PARTIES
    if agreement.reminder_rules.filter(audience=audience).exists():
        return
    for days in (7, 1):
        rules.add_rule(
            target=agreement, by=None, audience=audience, anchor=ReminderRule.Anchor.APPROVAL_DEADLINE, days=days,
            local_time=rules.NINE,
        )  # fmt: skip


@receiver(signals.act_recorded)
def on_act_recorded(*, agreement: Agreement, act: ApprovalAct, **_kwargs: Any) -> None:
    people = [*agreement.people_to_tell(), *_organisers()]
    _to_people("act_recorded", str(act.pk), agreement, people, act=act.pk)


@receiver(signals.changes_asked)
def on_changes_asked(*, agreement: Agreement, objection: Objection, **_kwargs: Any) -> None:
    planning.recompute(target=agreement, since=timezone.now())
    people = [*agreement.people_to_tell(), *_organisers()]
    _to_people("changes_asked", str(objection.pk), agreement, people, objection=objection.pk)


@receiver(signals.agreement_refused)
def on_agreement_refused(*, agreement: Agreement, objection: Objection, **_kwargs: Any) -> None:
    planning.recompute(target=agreement, since=timezone.now())
    people = [*agreement.people_to_tell(), *_organisers()]
    _to_people("agreement_refused", str(objection.pk), agreement, people, objection=objection.pk)
