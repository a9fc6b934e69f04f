"""What organisers write when they withdraw figures."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WithdrawForm(forms.Form):
    """Published figures are shown no more."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("For the change log. It is not shown to the public.")
    )
