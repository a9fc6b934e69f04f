"""What of this room comes along when an event is copied: its reminder rules, at rest. Nothing that was sent or planned."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.cloning.parts import Copying, Left, Part, Resting, leave_behind, take_along, twin_of
from events.models import Event
from notifications import event_log
from notifications.models.reminders import ReminderRule
from notifications.reminders import words

#: What of a rule its copy has as well. Its times follow the dates of the event by themselves.
RULE = (
    "anchor", "is_after", "method", "days", "local_time", "duration", "audience", "subject_it", "subject_en", "body_it",
    "body_en", "grace", "also_at_quiet_times",
)  # fmt: skip
RULE_ANEW = ("event", "agreement", "is_active", "created_by", "created_at")


def _copy_rules(copying: Copying) -> None:
    """Switched off, whatever they were: a copy of last year's rules must not write to this year's people unasked."""
    rules = [
        twin_of(rule, RULE, event=copying.clone, is_active=False, created_by=copying.by)
        for rule in copying.source.reminder_rules.order_by("pk")
    ]
    ReminderRule.objects.bulk_create(rules)
    if rules:
        event_log.of_copied_rules(copying.clone, len(rules), copying.by)


def _resting(event: Event) -> Iterable[Resting]:
    """Rules that are switched off, of an event that is not over with. One query."""
    return resting(event, event.reminder_rules.filter(is_active=False).order_by("pk")) if event.is_editable else ()


def resting(event: Event, rules: Iterable[ReminderRule]) -> list[Resting]:
    """Those of an event's rules that are switched off, each with where it is switched on."""
    url = reverse("manage_reminders:list", args=[event.slug])
    return [
        Resting(
            _("Reminder, %(offset)s (to: %(audience)s)")
            % {"audience": rule.get_audience_display(), "offset": words.offset(rule)},
            f"{url}#rule-{rule.pk}",
        )
        for rule in rules
        if not rule.is_active
    ]


def connect() -> None:
    """Make this room's part of a copy known."""
    take_along(
        Part(
            gettext_lazy("Reminder rules"), ("notifications.ReminderRule",), lambda event: event.reminder_rules.count(),
            _copy_rules, gettext_lazy("Switched off: nothing goes out by any of them until you switch it on."), _resting,
        )
    )  # fmt: skip
    leave_behind(
        Left(
            gettext_lazy("When reminders went out, or were to go out"), ("notifications.ReminderOccurrence",),
            gettext_lazy("Each is about one date of that event."),
        ),
        Left(
            gettext_lazy("Campaigns and their messages"),
            (
                "notifications.Campaign", "notifications.CampaignAct", "notifications.Exclusion", "notifications.Delivery",
                "notifications.Attempt", "notifications.DeliveryEvent", "notifications.ProviderMessage",
                "notifications.PendingErasure",
            ),
            gettext_lazy("Their texts name that date, and their audiences are asked anew: keep a text as a template instead."),
            lambda event: event.campaigns.count(),
        ),
        Left(
            gettext_lazy("Posts and press"), ("notifications.ChannelPost", "notifications.ChannelAttempt"),
            gettext_lazy("They were published for that event, each with an address of its own."),
            lambda event: event.channel_posts.count(),
        ),
    )  # fmt: skip
