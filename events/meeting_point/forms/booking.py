"""Who comes: a first name and a way to answer. No surname, no date of birth, no free text about oneself."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from events.forms.guard import GuardedForm
from events.meeting_point.models import Topic
from events.meeting_point.services import Person
from organisations.text import LineField, NameField

TOPICS = [("", _("I would rather say it there")), *Topic.choices]


class PersonForm(GuardedForm):
    """Whoever books for themselves."""

    submission_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    first_name = NameField(
        label=_("First name"), max_length=60, help_text=_("Or whatever you would like to be called.")
    )
    email = forms.EmailField(label=_("E-mail"), help_text=_("The confirmation and the link to move or cancel go here."))
    phone = LineField(
        label=_("Telephone"), max_length=40, required=False, help_text=_("Only if we may call should something change.")
    )
    topic = forms.ChoiceField(label=_("What is it about?"), choices=TOPICS, required=False)
    notice_read = forms.BooleanField(label=_("I have read the privacy notice"))
    notice_version = forms.CharField(widget=forms.HiddenInput, initial=lambda: settings.PRIVACY_NOTICE_VERSION)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_notice_version(self) -> str:
        version = self.cleaned_data["notice_version"]
        if version != settings.PRIVACY_NOTICE_VERSION:
            raise ValidationError(_("The privacy notice has changed meanwhile: please read it again."))
        return str(version)

    def person(self, language: str) -> Person:
        """For the service."""
        asked = {name: self.cleaned_data[name] for name in ("first_name", "email", "phone", "topic")}
        return Person(**asked, language=language)

    def asked(self) -> list[BoundField]:
        """What a person fills in, in its order."""
        return [self[name] for name in ("first_name", "email", "phone", "topic")]

    @property
    def topic_said(self) -> str:
        """The topic in words; empty where nobody named one."""
        topic = self.cleaned_data["topic"]
        return str(Topic(topic).label) if topic else ""

    def as_typed(self) -> list[tuple[str, Any]]:
        """Every field with what was sent, to be sent once more."""
        return [(field.html_name, field.value()) for field in self if field.value() not in (None, "", False)]


class LinkRequestForm(forms.Form):
    """The address whose links are sent to it again."""

    email = forms.EmailField(label=_("Your e-mail"))

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
