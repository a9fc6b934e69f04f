"""The agenda's items."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import Event, Session
from organisations.text import LocalDateTimeInput, validate_one_line


class SessionForm(forms.ModelForm[Session]):
    """One item of the agenda."""

    class Meta:
        model = Session
        fields = ("title_it", "title_en", "kind", "starts_at", "ends_at", "speakers_it", "speakers_en")
        widgets = {
            "starts_at": LocalDateTimeInput,
            "ends_at": LocalDateTimeInput,
            "speakers_it": forms.Textarea({"rows": 2}),
            "speakers_en": forms.Textarea({"rows": 2}),
        }

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        for name in ("title_it", "title_en"):
            self.fields[name].validators.append(validate_one_line)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        starts_at, ends_at = values.get("starts_at"), values.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end must come after the start."))
        elif starts_at and ends_at and (starts_at < self.event.starts_at or ends_at > self.event.ends_at):
            self.add_error("starts_at", _("This lies outside the time of the event."))
        return values
