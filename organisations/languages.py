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
class Words:
    """A text made in both languages at once, for readers of whom each has their own."""

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

    def __str__(self) -> str:
        return self.in_language((get_language() or settings.LANGUAGE_CODE)[:2])

    def in_language(self, language: str) -> str:
        """The text in one language; Italian for one that the portal does not speak."""
        return self.en if language == Language.ENGLISH else self.it

    def joined(self, other: "Words") -> "Words":
        """Both, unless the other is said already."""
        if other.it in self.it.split("; "):
            return self
        return Words(f"{self.it}; {other.it}", f"{self.en}; {other.en}")


class Bilingual:
    """Reads `<name>_it` or `<name>_en` by the active language; an empty English text falls back to Italian."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> str:
        if instance is None:
            return self  # type: ignore[return-value]  # asked on the class, as Django does
        language = (get_language() or settings.LANGUAGE_CODE)[:2]
        text: str = getattr(instance, f"{self.name}_{language}", "")
        return text or getattr(instance, f"{self.name}_{Language.ITALIAN}")
