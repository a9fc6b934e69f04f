"""The people who come: one row each."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.models import MAX_ATTENDEES
from events.services import Guest
from organisations.text import NameField


class AttendeeForm(forms.Form):
    """One person who comes."""

    full_name = NameField(label=_("Full name"), max_length=150)
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("For their own link, the reminder and the calendar.")
    )
    office = NameField(label=_("Office or role"), max_length=150, required=False)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def guest(self) -> Guest:
        """The person, for the services."""
        return Guest(**{name: self.cleaned_data[name] for name in ("full_name", "email", "office")})


class OwnNameForm(forms.Form):
    """What a person may correct of themselves."""

    full_name = NameField(label=_("Full name"), max_length=150)
    office = NameField(label=_("Office or role"), max_length=150, required=False)

    def guest(self, email: str) -> Guest:
        """The person with the address that stands, for the services."""
        return Guest(self.cleaned_data["full_name"], email, self.cleaned_data["office"])


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
