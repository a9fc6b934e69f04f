"""What organisers do with reminder rules. Each verb locks the event or agreement and brings the plan up to date."""

from datetime import time
from typing import Any

from django.db import transaction
from django.utils import timezone

from agreements.models import Agreement
from events.log.recording import Changes, differences, snapshot
from events.models import Event
from notifications import event_log
from notifications.models.reminders import ReminderRule
from notifications.reminders import planning
from organisations.models import User

NINE = time(9, 0)


class AlreadyGone(Exception):
    """The rule is not there any more."""


class AlreadyFired(Exception):
    """The rule has gone out once: it is history, it can be switched off and not deleted."""


@transaction.atomic
def add_rule(*, target: Event | Agreement, by: User | None, **fields: Any) -> ReminderRule:
    """A new rule of an event or agreement. What it would have done before now it does not make up for."""
    which = {"event": target} if isinstance(target, Event) else {"agreement": target}
    rule = ReminderRule.objects.create(created_by=by, **which, **fields)
    event_log.of_rule(rule, "added", by)
    return _replan(rule)


@transaction.atomic
def change_rule(*, rule: ReminderRule, by: User, **fields: Any) -> ReminderRule:
    """Give a rule other times, words or people; for a date it has reminded of it does not go out again.

    Raises AlreadyGone.
    """
    rule = _lock(rule)
    before = snapshot(rule, fields)
    for name, value in fields.items():
        setattr(rule, name, value)
    rule.save(update_fields=list(fields))
    if changes := differences(before, snapshot(rule, fields)):
        event_log.of_rule(rule, _verb(changes), by, changes=changes)
    return _replan(rule)


@transaction.atomic
def switch_on(*, rule: ReminderRule, by: User) -> ReminderRule:
    """Let a rule go out again when it is due; again changes nothing. Raises AlreadyGone."""
    return change_rule(rule=rule, by=by, is_active=True)


@transaction.atomic
def switch_off(*, rule: ReminderRule, by: User) -> ReminderRule:
    """Let a rule rest: nothing goes out. Again changes nothing. Raises AlreadyGone."""
    return change_rule(rule=rule, by=by, is_active=False)


@transaction.atomic
def delete_rule(*, rule: ReminderRule, by: User) -> None:
    """Remove a rule that never went out, with its plans. Raises AlreadyGone, AlreadyFired."""
    rule = _lock(rule)
    if rule.has_fired():
        raise AlreadyFired
    event_log.of_rule(rule, "removed", by)
    rule.delete()


@transaction.atomic
def add_default_rule(*, event: Event, by: User | None) -> ReminderRule | None:
    """What every public event has unless organisers chose otherwise: the day before at nine, to those who come.

    Also on a Sunday: people who come on Monday morning would miss it more than the rest. Again changes nothing.
    """
    if event.reminder_rules.filter(audience=ReminderRule.Audience.PLACE_HOLDERS).exists():
        return None
    return add_rule(target=event, by=by, days=1, local_time=NINE, also_at_quiet_times=True)


def _verb(changes: Changes) -> str:
    switched = changes.get("is_active")
    if switched is None or len(changes) > 1:
        return "changed"
    return "switched_on" if switched[1] else "switched_off"


def _lock(rule: ReminderRule) -> ReminderRule:
    locked = planning.lock(rule)
    if locked is None:
        raise AlreadyGone
    return locked


def _replan(rule: ReminderRule) -> ReminderRule:
    now = timezone.now()
    planning.keep_plan(_lock(rule), now, since=now)
    return ReminderRule.objects.get(pk=rule.pk)  # the locked one remembers its history as it was before
