"""Definitions of audiences: made by forms, put into words, taken apart into their sources."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from notifications.audiences import agreement_parties, contact_lists, directory, event_states  # noqa: F401  # registered
from notifications.audiences.sources import SOURCES, Definition, Fields, Source, SourceForm


class UnknownSource(Exception):
    """The definition names a kind of source that nobody registered."""


def parts(definition: Definition) -> Iterator[tuple[Source, Fields]]:
    """Each source with its fields. Raises UnknownSource."""
    for fields in definition.get("sources", []):
        if fields.get("kind") not in SOURCES:
            raise UnknownSource(fields.get("kind"))
        yield SOURCES[fields["kind"]], fields


def definition_of(*sources: Fields) -> Definition:
    """The union of some sources, each once."""
    return {"sources": list({source_key(fields): fields for fields in sources}.values())}


def source_key(fields: Fields) -> str:
    """A short name of one source: the same fields give the same name."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]


def describe(definition: Definition) -> str:
    """Whom the definition means, as a plain sentence in the active language. Raises UnknownSource."""
    phrases = [source.describe(fields) for source, fields in parts(definition)]
    return capfirst(_("; and also ").join(phrases)) + "." if phrases else _("Nobody yet.")


def forms_for(data: Mapping[str, Any] | None = None, *, definition: Definition | None = None) -> dict[str, SourceForm]:
    """One form for each kind of source, its fields prefixed with the kind.

    `data` binds them; `definition` fills them in, from the first source of each kind. A valid form's
    `fields_as_json()` with its `kind` is one source of `definition_of`.
    """
    initial: dict[str, Fields] = {}
    for source, fields in parts(definition or {}):
        initial.setdefault(source.kind, fields)
    return {kind: source.form_class(data, prefix=kind, initial=initial.get(kind)) for kind, source in SOURCES.items()}
