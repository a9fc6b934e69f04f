"""The form of a reminder rule of an event."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from events.models import Event
from notifications.kinds.own_words import REMINDER_VARIABLES, not_filled_in
from notifications.models.reminders import MAX_DAYS, ReminderRule
from notifications.quiet import is_quiet
from notifications.reminders.services import NINE
from notifications.reminders.words import hours_and_minutes
from organisations.text import one_line, validate_one_line

MAX_HOURS = MAX_DAYS * 24
MAX_GRACE_HOURS = 72
EVENT_AUDIENCES = (ReminderRule.Audience.PLACE_HOLDERS, ReminderRule.Audience.INVITED)


class ReminderRuleForm(forms.ModelForm[ReminderRule]):
    """When, whom, with which words. It refuses what could not be meant: after the start, at night, on a Sunday."""

    is_after = forms.TypedChoiceField(
        label=_("Before or after"),
        choices=[("before", _("before it")), ("after", _("after it"))],
        coerce=lambda word: word == "after",
    )
    hours = forms.IntegerField(
        label=_("How many hours"), min_value=0, max_value=MAX_HOURS, required=False,
        help_text=_("Hours and minutes of time that really elapses, also over a change of the clocks."),
    )  # fmt: skip
    minutes = forms.IntegerField(label=_("How many minutes"), min_value=0, max_value=59, required=False)
    grace_hours = forms.IntegerField(
        label=_("How many hours late it may still go out"), min_value=1, max_value=MAX_GRACE_HOURS,
        help_text=_("If the portal was not running in time. Later than that it is not sent, and this page says so."),
    )  # fmt: skip

    field_order = ("audience", "anchor", "is_after", "method", "days", "local_time", "hours", "minutes",
                   "also_at_quiet_times", "grace_hours", "subject_it", "body_it", "subject_en", "body_en")  # fmt: skip

    class Meta:
        model = ReminderRule
        fields = ("audience", "anchor", "method", "days", "local_time", "also_at_quiet_times",
                  "subject_it", "body_it", "subject_en", "body_en")  # fmt: skip
        widgets = {
            "local_time": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "body_it": forms.Textarea({"rows": 6}),
            "body_en": forms.Textarea({"rows": 6}),
        }

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = self.instance.event = event
        rule = self.instance
        hours, minutes = hours_and_minutes(rule.duration) if rule.duration else (None, None)
        self.initial["is_after"] = "after" if rule.is_after else "before"
        self.initial["hours"], self.initial["minutes"] = hours, minutes
        self.initial["grace_hours"] = hours_and_minutes(rule.grace)[0]
        if not rule.pk:
            self.initial["days"], self.initial["local_time"] = 1, NINE
        anchors = [(anchor.value, anchor.label) for anchor in ReminderRule.OF_EVENTS]
        self.fields["anchor"] = forms.ChoiceField(label=_("Relative to"), choices=anchors)
        audiences = [(audience.value, audience.label) for audience in EVENT_AUDIENCES]
        self.fields["audience"] = forms.ChoiceField(label=_("Who gets it"), choices=audiences)
        for name in ("days", "local_time"):
            self.fields[name].required = False
        self.fields["days"].help_text = _("0 is the same day.")
        self.fields["days"].validators.append(MaxValueValidator(MAX_DAYS))
        self.fields["subject_it"].help_text = _("Left empty, the usual words are sent.")
        variables = ", ".join(f"{{{name}}}" for name in REMINDER_VARIABLES)
        for name in ("body_it", "body_en"):
            self.fields[name].help_text = _(
                "Plain text; an empty line begins a paragraph. These are filled in: %(variables)s."
            ) % {"variables": variables}
        for name in ("subject_it", "subject_en"):
            self.fields[name].validators.append(validate_one_line)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self._check_words(values)
        self._count_in_one_way(values)
        if not self.errors:
            self._check_time(self._rule_of(values))
        return values

    def values(self) -> dict[str, Any]:
        """The rule's fields, for the service."""
        own = {name: self.cleaned_data[name] for name in (*self.Meta.fields, "is_after", "duration")}
        return own | {"grace": timedelta(hours=self.cleaned_data["grace_hours"])}

    def _count_in_one_way(self, values: dict[str, Any]) -> None:
        """Keep what belongs to the chosen way of counting, and ask for it."""
        if values.get("method") == ReminderRule.Method.DURATION:
            duration = timedelta(hours=values.get("hours") or 0, minutes=values.get("minutes") or 0)
            if not duration and not {"hours", "minutes"} & set(self.errors):
                self.add_error("hours", _("Write how many hours or minutes."))
            self._leave_out(values, "days", "local_time")
            values["duration"] = duration
        else:
            for name in ("days", "local_time"):
                if values.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Write how many days, and at what time."))
            self._leave_out(values, "hours", "minutes")
            values["duration"] = None

    def _leave_out(self, values: dict[str, Any], *names: str) -> None:
        for name in names:
            self.errors.pop(name, None)
            values[name] = None

    def _rule_of(self, values: dict[str, Any]) -> ReminderRule:
        names = ("anchor", "is_after", "days", "local_time", "duration", "audience", "also_at_quiet_times")
        return ReminderRule(event=self.event, **{name: values[name] for name in names})

    def _check_time(self, rule: ReminderRule) -> None:
        due, anchor = rule.due_at(), rule.anchor_at
        if due is None or anchor is None:
            return
        field = "hours" if rule.duration else "days"
        if not rule.is_after and due >= anchor:
            self.add_error("local_time", _("This is not before it: %(when)s.") % {"when": _written(due)})
        elif rule.audience == ReminderRule.Audience.INVITED and due >= self.event.registration_deadline:
            error = _("Registrations close before that: %(when)s.")
            self.add_error(field, error % {"when": _written(self.event.registration_deadline)})
        elif is_quiet(due) and not rule.also_at_quiet_times:
            error = _("This is at night (21 to 8) or on a Sunday: %(when)s. Choose another time, or allow it below.")
            self.add_error(field, error % {"when": _written(due)})

    def _check_words(self, values: dict[str, Any]) -> None:
        for name in ("subject_it", "subject_en"):
            values[name] = one_line(values.get(name) or "")
        for name in ("subject_it", "subject_en", "body_it", "body_en"):
            self._check_variables(name, values.get(name) or "")
        for language in ("it", "en"):
            if bool(values.get(f"subject_{language}")) != bool(values.get(f"body_{language}")):
                self.add_error(f"subject_{language}", _("Subject and text go together: write both, or neither."))
        if values.get("subject_en") and not values.get("subject_it"):
            self.add_error("subject_it", _("Write the Italian words too: they are sent where the English are missing."))
        if values.get("is_after") and not values.get("body_it"):
            self.add_error("body_it", _("The usual words look forward: for a time after, write your own."))

    def _check_variables(self, field: str, text: str) -> None:
        for name in not_filled_in(text, REMINDER_VARIABLES):
            error = _("“{%(name)s}” is not one of the words that are filled in.") % {"name": name}
            self.add_error(field, ValidationError(error))


def _written(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "l j F Y, H:i")
