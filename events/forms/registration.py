"""The public registration and its management page."""

import dataclasses
import uuid
from typing import ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.forms.guard import GuardedForm
from events.models import Event, Invitation, Registration
from events.services import Applicant, Guest
from organisations.models import Organisation
from organisations.text import LineField, NameField


class ApplicantForm(GuardedForm):
    """What everybody who registers is asked: who they are, and that they have read the privacy notice."""

    category: ClassVar[Registration.Category]
    #: The places did not suffice for its people: the page offers the waiting list.
    is_full = False

    submission_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    #: Of the event as it was when the form was shown: who agreed to another day is asked again.
    event_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    contact_name = NameField(label=_("Your full name"), max_length=150)
    contact_email = forms.EmailField(
        label=_("Your e-mail"), help_text=_("The confirmation and the link to change or cancel go here.")
    )
    contact_phone = LineField(label=_("Telephone"), max_length=40, required=False)
    notice_read = forms.BooleanField(label=_("I have read the privacy notice"))
    notice_version = forms.CharField(widget=forms.HiddenInput, initial=lambda: settings.PRIVACY_NOTICE_VERSION)

    def clean_contact_email(self) -> str:
        return str(self.cleaned_data["contact_email"]).lower()

    def clean_notice_version(self) -> str:
        version = self.cleaned_data["notice_version"]
        if version != settings.PRIVACY_NOTICE_VERSION:
            raise ValidationError(_("The privacy notice has changed meanwhile: please read it again."))
        return str(version)

    def is_of(self, event: Event) -> bool:
        """Whether the event stands as the form said; else the form says so and goes by the event as it is."""
        seen = self.cleaned_data["event_revision"]
        if seen in {None, event.revision}:
            return True
        self.show_again(event_revision=str(event.revision))
        self.add_error(None, _("Time or place of the event have changed since you opened this form. Look at them above; if "
                               "you come all the same, send it once more."))  # fmt: skip
        return False

    def applicant(self, language: str) -> Applicant:
        """Who registers, for the services; what this category is not asked stays empty."""
        asked = self.cleaned_data.keys() & {field.name for field in dataclasses.fields(Applicant)}
        nothing = dict.fromkeys(("organisation_name", "organisation_kind"), "")
        values = nothing | {name: self.cleaned_data[name] for name in asked}
        return Applicant(**values, language=language, category=self.category)

    def guest(self) -> Guest:
        """Whoever registers for themselves, as the one who comes."""
        values = self.cleaned_data
        return Guest(values["contact_name"], values["contact_email"], values.get("contact_office", ""))


class RegistrationForm(ApplicantForm):
    """The organisation and its contact."""

    category = Registration.Category.ORGANISATION

    organisation_name = NameField(label=_("Organisation"), max_length=200)
    organisation_kind = forms.ChoiceField(
        label=_("Kind of organisation"), choices=[("", _("choose …")), *Organisation.Kind.choices]
    )
    contact_name = NameField(
        label=_("Contact's full name"), max_length=150, help_text=_("Whoever manages this registration.")
    )
    contact_email = forms.EmailField(
        label=_("Contact's e-mail"), help_text=_("The confirmation and the link to change or cancel go here.")
    )
    contact_office = NameField(label=_("Contact's office or role"), max_length=150)
    field_order = ("organisation_name", "organisation_kind")

    @classmethod
    def initial_for(cls, invitation: Invitation | None) -> dict[str, str]:
        """What a personal link fills in."""
        if invitation is None:
            return {}
        organisation = invitation.organisation
        return {
            "organisation_name": organisation.name,
            "organisation_kind": organisation.kind,
            "contact_email": organisation.email,
        }


class PersonForm(ApplicantForm):
    """A private person, who comes themselves."""

    category = Registration.Category.PERSON


class PressForm(ApplicantForm):
    """Somebody of the press, who comes themselves."""

    category = Registration.Category.PRESS

    medium = NameField(
        label=_("Name of the medium"), max_length=200, help_text=_("Newspaper, broadcaster, agency or website.")
    )
    contact_office = NameField(label=_("Your role"), max_length=150, help_text=_("Journalist, photographer, …"))
    field_order = ("medium",)


#: What each category is asked.
FORMS: dict[str, type[ApplicantForm]] = {
    form.category.value: form for form in (RegistrationForm, PersonForm, PressForm)
}


class ContactForm(forms.Form):
    """Corrections of the contact's data on the management page."""

    name = NameField(label=_("Contact's full name"), max_length=150)
    email = forms.EmailField(
        label=_("Contact's e-mail"), help_text=_("A new address gets a new link; this link then stops working.")
    )
    office = NameField(label=_("Contact's office or role"), max_length=150, required=False)
    phone = LineField(label=_("Telephone"), max_length=40, required=False)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class LinkRequestForm(forms.Form):
    """The address whose links are sent to it again."""

    email = forms.EmailField(label=_("Your e-mail"))
