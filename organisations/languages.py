"""Pairs of columns for what the public reads in Italian and English (docs/decisions/0005)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext_lazy as _

#: Django writes Italian months with a capital, Italians do not: our catalogue comes before Django's.
MONTHS = [
    gettext_noop("January"), gettext_noop("February"), gettext_noop("March"), gettext_noop("April"),
    gettext_noop("May"), gettext_noop("June"), gettext_noop("July"), gettext_noop("August"),
    gettext_noop("September"), gettext_noop("October"), gettext_noop("November"), gettext_noop("December"),
]  # fmt: skip


class Language(models.TextChoices):
    """The two languages that people choose between; Italian is the default."""

    ITALIAN = "it", _("Italian")
    ENGLISH = "en", _("English")


def is_known(language: str) -> bool:
    """Whether the portal speaks this language."""
    return language in Language.values


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as one reader gets it. `is_foreign`: nobody translated it, so it comes in the other language."""

    text: str
    language: str
    is_foreign: bool


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages at once, for readers of whom each has their own. An empty one was not translated."""

    it: str
    en: str

    @classmethod
    def made_by(cls, make: Callable[[], str]) -> "Words":
        """What `make` says in each language."""
        found = {}
        for language in Language.values:
            with translation.override(language):
                found[language] = make()
        return cls(**found)

    @classmethod
    def of(cls, instance: object, name: str) -> "Words":
        """Both texts of a pair of columns that `Bilingual` reads as one."""
        return cls(getattr(instance, f"{name}_it"), getattr(instance, f"{name}_en"))

    def __str__(self) -> str:
        return self.reading().text

    def __bool__(self) -> bool:
        return bool(self.it or self.en)

    def in_language(self, language: str) -> str:
        """The text in one language, Italian for one that the portal does not speak; the other where it is missing."""
        return self.reading(language).text

    def reading(self, language: str | None = None) -> Reading:
        """What a reader of this language gets, the active language if none is named."""
        wanted = Language.ENGLISH if (language or _active()) == Language.ENGLISH else Language.ITALIAN
        other = Language.ITALIAN if wanted == Language.ENGLISH else Language.ENGLISH
        text, instead = (self.en, self.it) if wanted == Language.ENGLISH else (self.it, self.en)
        if text or not instead:
            return Reading(text, wanted.value, is_foreign=False)
        return Reading(instead, other.value, is_foreign=True)

    def joined(self, other: "Words") -> "Words":
        """Both, unless the other is said already."""
        if other.it in self.it.split("; "):
            return self
        return Words(f"{self.it}; {other.it}", f"{self.en}; {other.en}")


class Bilingual:
    """Reads `<name>_it` or `<name>_en` by the active language; an empty text falls back to the other one.

    As plain text, for mail, files and titles. Pages mark a fallback: `{{ event|bilingual:"title"|marked }}`.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> str:
        if instance is None:
            return self  # type: ignore[return-value]  # asked on the class, as Django does
        return str(Words.of(instance, self.name))


def _active() -> str:
    return (get_language() or settings.LANGUAGE_CODE)[:2]
