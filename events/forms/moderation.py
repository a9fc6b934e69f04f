"""Looking for registrations, and the word an organiser sends with a refusal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import Event, Registration
from organisations.models import Organisation


class RegistrationFilterForm(forms.Form):
    """Which registrations of an event are shown."""

    q = forms.CharField(label=_("Name or e-mail"), max_length=200, required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("all")), *Registration.State.choices], required=False)
    category = forms.ChoiceField(
        label=_("Category"), choices=[("", _("all")), *Registration.Category.choices], required=False
    )


class InviteForm(forms.Form):
    """One organisation of the directory to be invited by hand."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=_("choose …"),
        help_text=_("Whoever is in the directory and not invited yet."),
    )  # fmt: skip
    sends = forms.BooleanField(
        label=_("Send the personal link by e-mail now"), required=False, initial=True,
        help_text=_("Otherwise it stands in the list below, to be passed on in another way."),
    )  # fmt: skip

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["organisation"]
        assert isinstance(choice, forms.ModelChoiceField)
        invited = event.invitations.filter(revoked_at=None).values("organisation")
        choice.queryset = Organisation.objects.exclude(pk__in=invited).order_by("name", "pk")


class PriorityForm(forms.Form):
    """Why a group on a waiting list goes before the others."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("It stays on record; organisers read it on this page.")
    )

    def clean_reason(self) -> str:
        return " ".join(str(self.cleaned_data["reason"]).split())


class RefusalForm(forms.Form):
    """Why a registration is refused."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea({"rows": 3}),
        help_text=_("Whoever registered reads it, in the mail and on their page."),
    )  # fmt: skip
