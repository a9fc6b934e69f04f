"""The mail as it would look, while its text is still being written: nothing is saved but a page for a few minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache
from django.utils.translation import gettext as _

from notifications import audiences, compose
from notifications.audiences import Candidate
from notifications.campaigns import letters, planning
from notifications.models import Campaign
from organisations.languages import Language
from organisations.models import User

#: How long a page can be looked at, in seconds.
KEPT = 900


@dataclass(frozen=True, slots=True)
class Look:
    """One language's mail as one recipient would read it."""

    language: str
    subject: str
    text: str
    #: Under which the HTML part can be fetched; None when a value is missing.
    key: UUID | None
    trouble: str = ""


def looks(fields: Mapping[str, Any], *, wanted: str, by: User) -> tuple[Candidate | None, list[Look]]:
    """Each written language as the first recipient whose name or address contains `wanted` would get it.

    `fields` are a campaign form's values, also of a form with errors. Without an event or a recipient, with examples.
    Raises audiences.UnknownSource.
    """
    event, campaign = fields.get("event"), _unsaved(fields)
    somebody = _find(fields.get("audience") or {}, wanted.casefold())
    found = []
    for language, label in Language.choices:
        source = letters.source(campaign, language) if fields.get(f"body_{language}") else None
        if source is not None:
            values = _values(campaign, somebody, language) if event else compose.examples()
            found.append(_look(letters.draft(campaign, language), values, str(label), by))
    return somebody, found


def html_of(key: UUID, *, by: User) -> str | None:
    """The HTML part of a look, for the person who took it."""
    found: str | None = cache.get(_place(key, by))
    return found


def _look(compiled: compose.Compiled, values: Mapping[str, str], label: str, by: User) -> Look:
    try:
        written = compose.write(compiled, values)
    except compose.MissingValue as missing:
        trouble = _("{%(name)s} is missing.") % {"name": missing}
        return Look(label, "", "", None, trouble)
    key = uuid4()
    cache.set(_place(key, by), written.html, KEPT)
    return Look(label, written.subject, written.text, key)


def _place(key: UUID, by: User) -> str:
    return f"live:{by.pk}:{key.hex}"


def _unsaved(fields: Mapping[str, Any]) -> Campaign:
    names = {field.name for field in Campaign._meta.concrete_fields}
    return Campaign(**{name: value for name, value in fields.items() if name in names and value is not None})


def _find(definition: audiences.Definition, wanted: str) -> Candidate | None:
    people = (candidate for candidate in audiences.candidates(definition) if candidate.is_in)
    return next((one for one in people if wanted in one.name.casefold() or wanted in one.address), None)


def _values(campaign: Campaign, somebody: Candidate | None, language: str) -> Mapping[str, str]:
    event = letters.event_values(campaign, language)
    if somebody is None:
        return {**compose.examples(), **event}
    example = {**planning.words_of([somebody])(somebody), "key": "0"}
    return letters.own_values(example, address=somebody.address, language=language, event=event, message=None)
