"""What organisers write into the register."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from events.attendance.models import Status
from events.models import Attendee

#: Leave it to what the desks recorded.
AS_RECORDED = ""


class MarkForm(forms.Form):
    """How one person stands in the register."""

    status = forms.ChoiceField(
        label=_("In the register"), required=False,
        choices=[(AS_RECORDED, _("as the desks recorded")), *Status.choices],
    )  # fmt: skip
    represented_by = forms.ModelChoiceField(
        Attendee.objects.none(), label=_("Represented by"), required=False,
        help_text=_("Only for “by proxy”: somebody who is present."),
    )  # fmt: skip

    def __init__(self, *args: Any, present: QuerySet[Attendee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["represented_by"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = present

    def clean(self) -> dict[str, Any]:
        """A proxy is named exactly where somebody is represented."""
        values = super().clean() or self.cleaned_data
        if values.get("status") == Status.PROXY and not values.get("represented_by"):
            self.add_error("represented_by", _("Say who spoke for this person."))
        if values.get("status") != Status.PROXY:
            values["represented_by"] = None
        return values


class CodeForm(forms.Form):
    """The code on a certificate, or its address."""

    code = forms.CharField(
        label=_("Code of the certificate"), max_length=300, required=False,
        help_text=_("Ten letters and numbers, below the square."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip


class CloseForm(forms.Form):
    """The register is closed: with minutes, and from the second edition on with a reason."""

    minutes = forms.CharField(
        label=_("Minutes"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 8}),
        help_text=_("What was said and decided, in plain text. It is printed below the register."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason of the correction"), max_length=300, required=False)
    tell = forms.BooleanField(
        label=_("Write to those who came, with the link to their certificate"), required=False, initial=True
    )

    def __init__(self, *args: Any, is_correction: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_correction:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]
