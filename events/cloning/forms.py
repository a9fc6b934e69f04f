"""When the copy of an event begins, and under which address it stands."""

import re
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from events.cloning.shifting import proposed
from events.models import Event
from organisations.text import LocalDateTimeInput
from organisations.zone import ROME

#: Dates beyond are typing errors, and arithmetic with them ends at the year 9999.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class CloneForm(forms.Form):
    """Start and address of a copy."""

    starts_at = forms.DateTimeField(
        label=_("The copy starts at"), widget=LocalDateTimeInput,
        help_text=_("All other dates move along, by the clock on the wall."),
        validators=[
            MinValueValidator(EARLIEST, _("Write a date between 2000 and 2099.")),
            MaxValueValidator(LATEST, _("Write a date between 2000 and 2099.")),
        ],
    )  # fmt: skip
    slug = forms.SlugField(
        label=_("Address of the copy"), max_length=80,
        help_text=_("Letters without accents, digits and hyphens. It can be changed as long as the copy is a draft."),
    )  # fmt: skip

    @classmethod
    def for_copy_of(cls, event: Event, now: datetime) -> "CloneForm":
        """A form with a start and an address to begin with."""
        starts_at = proposed(event.starts_at, now)
        return cls(initial={"starts_at": starts_at, "slug": free_slug(event, starts_at)})

    def address_is_taken(self) -> None:
        """Say that another event has the address."""
        self.add_error("slug", _("Another event has this address."))

    def clean_starts_at(self) -> Any:
        return self.cleaned_data["starts_at"].astimezone(UTC)


def free_slug(event: Event, starts_at: datetime) -> str:
    """The event's address with the new year in it, and a number where that is taken. One query."""
    bare = re.sub(r"-\d{4}(-\d+)?$", "", event.slug)[:70]
    wished = f"{bare}-{starts_at.astimezone(ROME).year}"
    taken = set(Event.objects.filter(slug__startswith=wished).values_list("slug", flat=True))
    numbered = (f"{wished}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wished, *numbered) if slug not in taken)
