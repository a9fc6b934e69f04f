"""What keeps programs out of a public form without asking people to prove that they are some.

No captcha: one of those shuts out whoever sees, hears or types otherwise. A field that nobody sees stays empty, and a
signed moment tells when the form was shown: a program sends at once. Whoever is stopped loses nothing that was typed
and sends once more.
"""

from copy import copy
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SALT = "events.forms.guard"
#: A form that stood open for longer is shown anew: a moment that was caught once serves nobody for ever.
LONGEST = timedelta(days=1)


def stamp(moment: datetime | None = None) -> str:
    """The signed moment at which a form was shown."""
    return signing.dumps((moment or timezone.now()).timestamp(), salt=SALT)


class GuardedForm(forms.Form):
    """A form that people send, not programs."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False, initial=stamp)
    homepage = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.errors.pop("shown", None)  # whatever stood there is no moment of ours, which the next line says better
        if values.get("homepage"):
            self.show_again(homepage="")
            self.add_error(
                None, _("A field that people do not see was filled in. It is empty again: send it once more.")
            )
        elif not self.errors and not self._was_open_long_enough(values.get("shown", ""), timezone.now()):
            self.add_error(None, _("This was sent faster than people write. Nothing is lost: send it once more."))
        return values

    def _was_open_long_enough(self, shown: str, now: datetime) -> bool:
        """Whether it was shown at least REGISTRATION_MIN_SECONDS ago; zero asks for nothing."""
        least = settings.REGISTRATION_MIN_SECONDS
        if not least:
            return True
        try:
            since = now.timestamp() - float(signing.loads(shown, salt=SALT))
        except (signing.BadSignature, TypeError, ValueError):
            self.show_again(shown=stamp(now))
            return False
        if since > LONGEST.total_seconds():
            self.show_again(shown=stamp(now))
            return False
        return bool(since >= least)

    def show_again(self, **values: str) -> None:
        """Let the form come back with other values of its own fields; what was typed stays."""
        posted: Any = copy(self.data)
        for name, value in values.items():
            posted[self.add_prefix(name)] = value
        self.data = posted
