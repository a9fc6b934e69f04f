"""One line of ordinary text: nothing typed by anybody can start a mail header, a calendar line or a cell."""

import re
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.zone import on_the_wall

_UNPRINTABLE = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
#: Nobody sees them, and they turn the direction of what follows or hide in a word. Joiners stay: scripts and emoji need them.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
#: Refuses line breaks and control characters, with a word on what to do.
validate_one_line = RegexValidator(rf"^[^{_UNPRINTABLE}]*$", _("Write this on one line, without control characters."))


def one_line(text: str) -> str:
    """Text with every run of line breaks and control characters folded into one space, and nothing invisible."""
    if text.isprintable():  # nearly always, and twenty times as fast; none of those characters is printable
        return text.strip()
    return re.sub(rf"[{_UNPRINTABLE}]+", " ", _INVISIBLE.sub("", text)).strip()


class LineField(forms.CharField):
    """One line of text; Django trims its ends, we fold the white space within."""

    default_validators = [validate_one_line]

    def to_python(self, value: Any) -> str:
        return re.sub(r" {2,}", " ", _INVISIBLE.sub("", super().to_python(value) or "")).strip()


class NameField(LineField):
    """A name of a person or body. Mail programs make a link of an address, so a name that holds one is refused."""

    default_validators = [
        *LineField.default_validators,
        RegexValidator(r"://|(?i:\bwww\.)", _("Write a name here, not a web address."), inverse_match=True),
    ]


class LocalDateTimeInput(forms.DateTimeInput):
    """The browser's own date and time picker."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class WallClockField(forms.DateTimeField):
    """A date and time as the clocks in Rome show it; of an hour they show twice the first, of a skipped one the next."""

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(UTC):
            shown = super().to_python(value)
        return on_the_wall(shown.replace(tzinfo=None)) if shown else None
