"""What a source of an audience is. To add one, write a small class beside the others and register it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.db.models import Model
from django.utils.functional import Promise

from organisations.languages import Words

Definition = dict[str, Any]
Fields = dict[str, Any]


class Recipient(NamedTuple):
    """Somebody a source names, as it knows them; nothing is judged yet."""

    address: str
    name: str
    language: str
    organisation: int | None
    origin: Words


class SourceForm(forms.Form):
    """Asks for one source's fields; what is valid becomes JSON."""

    def fields_as_json(self) -> Fields:
        """The cleaned values: rows as their keys, dates as ISO text, nothing empty."""
        return {name: _as_json(value) for name, value in self.cleaned_data.items() if value not in (None, "", [])}


def _as_json(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value


def is_key(value: object) -> bool:
    """Whether a stored value can be a row's key; true and false are no numbers here."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


class Source(ABC):
    """One way to name people: a form, a query, a sentence."""

    kind: ClassVar[str]
    label: ClassVar[Promise]
    help: ClassVar[Promise]
    form_class: ClassVar[type[SourceForm]]

    @abstractmethod
    def recipients(self, fields: Fields) -> Iterable[Recipient]:
        """Everybody the fields name, in a number of queries that does not grow with them."""

    @abstractmethod
    def phrases(self, many: Sequence[Fields]) -> list[str]:
        """Whom each of the fields means, in the active language, to stand within a sentence. At most one query."""

    @abstractmethod
    def is_complete(self, fields: Fields) -> bool:
        """Whether stored fields have everything the query needs, each as the form leaves it. It asks no row."""

    def understands(self, fields: Fields) -> bool:
        """Whether stored fields mean something here. A field nobody reads could be a filter: it widens nothing."""
        return set(fields) <= {"kind", *self.form_class.base_fields} and self.is_complete(fields)

    def describe(self, fields: Fields) -> str:
        """The phrase of one source."""
        return self.phrases([fields])[0]


SOURCES: dict[str, Source] = {}


def register(source: type[Source]) -> type[Source]:
    """Make a source known under its kind."""
    SOURCES[source.kind] = source()
    return source
