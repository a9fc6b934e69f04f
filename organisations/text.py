"""One line of ordinary text: nothing typed by anybody can start a mail header, a calendar line or a cell."""

import re
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

_UNPRINTABLE = r"\x00-\x1f\x7f\u2028\u2029"
#: Refuses line breaks and control characters, with a word on what to do.
validate_one_line = RegexValidator(rf"^[^{_UNPRINTABLE}]*$", _("Write this on one line, without control characters."))


def one_line(text: str) -> str:
    """Text with every run of line breaks and control characters folded into one space."""
    if text.isprintable():  # nearly always, and twenty times as fast; none of those characters is printable
        return text.strip()
    return re.sub(rf"[{_UNPRINTABLE}]+", " ", text).strip()


class LineField(forms.CharField):
    """One line of text; Django trims its ends, we fold the white space within."""

    default_validators = [validate_one_line]

    def to_python(self, value: Any) -> str:
        return re.sub(r" {2,}", " ", super().to_python(value) or "")


class LocalDateTimeInput(forms.DateTimeInput):
    """The browser's own date and time picker."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")
