"""What the desk writes: a visit, an appointment for somebody who calls, why one is called off."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.meeting_point.models import Outcome, Topic, Visit
from events.meeting_point.services import Person
from organisations.languages import Language
from organisations.text import LineField, LocalDateTimeInput, NameField

OUTCOMES = [("", _("not known yet")), *Outcome.choices]


class WalkInForm(forms.Form):
    """Somebody who came without an appointment. Who it was is not asked."""

    submission_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    arrived_at = forms.DateTimeField(label=_("Came at"), widget=LocalDateTimeInput, initial=timezone.now)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=[("", _("choose …")), *Topic.choices])
    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES, required=False)


class VisitForm(forms.Form):
    """What a visit was about and what came of it."""

    arrived_at = forms.DateTimeField(label=_("Came at"), widget=LocalDateTimeInput)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Topic.choices)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES, required=False)
    reason = LineField(
        label=_("Why it is corrected"), max_length=300, required=False,
        help_text=_("Needed unless only a missing outcome is added. Write no names here."),
    )  # fmt: skip

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(visit, name) for name in ("arrived_at", "purpose", "outcome")}
        super().__init__(*args, **kwargs)
        self._visit = visit

    def clean_arrived_at(self) -> Any:
        """To the minute, as the field shows it: whoever leaves it as it is changes nothing."""
        typed, held = self.cleaned_data["arrived_at"], self._visit.arrived_at
        return held if typed == held.replace(second=0, microsecond=0) else typed


class StrikeForm(forms.Form):
    """Why a visit counts no more."""

    reason = LineField(label=_("Reason"), max_length=300, help_text=_("It stays on record. Write no names here."))


class DeskBookingForm(forms.Form):
    """Somebody who calls or stands at the desk: a first name, and one way to answer."""

    submission_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    first_name = NameField(label=_("First name"), max_length=60)
    phone = LineField(label=_("Telephone"), max_length=40, required=False)
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("With it come the confirmation, the reminder and the link.")
    )
    topic = forms.ChoiceField(label=_("Purpose"), choices=[("", _("not said")), *Topic.choices], required=False)
    language = forms.ChoiceField(label=_("Language of the mails"), choices=Language.choices, initial=Language.ITALIAN)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.errors and not values.get("email") and not values.get("phone"):
            raise ValidationError(
                _("Write a telephone number or an e-mail address: else nobody can be told of a change.")
            )
        return values

    def person(self) -> Person:
        """For the service."""
        return Person(
            **{name: self.cleaned_data[name] for name in ("first_name", "email", "phone", "topic", "language")}
        )


class CallOffForm(forms.Form):
    """Why the desk calls an appointment off: the person reads it."""

    reason = LineField(
        label=_("Reason"), max_length=300, help_text=_("The person reads it, in the mail and on their page.")
    )
