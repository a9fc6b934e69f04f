"""Organisations of the directory, filtered."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.audiences.sources import Fields, Recipient, Source, SourceForm, register
from organisations.languages import Words
from organisations.models import Organisation
from organisations.text import LineField

WITH, WITHOUT = "with", "without"
_SECTIONS = [(value, label) for value, label in Organisation.Section.choices if value]


class DirectoryForm(SourceForm):
    """Filters of the directory; an empty one lets everybody through."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of organisation"),
        choices=Organisation.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked means all."),
    )
    sections = forms.MultipleChoiceField(
        label=gettext_lazy("Sections of the third sector"),
        choices=_SECTIONS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked means all."),
    )
    municipalities = forms.MultipleChoiceField(
        label=gettext_lazy("Municipalities"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked means all."),
    )
    pec = forms.ChoiceField(
        label=gettext_lazy("Certified e-mail (PEC)"),
        choices=[
            ("", gettext_lazy("with or without")),
            (WITH, gettext_lazy("only with")),
            (WITHOUT, gettext_lazy("only without")),
        ],
        required=False,
    )
    name = LineField(label=gettext_lazy("Name contains"), max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        municipalities = self.fields["municipalities"]
        if isinstance(municipalities, forms.MultipleChoiceField):
            municipalities.choices = [(name, name) for name in _municipalities()]


def _municipalities() -> list[str]:
    """The directory's municipalities, once whatever the case."""
    found = Organisation.objects.exclude(municipality="").values_list("municipality", flat=True).distinct()
    once = {name.casefold(): name for name in sorted(found, reverse=True)}
    return [once[name] for name in sorted(once)]


@register
class Directory(Source):
    """The directory of organisations."""

    kind = "directory"
    label = gettext_lazy("Organisations of the directory")
    help = gettext_lazy("By kind, section, municipality and name; they are asked for anew every time.")
    form_class = DirectoryForm

    def recipients(self, fields: Fields) -> Iterable[Recipient]:
        origin = Words.made_by(lambda: _("the directory of organisations"))
        rows = Organisation.objects.filter(_condition(fields)).values_list("email", "name", "language", "pk")
        return (Recipient(*row, origin) for row in rows)

    def phrases(self, many: Sequence[Fields]) -> list[str]:
        return [_phrase(fields) for fields in many]

    def is_complete(self, fields: Fields) -> bool:
        lists = [fields.get(name, []) for name in ("kinds", "sections", "municipalities")]
        is_plain = all(isinstance(each, list) and all(isinstance(one, str) for one in each) for each in lists)
        return is_plain and fields.get("pec", "") in ("", WITH, WITHOUT) and isinstance(fields.get("name", ""), str)


def _phrase(fields: Fields) -> str:
    clauses = [_("organisations of the directory")]
    if kinds := fields.get("kinds"):
        clauses.append(_("of kind: %(kinds)s") % {"kinds": _labels(Organisation.Kind.choices, kinds)})
    if sections := fields.get("sections"):
        clauses.append(_("of section: %(sections)s") % {"sections": _labels(_SECTIONS, sections)})
    if places := fields.get("municipalities"):
        clauses.append(_("in: %(municipalities)s") % {"municipalities": ", ".join(places)})
    if pec := fields.get("pec"):
        clauses.append(_("with certified e-mail") if pec == WITH else _("without certified e-mail"))
    if name := fields.get("name"):
        clauses.append(_("with “%(text)s” in the name") % {"text": name})
    return ", ".join(clauses)


def _condition(fields: Fields) -> Q:
    condition = Q()
    if kinds := fields.get("kinds"):
        condition &= Q(kind__in=kinds)
    if sections := fields.get("sections"):
        condition &= Q(section__in=sections)
    if places := fields.get("municipalities"):
        condition &= reduce(or_, (Q(municipality__iexact=place) for place in places))
    if pec := fields.get("pec"):
        condition &= ~Q(pec="") if pec == WITH else Q(pec="")
    if name := fields.get("name"):
        condition &= Q(name__icontains=name)
    return condition


def _labels(choices: Iterable[Any], values: Iterable[str]) -> str:
    words = {value: str(label) for value, label in choices}
    return ", ".join(words.get(value, value) for value in values)
