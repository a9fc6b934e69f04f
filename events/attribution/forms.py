"""The form of a new tagged address."""

from django import forms
from django.utils.translation import gettext_lazy as _

from events.attribution.models import RegistrationSource
from organisations.text import LineField

Kind = RegistrationSource.Kind


class SourceForm(forms.Form):
    """What kind of place, and which one."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[choice for choice in Kind.choices if choice[0] != Kind.CAMPAIGN], initial=Kind.POSTER
    )
    label = LineField(
        label=_("Where people find it"),
        max_length=150,
        help_text=_("For example: posters at the station. The code is made from it."),
    )
