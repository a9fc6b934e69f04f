"""Reminders go out by rules: the clock keeps each rule's plan true, fires what is due, lets expire what is too late.

Everything about a rule happens with the row of its event or agreement locked, and every change of an occurrence is a
compare-and-set on `planned`: two clocks at once, or one that was down, make no difference (docs/decisions/0009).
"""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation

from agreements.models import Agreement
from events.models import Event
from notifications import outbox
from notifications.calendars import stamps as calendar_stamps
from notifications.models import Delivery
from notifications.models.reminders import ReminderOccurrence, ReminderRule
from notifications.outbox import Message
from notifications.reminders.audiences import Recipient, recipients
from notifications.reminders.times import due_at

__all__ = ["due_at", "plan_due", "recompute"]
logger = logging.getLogger(__name__)
Audience = ReminderRule.Audience
State = ReminderOccurrence.State
Reason = ReminderOccurrence.Reason
KINDS = {
    Audience.PLACE_HOLDERS: "reminder",
    Audience.INVITED: Delivery.INVITATION_REMINDER,
    Audience.SILENT_PARTIES: "review_reminder",
    Audience.WAITING_PARTIES: "approval_reminder",
}


def plan_due(now: datetime | None = None) -> int:
    """Bring every plan up to its date, fire what is due, let expire what is too late; the number of messages asked for.

    With nothing to do: four queries at most, however many rules there are.
    """
    now = now or timezone.now()
    rules = ReminderRule.objects.watched().with_dates().order_by("pk")
    return sum(_attend_safely(rule, now) for rule in rules if _has_work(rule, now))


def recompute(*, target: Event | Agreement, since: datetime) -> None:
    """Bring the plans of an event's or agreement's rules up to its dates, in the transaction that changed them.

    `since`: when they were changed. What would have been due before that expires at once: the reader has just been
    told by the change itself, or the rule came too late.
    """
    for rule in target.reminder_rules.with_dates().order_by("pk"):
        keep_plan(rule, since, since=since)


def _attend_safely(rule: ReminderRule, now: datetime) -> int:
    try:
        return _attend(rule, now)
    except Exception:  # one rule that cannot be worked must not stop the clock, which also sends all other mail
        logger.exception("cannot work the reminder rule %s", rule.pk)
        return 0


def _has_work(rule: ReminderRule, now: datetime) -> bool:
    """Whether its plan is not the one it should have, or is due. No query."""
    planned, due = _planned(rule), rule.next_due_at()
    if planned is None:
        return due is not None and not _is_settled(rule, due)
    return due is None or not _holds(planned, rule, due) or planned.due_at <= now


@transaction.atomic
def _attend(rule: ReminderRule, now: datetime) -> int:
    """One rule, with its event or agreement locked: its plan, and what is due of it. The number of messages."""
    locked = lock(rule)
    planned = keep_plan(locked, now) if locked else None
    if locked is None or planned is None or planned.due_at > now:
        return 0
    if now >= locked.too_late_at(planned.due_at, planned.anchor_at):
        settle(planned, State.EXPIRED, Reason.TOO_LATE)
        return 0
    return _fire(locked, planned, now)


def lock(rule: ReminderRule) -> ReminderRule | None:
    """The rule as it stands, its event or agreement locked first; None when it is gone."""
    if rule.event_id:
        Event.objects.select_for_update().filter(pk=rule.event_id).first()
    else:
        Agreement.objects.select_for_update().filter(reminder_rules=rule.pk).first()
    return ReminderRule.objects.with_dates().filter(pk=rule.pk).first()


# -- the plan ---------------------------------------------------------------------------------------------------------


def _planned(rule: ReminderRule) -> ReminderOccurrence | None:
    return next((occurrence for occurrence in rule.occurrences.all() if occurrence.state == State.PLANNED), None)


def _holds(occurrence: ReminderOccurrence, rule: ReminderRule, due: datetime) -> bool:
    """Whether an occurrence is about the rule's date and time as they stand now."""
    return occurrence.anchor_at == rule.anchor_at and occurrence.due_at == due


def _is_settled(rule: ReminderRule, due: datetime) -> bool:
    """Whether nothing is to be planned for the present date: it has gone out for it, or expired at this time."""
    anchor = rule.anchor_at
    return (anchor is not None and rule.has_reminded_of(anchor)) or any(
        occurrence.state == State.EXPIRED and _holds(occurrence, rule, due) for occurrence in rule.occurrences.all()
    )


def keep_plan(rule: ReminderRule, now: datetime, since: datetime | None = None) -> ReminderOccurrence | None:
    """Make the plan the one that the rule and its date ask for; gives the occurrence that is planned now, if any."""
    planned, due, anchor = _planned(rule), rule.next_due_at(), rule.anchor_at
    _withdraw_unsent(rule, anchor if due else None)
    if planned and due and _holds(planned, rule, due):
        return planned
    if planned:
        _replace(planned, rule, due)
    if due is None or anchor is None or _is_settled(rule, due):
        return None
    return _plan(rule, anchor, due, now, max(rule.created_at, since) if since else rule.created_at)


