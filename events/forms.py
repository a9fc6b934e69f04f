"""Forms of the public registration and of the organisers' event page. They validate and convert; services write."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.models import MAX_ATTENDEES, Event, Invitation, Session
from events.services import Applicant, Guest
from organisations.models import Organisation
from organisations.text import LineField, LocalDateTimeInput, NameField, validate_one_line


class AttendeeForm(forms.Form):
    """One person who comes."""

    full_name = NameField(label=_("Full name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"), required=False, help_text=_("For the reminder and the calendar."))
    office = NameField(label=_("Office or role"), max_length=150, required=False)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def guest(self) -> Guest:
        """The person, for the services."""
        return Guest(**{name: self.cleaned_data[name] for name in ("full_name", "email", "office")})


class BaseAttendeeFormSet(forms.BaseFormSet[AttendeeForm]):
    """One to ten people; empty rows after the first are passed over."""

    default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "too_few_forms": _("Write at least one person who comes."),
        "too_many_forms": _("One registration brings at most ten people."),
        "missing_management_form": _("The list of people did not arrive whole: reload the page and send it again."),
    }

    def clean(self) -> None:
        if any(self.errors):
            return
        names = [form.cleaned_data["full_name"].casefold() for form in self.filled()]
        if len(names) != len(set(names)):
            raise ValidationError(_("The same person is written twice."))

    def filled(self) -> list[AttendeeForm]:
        """The rows with a name in them."""
        return [form for form in self.forms if form.has_changed()]

    def guests(self) -> list[Guest]:
        """The people, for the services."""
        return [form.guest() for form in self.filled()]


AttendeeFormSet = forms.formset_factory(
    AttendeeForm,
    formset=BaseAttendeeFormSet,
    extra=0,
    min_num=1,
    max_num=MAX_ATTENDEES,
    absolute_max=MAX_ATTENDEES,
    validate_min=True,
    validate_max=True,
)


class RegistrationForm(forms.Form):
    """The organisation and its contact."""

    submission_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
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


class EventForm(forms.ModelForm[Event]):
    """The event's own facts, for organisers."""

    class Meta:
        model = Event
        fields = ("title_it", "title_en", "slug", "kind", "summary_it", "summary_en", "audience_it", "audience_en",
                  "starts_at", "ends_at", "venue", "address", "accessibility_it", "accessibility_en", "contact_email",
                  "capacity", "registration_opens_at", "registration_closes_at")  # fmt: skip
        widgets = dict.fromkeys(
            ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at"), LocalDateTimeInput
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("title_it", "title_en", "venue", "address"):
            self.fields[name].validators.append(validate_one_line)
        for name in ("summary_it", "summary_en", "audience_it", "audience_en", "accessibility_it", "accessibility_en"):
            self.fields[name].widget.attrs["rows"] = 3
        if self.instance.pk and self.instance.state != Event.State.DRAFT:
            self.fields["slug"].disabled = True  # printed QR codes rely on it
            self.fields["slug"].help_text = _("The address no longer changes: printed links rely on it.")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        starts_at, ends_at = values.get("starts_at"), values.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end must come after the start."))
        return values

    def changed_values(self) -> dict[str, Any]:
        """New values of what was changed, for the service."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class SessionForm(forms.ModelForm[Session]):
    """One item of the agenda."""

    class Meta:
        model = Session
        fields = ("title_it", "title_en", "kind", "starts_at", "ends_at", "speakers_it", "speakers_en")
        widgets = {
            "starts_at": LocalDateTimeInput,
            "ends_at": LocalDateTimeInput,
            "speakers_it": forms.Textarea({"rows": 2}),
            "speakers_en": forms.Textarea({"rows": 2}),
        }

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        for name in ("title_it", "title_en"):
            self.fields[name].validators.append(validate_one_line)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        starts_at, ends_at = values.get("starts_at"), values.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end must come after the start."))
        elif starts_at and ends_at and (starts_at < self.event.starts_at or ends_at > self.event.ends_at):
            self.add_error("starts_at", _("This lies outside the time of the event."))
        return values


class CancelEventForm(forms.Form):
    """Why the event is called off: everybody registered reads it."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea({"rows": 3}), help_text=_("Everybody reads it.")
    )
