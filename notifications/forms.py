"""Forms of the outbox."""

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Delivery


class OutboxFilterForm(forms.Form):
    """What the outbox shows."""

    q = forms.CharField(label=_("Recipient"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *Delivery.State.choices])
