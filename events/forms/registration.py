"""The public registration and its management page."""

import uuid

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.models import Invitation
from events.services import Applicant
from organisations.models import Organisation
from organisations.text import LineField, NameField


class RegistrationForm(forms.Form):
    """The organisation and its contact."""

    submission_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    #: Set when its people did not fit: the page then offers the waiting list.
    is_full = False

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
    contact_phone = LineField(label=_("Telephone"), max_length=40, required=False)
    notice_read = forms.BooleanField(label=_("I have read the privacy notice"))
    notice_version = forms.CharField(widget=forms.HiddenInput, initial=lambda: settings.PRIVACY_NOTICE_VERSION)

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

    def clean_contact_email(self) -> str:
        return str(self.cleaned_data["contact_email"]).lower()

    def clean_notice_version(self) -> str:
        version = self.cleaned_data["notice_version"]
        if version != settings.PRIVACY_NOTICE_VERSION:
            raise ValidationError(_("The privacy notice has changed meanwhile: please read it again."))
        return str(version)

    def applicant(self, language: str) -> Applicant:
        """Organisation and contact, for the services."""
        names = ("organisation_name", "organisation_kind", "contact_name", "contact_email", "contact_office",
                 "contact_phone")  # fmt: skip
        return Applicant(**{name: self.cleaned_data[name] for name in names}, language=language)


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
    """The address that the management link is sent to again."""

    email = forms.EmailField(label=_("Contact's e-mail"))
