"""Forms of campaigns and of the outbox."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.models import Event
from notifications.kinds import INVITATION_VARIABLES
from notifications.models import Campaign, Delivery
from organisations.models import Organisation
from organisations.text import one_line


class CampaignForm(forms.ModelForm[Campaign]):
    """Text and audience of an invitation."""

    kinds = forms.MultipleChoiceField(
        label=_("Kinds of organisation"),
        choices=Organisation.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means all."),
    )

    class Meta:
        model = Campaign
        fields = ("event", "name", "kinds", "municipality", "subject_it", "body_it", "subject_en", "body_en")
        widgets = {"body_it": forms.Textarea({"rows": 8}), "body_en": forms.Textarea({"rows": 8})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events = forms.ModelChoiceField(Event.objects.filter(state=Event.State.PUBLISHED), label=_("Event"))
        self.fields["event"] = events
        variables = ", ".join(f"{{{name}}}" for name in INVITATION_VARIABLES)
        for name in ("body_it", "body_en"):
            self.fields[name].help_text = _(
                "Plain text; an empty line begins a paragraph. These are filled in: %(variables)s. The personal link "
                "is added by itself."
            ) % {"variables": variables}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name in ("subject_it", "subject_en", "body_it", "body_en"):
            self._check_variables(name, values.get(name) or "")
        for name in ("subject_it", "subject_en", "name"):
            values[name] = one_line(values.get(name) or "")
        return values

    def _check_variables(self, field: str, text: str) -> None:
        for part in text.split("{")[1:]:
            name = part.partition("}")[0]
            if name not in INVITATION_VARIABLES:
                error = _("“{%(name)s}” is not one of the words that are filled in.") % {"name": name[:30]}
                self.add_error(field, ValidationError(error))


class ConfirmForm(forms.Form):
    """The number, typed by a person who has read it."""

    number = forms.IntegerField(label=_("Number of organisations"), min_value=1)


class OutboxFilterForm(forms.Form):
    """What the outbox shows."""

    q = forms.CharField(label=_("Recipient"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *Delivery.State.choices])
