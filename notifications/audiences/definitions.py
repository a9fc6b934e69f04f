"""Definitions of audiences: made by forms, put into words, taken apart into their sources.

What is stored may be older or newer than this code. Whoever asks for people is told so by an exception, since a
source that is passed over would change the audience silently; whoever asks for words always gets some.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from notifications.audiences import agreement_parties, contact_lists, directory, event_states  # noqa: F401  # registered
from notifications.audiences.sources import SOURCES, Definition, Fields, Source, SourceForm


class UnknownSource(Exception):
    """The definition names a source that this portal does not know, or with fields that it does not understand."""


@dataclass(frozen=True, slots=True)
class Part:
    """One source in words; its key names it within its definition."""

    key: str
    phrase: str
    is_known: bool


def sources_of(definition: Definition) -> list[Fields]:
    """The stored fields of each source, known or not."""
    stored = definition.get("sources") if isinstance(definition, dict) else None
    return [fields for fields in stored if isinstance(fields, dict)] if isinstance(stored, list) else []


def parts(definition: Definition) -> Iterator[tuple[Source, Fields]]:
    """Each source with its fields. Raises UnknownSource."""
    for fields in sources_of(definition):
        source = _known(fields)
        if source is None:
            raise UnknownSource(fields.get("kind"))
        yield source, fields


def _known(fields: Fields) -> Source | None:
    source = SOURCES.get(str(fields.get("kind")))
    return source if source and source.understands(fields) else None


def definition_of(*sources: Fields) -> Definition:
    """The union of some sources, each once."""
    return {"sources": list({source_key(fields): fields for fields in sources}.values())}


def source_key(fields: Fields) -> str:
    """A short name of one source: the same fields give the same name."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]


def describe(definition: Definition) -> str:
    """Whom the definition means, as a plain sentence in the active language."""
    return sentence(in_words([definition])[0])


def sentence(found: Sequence[Part]) -> str:
    """The parts of one definition as one sentence."""
    return capfirst(_("; and also ").join(part.phrase for part in found)) + "." if found else _("Nobody yet.")


def in_words(definitions: Sequence[Definition]) -> list[list[Part]]:
    """The sources of each definition in words. A query for each kind of source, however many definitions."""
    stored = [sources_of(definition) for definition in definitions]
    by_kind: dict[str, list[Fields]] = {}
    for fields in (each for sources in stored for each in sources):
        if source := _known(fields):
            by_kind.setdefault(source.kind, []).append(fields)
    phrases: dict[str, str] = {}
    for kind, many in by_kind.items():
        phrases |= dict(zip(map(source_key, many), SOURCES[kind].phrases(many), strict=True))
    return [[_part(fields, phrases) for fields in sources] for sources in stored]


def _part(fields: Fields, phrases: Mapping[str, str]) -> Part:
    key = source_key(fields)
    unknown = _("a source that this portal does not know (“%(kind)s”)") % {"kind": str(fields.get("kind"))[:40]}
    return Part(key, phrases.get(key, unknown), key in phrases)


def forms_for(data: Mapping[str, Any] | None = None, *, definition: Definition | None = None) -> dict[str, SourceForm]:
    """One form for each kind of source, its fields prefixed with the kind.

    `data` binds them; `definition` fills them in, from the first source of each kind. A valid form's
    `fields_as_json()` with its `kind` is one source of `definition_of`.
    """
    initial: dict[str, Fields] = {}
    for fields in sources_of(definition or {}):
        if source := _known(fields):
            initial.setdefault(source.kind, fields)
    return {kind: source.form_class(data, prefix=kind, initial=initial.get(kind)) for kind, source in SOURCES.items()}
