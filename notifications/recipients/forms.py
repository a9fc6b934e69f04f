"""The one form in which the owner of an address says what they wish to get."""

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.recipients.services import Wishes
from organisations.languages import Language

NO_PREFERENCE = "none"
YES_OR_NO = [("yes", _("yes")), ("no", _("no"))]


class PreferencesForm(forms.Form):
    """Every purpose, and the language."""

    invitations = forms.ChoiceField(
        label=_("Invitations to events"),
        choices=YES_OR_NO,
        widget=forms.RadioSelect,
        help_text=_("When an event is open for registration; and one reminder if you have not answered."),
    )
    news = forms.ChoiceField(
        label=_("News about events"),
        choices=YES_OR_NO,
        widget=forms.RadioSelect,
        help_text=_("For example when the programme or the documents of an event are ready."),
    )
    language = forms.ChoiceField(
        label=_("Language of these mails"),
        choices=[(NO_PREFERENCE, _("no preference")), *Language.choices],
        widget=forms.RadioSelect,
    )

    @classmethod
    def initial_for(cls, wishes: Wishes) -> dict[str, str]:
        """What holds now."""
        return {
            "invitations": "yes" if wishes.invitations else "no",
            "news": "yes" if wishes.news else "no",
            "language": wishes.language or NO_PREFERENCE,
        }

    def wishes(self) -> Wishes:
        """What was said, for the services."""
        language = self.cleaned_data["language"]
        return Wishes(
            invitations=self.cleaned_data["invitations"] == "yes",
            news=self.cleaned_data["news"] == "yes",
            language="" if language == NO_PREFERENCE else language,
        )
