"""The form of another program's address."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.models import Fact, Webhook, WebhookMessage
from notifications.posting import network
from organisations.text import LineField

_REFUSALS = {
    "syntax": _("Write a whole web address, without a name, a password or an anchor in it."),
    "https": _("Write https://: what is told must not be read on its way."),
    "private": _("This is no address of the open Internet."),
}


class WebhookForm(forms.Form):
    """Name, address, facts."""

    name = LineField(label=_("Name"), max_length=100, help_text=_("For organisers: which program it is."))
    url = LineField(label=_("Address"), max_length=500, help_text=_("Of the other program, beginning with https://."))
    facts = forms.MultipleChoiceField(
        label=_("What it is told"), choices=Fact.choices, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, webhook: Webhook | None = None, **kwargs: Any) -> None:
        if webhook:
            kwargs["initial"] = {"name": webhook.name, "url": webhook.url, "facts": webhook.facts}
        super().__init__(*args, **kwargs)

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            network.judged(url)
        except network.NotPublic as refused:
            raise ValidationError(str(_REFUSALS[str(refused)])) from refused
        return url

    def refuse_twice(self) -> None:
        """The address is registered already."""
        self.add_error("url", gettext("This address is registered already."))


class LedgerForm(forms.Form):
    """Which messages the ledger shows."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *WebhookMessage.State.choices])
