"""What is typed at a desk."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.checkin.models import Reconciliation
from events.checkin.services import Newcomer
from organisations.models import Organisation


class CodeForm(forms.Form):
    """A pass: typed, or read by a device that types."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    code = forms.CharField(
        label=_("Code of the pass"), max_length=300, help_text=_("Ten letters and numbers, as on the pass."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false",
                                "inputmode": "text", "data-code": ""}),
    )  # fmt: skip

    def __init__(self, posted: Any = None, **options: Any) -> None:
        super().__init__(posted, **options)
        self.initial["key"] = uuid.uuid4()


class FindForm(forms.Form):
    """Somebody without a pass at hand."""

    q = forms.CharField(
        label=_("Name or organisation"), max_length=100, required=False,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )  # fmt: skip


class DeskForm(forms.Form):
    """Where this device stands."""

    desk = forms.CharField(
        label=_("This desk"), max_length=60, help_text=_("For example: main entrance."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip


class NewcomerForm(forms.Form):
    """Somebody who came without a registration: only the name is needed."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    full_name = forms.CharField(label=_("Full name"), max_length=150, widget=forms.TextInput({"autocomplete": "off"}))
    organisation_name = forms.CharField(
        label=_("Organisation"), max_length=200, required=False, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("Leave it empty for a private person."),
    )  # fmt: skip
    organisation_kind = forms.ChoiceField(
        label=_("Kind of organisation"),
        choices=Organisation.Kind.choices,
        initial=Organisation.Kind.OTHER,
        required=False,
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput({"autocomplete": "off"}),
        help_text=_("For the confirmation and the certificate of attendance; not needed."),
    )  # fmt: skip

    def __init__(self, posted: Any = None, **options: Any) -> None:
        super().__init__(posted, **options)
        self.initial["key"] = uuid.uuid4()

    def clean(self) -> dict[str, Any]:
        """An organisation has a kind."""
        values = super().clean() or self.cleaned_data
        if values.get("organisation_name") and not values.get("organisation_kind"):
            self.add_error("organisation_kind", _("Say what kind of organisation it is."))
        return values

    def newcomer(self) -> Newcomer:
        """For the service. Expects it to be valid."""
        values = self.cleaned_data
        organisation = values["organisation_name"]
        kind = values["organisation_kind"] if organisation else ""
        return Newcomer(values["full_name"], organisation, kind, values["email"].lower())


class ReconciliationForm(forms.ModelForm[Reconciliation]):
    """What was behind a person who was let in although the record says otherwise."""

    class Meta:
        model = Reconciliation
        fields = ("finding", "note")
        widgets = {"note": forms.TextInput({"autocomplete": "off"})}
