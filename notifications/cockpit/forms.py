"""Forms of the cockpit: what the list of messages shows, a reason, limits, a log."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.validators import MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from notifications.cockpit.services import Limits
from notifications.cockpit.words import KINDS
from notifications.models import Campaign, Delivery, Lane, Throttle
from notifications.sending.lanes import SLOWEST

#: In place of a state: all of those that were handed over and came back.
CAME_BACK = "came_back"
#: A page shows fewer; whoever sends more was not shown them.
MOST_TICKED = 200


class MessageFilterForm(forms.Form):
    """What the list of messages shows."""

    q = forms.CharField(label=_("Recipient"), required=False, max_length=254)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("all")), *Delivery.State.choices, (CAME_BACK, _("came back or reported, all of them"))],
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    lane = forms.ChoiceField(label=_("Lane"), required=False, choices=[("", _("all")), *Lane.choices])
    campaign = forms.ModelChoiceField(
        label=_("Campaign"), required=False, queryset=Campaign.objects.none(), empty_label=_("all")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("all")), *KINDS.items()]  # type: ignore[attr-defined]  # a ChoiceField
        newest = Campaign.objects.exclude(state=Campaign.State.DRAFT).order_by("-pk")
        self.fields["campaign"].queryset = newest  # type: ignore[attr-defined]  # a ModelChoiceField


class HoldForm(forms.Form):
    """Why all mail is to wait."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("Organisers read it on the outbox page until mail flows again.")
    )


class ReleaseForm(forms.Form):
    """What must have been done first."""

    has_looked = forms.BooleanField(
        label=_("No backup was restored, or the log of the mail server has been compared since"),
        error_messages={"required": _("Compare with the log first: else people get the same message twice.")},
    )


class LimitsForm(forms.Form):
    """Limits of a lane or of one mail house in it. An empty field: no limit."""

    base_rate = forms.FloatField(
        label=_("Messages a minute"), required=False, validators=[MinValueValidator(SLOWEST)],
        help_text=_("Empty: as many as the mail server takes."),
    )  # fmt: skip
    daily_cap = forms.IntegerField(
        label=_("Messages a day"), required=False, min_value=1, help_text=_("Empty: no limit. The day is Rome's.")
    )
    connections = forms.IntegerField(label=_("Connections at most"), required=False, min_value=1)

    def __init__(self, posted: QueryDict | None, *, throttle: Throttle, most: int) -> None:
        rate = throttle.base_rate
        initial = {
            "base_rate": int(rate) if rate and rate.is_integer() else rate,
            "daily_cap": throttle.daily_cap,
            "connections": throttle.connections,
        }
        super().__init__(posted, initial=initial)
        if throttle.domain_group:
            del self.fields["connections"]  # connections are the lane's, to its one relay
        else:
            self.fields["connections"].help_text = _(
                "Empty: %(count)s, as the server is set up; never more than that."
            ) % {"count": most}

    def limits(self) -> Limits:
        """What was written, checked."""
        return Limits(**self.cleaned_data)


class LogForm(forms.Form):
    """The log of the mail server, pasted or as a file."""

    text = forms.CharField(
        label=_("Lines of the log"), required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Any text with our Message-IDs in angle brackets will do."),
    )  # fmt: skip
    file = forms.FileField(label=_("Or the log as a file"), required=False, help_text=_("Plain text, not compressed."))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        upload = cleaned.get("file")
        if upload is not None and upload.size > settings.MAX_LOG_BYTES:
            self.add_error("file", _("The file is too large: cut the log to the days in question."))
        elif upload is None and not cleaned.get("text", "").strip() and not self.errors:
            self.add_error("text", _("Paste some lines of the log, or choose a file."))
        return cleaned


class DecisionForm(forms.Form):
    """What is to become of the messages that were ticked."""

    keys = forms.TypedMultipleChoiceField(coerce=UUID)
    decision = forms.ChoiceField(choices=[("again", _("Send again")), ("arrived", _("They have arrived"))])

    def __init__(self, posted: QueryDict) -> None:
        super().__init__(posted)
        ticked = [key for key in posted.getlist("keys")[:MOST_TICKED] if is_uuid(key)]
        self.fields["keys"].choices = [(key, key) for key in ticked]  # type: ignore[attr-defined]  # as above


def is_uuid(text: str) -> bool:
    """Whether this is a message's key."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
