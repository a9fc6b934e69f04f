"""What this room writes into the change log of events: reminder rules, campaigns, posts. Its words are entered here."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from events.log.kinds import Group, Kind, labels, register
from events.log.recording import Changes, record
from events.models import Event
from notifications.models import Campaign, ChannelPost
from notifications.models.reminders import ReminderRule
from organisations.models import User


def of_rule(rule: ReminderRule, verb: str, by: User | None, changes: Changes | None = None) -> None:
    """A reminder rule of an event was `added`, `changed`, `switched_on`, `switched_off` or `removed`.

    Those of agreements stand in no event's log.
    """
    if rule.event:
        facts: dict[str, Any] = {"audience": rule.audience, **({"changes": changes} if changes else {})}
        record(rule.event, f"reminder.{verb}", by=by, subject=rule.pk, **facts)


def of_copied_rules(event: Event, count: int, by: User) -> None:
    """So many rules came along when the event was made as a copy."""
    record(event, "reminder.copied", by=by, count=count)


def of_campaign(campaign: Campaign, verb: str, by: User | None, count: int | None = None) -> None:
    """An act on a campaign (a value of `CampaignAct.Verb`). `count`: of messages, where the act has one."""
    words: dict[str, Any] = {"title": campaign.name, **({"count": count} if count is not None else {})}
    record(campaign.event, f"campaign.{verb}", by=by, subject=campaign.pk, **words)


def of_post(post: ChannelPost, verb: str, by: User, **values: Any) -> None:
    """Something was done with a post in a public channel."""
    record(post.event, f"post.{verb}", by=by, subject=post.pk, title=post.label, channel=post.kind, **values)


# -- words -------------------------------------------------------------------------------------------------------------


def _audiences() -> Mapping[Any, Any]:
    return dict(ReminderRule.Audience.choices)


def _channels() -> Mapping[Any, Any]:
    return dict(ChannelPost.Kind.choices)


_RULES = (
    ("added", _("%(who)s added a reminder for %(audience)s.")),
    ("changed", _("%(who)s changed a reminder for %(audience)s.")),
    ("switched_on", _("%(who)s switched a reminder for %(audience)s on.")),
    ("switched_off", _("%(who)s switched a reminder for %(audience)s off.")),
    ("removed", _("%(who)s deleted a reminder for %(audience)s.")),
)
_COPIED = ngettext_lazy(
    "%(who)s copied %(count)s reminder, switched off.", "%(who)s copied %(count)s reminders, switched off.", "count"
)
_CAMPAIGNS = (
    ("confirmed", ngettext_lazy("%(who)s confirmed the campaign “%(title)s” to %(count)s address.",
                                "%(who)s confirmed the campaign “%(title)s” to %(count)s addresses.", "count")),
    ("approved", _("%(who)s approved the campaign “%(title)s”.")),
    ("withdrawn", _("%(who)s took the campaign “%(title)s” back to the draft.")),
    ("started", _("%(who)s let the campaign “%(title)s” start.")),
    ("paused", _("%(who)s paused the campaign “%(title)s”.")),
    ("resumed", _("%(who)s let the campaign “%(title)s” go on.")),
    ("cancelled", _("%(who)s cancelled what was left of the campaign “%(title)s”.")),
    ("sent_again", _("%(who)s sent the campaign “%(title)s” again to those that failed.")),
)  # fmt: skip
_POSTS = (
    ("planned", _("%(who)s planned a post for “%(title)s” (%(channel)s).")),
    ("changed", _("%(who)s changed the post for “%(title)s” (%(channel)s).")),
    ("scheduled", _("%(who)s let the post for “%(title)s” (%(channel)s) go out by itself.")),
    ("taken_back", _("%(who)s took the post for “%(title)s” (%(channel)s) back to the plan.")),
    ("cancelled", _("%(who)s cancelled the post for “%(title)s” (%(channel)s).")),
    ("sent_again", _("%(who)s let the post for “%(title)s” (%(channel)s) go out again.")),
    ("seen", _("%(who)s saw the post for “%(title)s” (%(channel)s) in its place.")),
    ("recorded", _("%(who)s wrote down what was published in “%(title)s” (%(channel)s).")),
    ("reopened", _("%(who)s made the post for “%(title)s” (%(channel)s) a plan again.")),
)


def connect() -> None:
    """Make these actions known to the log."""
    who, where = labels("audience", _audiences), labels("channel", _channels)
    rules = (
        Kind(f"reminder.{verb}", Group.MESSAGES, words, "notifications.ReminderRule", who) for verb, words in _RULES
    )
    register(*rules, Kind("reminder.copied", Group.MESSAGES, _COPIED))
    register(*(Kind(f"campaign.{verb}", Group.MESSAGES, words) for verb, words in _CAMPAIGNS))
    register(
        *(Kind(f"post.{verb}", Group.MESSAGES, words, "notifications.ChannelPost", where) for verb, words in _POSTS)
    )
