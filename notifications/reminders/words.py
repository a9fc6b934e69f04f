"""A rule in plain sentences: when it goes out and why then, as its date stands at this moment."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from notifications.models.reminders import ReminderOccurrence, ReminderRule
from notifications.quiet import is_quiet

Anchor = ReminderRule.Anchor


def sentence(rule: ReminderRule, now: datetime) -> str:
    """“goes out on 20 February 2027, 9:00, because 1 day before the start”."""
    due = rule.due_at()
    if due is None:
        return _("has no date now: %(offset)s") % {"offset": offset(rule)}
    local = timezone.localtime(due)
    words = {"day": date_format(local, "j F Y"), "time": date_format(local, "G:i"), "offset": offset(rule)}
    if due <= now:
        return _("was due on %(day)s, %(time)s, because %(offset)s") % words
    if not rule.is_active:
        return _("would go out on %(day)s, %(time)s, because %(offset)s") % words
    return _("goes out on %(day)s, %(time)s, because %(offset)s") % words


def offset(rule: ReminderRule) -> str:
    """“1 day before the start”."""
    if rule.duration is None and not rule.days:
        return {
            Anchor.START: _("the day of the start"),
            Anchor.END: _("the day of the end"),
            Anchor.REGISTRATION_DEADLINE: _("the day registrations close"),
            Anchor.REVIEW_DEADLINE: _("the last day for remarks"),
            Anchor.APPROVAL_DEADLINE: _("the last day for the bodies’ acts"),
        }[Anchor(rule.anchor)]
    before = {
        Anchor.START: _("%(amount)s before the start"),
        Anchor.END: _("%(amount)s before the end"),
        Anchor.REGISTRATION_DEADLINE: _("%(amount)s before registrations close"),
        Anchor.REVIEW_DEADLINE: _("%(amount)s before the date for remarks"),
        Anchor.APPROVAL_DEADLINE: _("%(amount)s before the date for the bodies’ acts"),
    }
    after = {
        Anchor.START: _("%(amount)s after the start"),
        Anchor.END: _("%(amount)s after the end"),
        Anchor.REGISTRATION_DEADLINE: _("%(amount)s after registrations close"),
        Anchor.REVIEW_DEADLINE: _("%(amount)s after the date for remarks"),
        Anchor.APPROVAL_DEADLINE: _("%(amount)s after the date for the bodies’ acts"),
    }
    return (after if rule.is_after else before)[Anchor(rule.anchor)] % {"amount": _amount(rule)}


def _amount(rule: ReminderRule) -> str:
    if rule.duration is None:
        return ngettext("%(count)s day", "%(count)s days", rule.days or 0) % {"count": rule.days}
    hours, minutes = hours_and_minutes(rule.duration)
    in_hours = ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    in_minutes = ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    if hours and minutes:
        return _("%(hours)s and %(minutes)s") % {"hours": in_hours, "minutes": in_minutes}
    return in_hours if hours else in_minutes


def hours_and_minutes(duration: timedelta) -> tuple[int, int]:
    """A duration as people write it."""
    minutes = int(duration.total_seconds()) // 60
    return divmod(minutes, 60)


def notes(rule: ReminderRule, now: datetime) -> list[str]:
    """What organisers should know beside the sentence: why nothing goes out, or that it goes out at an odd time."""
    due, anchor = rule.due_at(), rule.anchor_at
    found = []
    if not rule.is_active:
        found.append(_("Switched off: nothing goes out."))
    elif not rule.is_target_live:
        found.append(_not_live(rule))
    elif anchor and rule.has_reminded_of(anchor):
        found.append(_("It has gone out for this date; it goes out again only if the date moves."))
    last = next(reversed(rule.occurrences.all()), None)
    if last and last.state == ReminderOccurrence.State.EXPIRED and (last.anchor_at, last.due_at) == (anchor, due):
        found.append(_("It was not sent: %(reason)s.") % {"reason": last.get_reason_display()})
    elif due and due > now and is_quiet(due):
        found.append(_("This is at night or on a Sunday."))
    return found


def _not_live(rule: ReminderRule) -> str:
    if rule.event and rule.event.state == Event.State.DRAFT:
        return _("The event is a draft: nothing goes out before it is public.")
    return _("Nothing goes out any more: called off, over or closed.")
