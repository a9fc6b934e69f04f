"""The organisers' pages of an event."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import Event
from organisations.text import LocalDateTimeInput, validate_one_line


class EventForm(forms.ModelForm[Event]):
    """The event's own facts, for organisers."""

    class Meta:
        model = Event
        fields = ("title_it", "title_en", "slug", "kind", "summary_it", "summary_en", "audience_it", "audience_en",
                  "starts_at", "ends_at", "venue", "address", "accessibility_it", "accessibility_en", "contact_email",
                  "capacity", "has_waiting_list", "max_per_organisation", "invitation_only", "moderated", "registration_opens_at",
                  "registration_closes_at", "changes_freeze_at")  # fmt: skip
        widgets = dict.fromkeys(
            ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at", "changes_freeze_at"),
            LocalDateTimeInput,
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("title_it", "title_en", "venue", "address"):
            self.fields[name].validators.append(validate_one_line)
        for name in ("summary_it", "summary_en", "audience_it", "audience_en", "accessibility_it", "accessibility_en"):
            self.fields[name].widget.attrs["rows"] = 3
        if self.instance.pk and self.instance.state != Event.State.DRAFT:
            self.fields["slug"].disabled = True  # printed QR codes rely on it
            self.fields["slug"].help_text = _("The address no longer changes: printed links rely on it.")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        starts_at, ends_at = values.get("starts_at"), values.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end must come after the start."))
        opens_at, closes_at = values.get("registration_opens_at"), values.get("registration_closes_at") or starts_at
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("registration_opens_at", _("Registration must open before it closes."))
        return values

    def changed_values(self) -> dict[str, Any]:
        """New values of what was changed, for the service."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class CancelEventForm(forms.Form):
    """Why the event is called off: everybody registered reads it."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea({"rows": 3}), help_text=_("Everybody reads it.")
    )