def _replace(planned: ReminderOccurrence, rule: ReminderRule, due: datetime | None) -> None:
    if due is not None:
        settle(planned, State.SUPERSEDED)
    else:
        settle(planned, State.CANCELLED, Reason.NOT_LIVE if rule.is_active else Reason.SWITCHED_OFF)


def _plan(
    rule: ReminderRule, anchor: datetime, due: datetime, now: datetime, since: datetime
) -> ReminderOccurrence | None:
    """A new occurrence; one that cannot go out any more is written down as expired, for people to see."""
    reason = Reason.NOT_BEFORE if not rule.is_after and due >= anchor else Reason.PAST_ALREADY if due < since else None
    last = rule.occurrences.order_by("-revision").values_list("revision", flat=True).first() or 0
    occurrence = ReminderOccurrence.objects.create(
        rule=rule, revision=last + 1, anchor_at=anchor, due_at=due, created_at=now,
        state=State.EXPIRED if reason else State.PLANNED, reason=reason or "",
    )  # fmt: skip
    return None if reason else occurrence


def _withdraw_unsent(rule: ReminderRule, anchor: datetime | None) -> None:
    """What was fired for a date that no longer holds, or by a rule switched off since, never leaves the outbox."""
    for occurrence in rule.occurrences.all():
        if occurrence.state == State.FIRED and occurrence.anchor_at != anchor:
            waiting = Delivery.objects.filter(idempotency_key__startswith=f"{occurrence.key}:")
            waiting.filter(state=Delivery.State.READY).update(state=Delivery.State.CANCELLED)


def settle(occurrence: ReminderOccurrence, state: State, reason: Reason | None = None) -> bool:
    """Compare-and-set: True for the one who took it from `planned`, False for everybody else."""
    planned = ReminderOccurrence.objects.filter(pk=occurrence.pk, state=State.PLANNED)
    return bool(planned.update(state=state, reason=reason or ""))


# -- the letters ------------------------------------------------------------------------------------------------------


def _fire(rule: ReminderRule, occurrence: ReminderOccurrence, now: datetime) -> int:
    """Take the occurrence and write its messages, in one transaction: both, or neither. The number of messages."""
    planned = ReminderOccurrence.objects.filter(pk=occurrence.pk, state=State.PLANNED)
    if not planned.update(state=State.FIRED, fired_at=now):
        return 0
    letters = [message(rule, occurrence, person) for person in recipients(rule, occurrence.due_at, now)]
    stamp_all(rule, occurrence, letters)
    sent = outbox.enqueue(letters) if letters else 0
    ReminderOccurrence.objects.filter(pk=occurrence.pk).update(sent=sent)
    return sent


def message(rule: ReminderRule, occurrence: ReminderOccurrence, person: Recipient) -> Message:
    """The reminder for one person. Past the grace not even the outbox sends it any more."""
    kind = KINDS[Audience(rule.audience)]
    target = {"event": rule.event_id} if rule.event else {"agreement": rule.agreement_id}
    is_bulk = kind == Delivery.INVITATION_REMINDER
    return Message(
        kind=kind,
        key=occurrence.key,
        address=person.address,
        name=person.name,
        language=person.language,
        payload={"rule": rule.pk, **target, **person.payload, **(_bulk(rule, person) if is_bulk else {})},
        lane=Delivery.Lane.BULK if is_bulk else Delivery.Lane.TRANSACTIONAL,
        expires_at=rule.too_late_at(occurrence.due_at, occurrence.anchor_at),
    )


def stamp_all(rule: ReminderRule, occurrence: ReminderOccurrence, letters: list[Message]) -> None:
    """Add the calendar part to reminders of an event to come, all at once: the event's row is locked meanwhile."""
    event = rule.event
    if not event or occurrence.due_at >= event.starts_at or not letters or letters[0].kind != "reminder":
        return
    stamps = calendar_stamps.stamps(event, [letter.address for letter in letters], "REQUEST")
    for letter in letters:
        letter.calendar = stamps[letter.address]


def _bulk(rule: ReminderRule, person: Recipient) -> dict[str, Any]:
    """What a row of the bulk lane takes along: the words, and whether it may leave late if it is held up."""
    return {**_words(rule, person), **({"also_at_quiet_times": True} if rule.also_at_quiet_times else {})}


def _words(rule: ReminderRule, person: Recipient) -> dict[str, list[str]]:
    """The rule's own words as they go out: the recipient can read the mail again after the rule has changed."""
    with translation.override(person.language):
        return {"words": [rule.subject, rule.body]}
