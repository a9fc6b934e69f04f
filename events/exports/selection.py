"""Which of an event's registrations and people a list takes: one filter for the page, its numbers and its files."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.attribution.models import RegistrationSource
from events.forms import RegistrationFilterForm
from events.models import Attendee, AttendeeQuerySet, Event, RegistrationQuerySet
from organisations.models import Organisation

WHO = (
    ("", _("who holds a place")),
    ("standing", _("also those who wait or are to be approved")),
    ("all", _("everybody, cancelled too")),
)
CAME = (("", _("all")), ("yes", _("came")), ("no", _("did not come")))


@dataclass(frozen=True, slots=True)
class Selection:
    """Empty means all, but for `who`, which by itself means those who hold a place."""

    q: str = ""
    state: str = ""
    category: str = ""
    kind: str = ""
    municipality: str = ""
    source: str = ""
    who: str = ""
    came: str = ""

    def registrations(self, event: Event) -> RegistrationQuerySet:
        """The registrations it takes; of people says nothing."""
        rows = event.registrations.all()
        if self.q:
            rows = rows.matching(self.q)
        columns = {
            "state": self.state, "category": self.category, "organisation_kind": self.kind, "source": self.source,
            "organisation__municipality": self.municipality,
        }  # fmt: skip
        return rows.filter(**{name: value for name, value in columns.items() if value})

    def people(self, event: Event) -> AttendeeQuerySet:
        """The people it takes, of the registrations it takes."""
        people = event.attendees.all()
        if self.who != "all":
            people = people.standing() if self.who == "standing" else people.confirmed()
        if any((self.q, self.state, self.category, self.kind, self.municipality, self.source)):
            people = people.filter(registration__in=self.registrations(event).values("pk"))
        if self.came:
            present = Attendee.objects.present().filter(event=event).values("pk")
            people = people.filter(pk__in=present) if self.came == "yes" else people.exclude(pk__in=present)
        return people

    @property
    def chosen(self) -> dict[str, str]:
        """What of it says anything."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}

    @property
    def noted(self) -> dict[str, str | bool]:
        """The same as the change log keeps it: that somebody was looked for by name, not by which."""
        return {name: True if name == "q" else value for name, value in self.chosen.items()}


class SelectionForm(RegistrationFilterForm):
    """The filters of the registrations' page, and those that lists have besides."""

    kind = forms.ChoiceField(
        label=_("Kind of organisation"), choices=[("", _("all")), *Organisation.Kind.choices], required=False
    )
    municipality = forms.ChoiceField(label=_("Municipality"), required=False)
    source = forms.ChoiceField(label=_("Came by"), required=False)
    who = forms.ChoiceField(label=_("Of the people"), choices=WHO, required=False)
    came = forms.ChoiceField(label=_("Came"), choices=CAME, required=False)

    def __init__(self, data: Mapping[str, Any], *, event: Event) -> None:
        super().__init__(data)
        registrations = event.registrations.order_by()
        places = (
            registrations.exclude(organisation=None).values_list("organisation__municipality", flat=True).distinct()
        )
        self._offer("municipality", [(name, name) for name in sorted(filter(None, places))])
        self._offer("source", [(one.code, str(one)) for one in RegistrationSource.objects.filter(event=event)])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("all")), *choices]

    def selection(self) -> Selection:
        """What was chosen; what cannot be read is passed over."""
        self.is_valid()
        known = {one.name for one in fields(Selection)}
        return Selection(**{name: value for name, value in self.cleaned_data.items() if name in known and value})
