"""What a person may tell of themselves: a box for each purpose, none ticked beforehand."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Attendee, SpecialNeeds


def _words(**words: Any) -> forms.CharField:
    return forms.CharField(**words, max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class NeedsForm(forms.Form):
    """Access, dietary needs, photographs: separate questions, each answered by itself or not at all."""

    has_access = forms.BooleanField(
        label=gettext_lazy("I have access needs, and the organisers may read them for this event"), required=False
    )
    access = _words(
        label=gettext_lazy("What you need to take part"),
        help_text=gettext_lazy("For instance a step-free way, a sign-language interpreter, a seat near the screen."),
    )
    has_dietary = forms.BooleanField(
        label=gettext_lazy("I have dietary needs, and the organisers may read them for this event"), required=False
    )
    dietary = _words(label=gettext_lazy("What you do not eat"))
    photos = forms.BooleanField(
        label=gettext_lazy(
            "I agree that photographs in which I can be recognised are taken and published about this event"
        ),
        help_text=gettext_lazy("You can come all the same if you do not, and take this back at any time."),
        required=False,
    )
    photos_version = forms.CharField(widget=forms.HiddenInput, initial=lambda: settings.PHOTO_CONSENT_VERSION)

    def __init__(self, *args: Any, for_another: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if for_another:  # nobody consents to photographs of somebody else
            del self.fields["photos"], self.fields["photos_version"]
            self.fields["has_access"].label = _("They have access needs and asked me to say so")
            self.fields["has_dietary"].label = _("They have dietary needs and asked me to say so")

    @classmethod
    def initial_for(cls, attendee: Attendee) -> dict[str, object]:
        """What they told before."""
        needs = SpecialNeeds.objects.filter(attendee=attendee).first() or SpecialNeeds()
        return {
            "has_access": bool(needs.access), "access": needs.access,
            "has_dietary": bool(needs.dietary), "dietary": needs.dietary,
            "photos": attendee.photo_consent_version == settings.PHOTO_CONSENT_VERSION,
        }  # fmt: skip

    def clean_photos_version(self) -> str:
        version = str(self.cleaned_data["photos_version"])
        if version != settings.PHOTO_CONSENT_VERSION:
            raise ValidationError(_("The question about photographs has changed meanwhile: please read it again."))
        return version

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name in ("access", "dietary"):
            box, words = values.get(f"has_{name}"), values.get(name)
            if box and words == "":
                self.add_error(name, _("Write what you need, or untick the box above."))
            elif words and not box:
                self.add_error(f"has_{name}", _("Tick this box if we may read it; otherwise empty the field below."))
        return values
