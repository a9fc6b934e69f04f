"""Values into a compiled mail: escaped, on one line, each exactly once."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from notifications.compose import lines
from notifications.compose.compiling import Compiled, Template
from notifications.compose.variables import BY_NAME
from notifications.letters import greeting
from organisations.text import one_line


class MissingValue(Exception):
    """A variable has no value and may not be empty: nothing is sent with a hole in it."""


@dataclass(frozen=True, slots=True)
class Written:
    """One recipient's mail."""

    subject: str
    html: str
    text: str


def as_text(value: str) -> str:
    """Plain text needs no escaping."""
    return value


def as_html(value: str) -> str:
    """Escaped for element content and for quoted attributes."""
    return html.escape(value, quote=True)


def clean(value: str) -> str:
    """A value as it may stand in a mail: one line, left to right."""
    return one_line(value)


def fill(template: Template, values: Mapping[str, str], escape: Callable[[str], str]) -> str:
    """The template with its values, put in once: what a value contains is never read again. Raises MissingValue."""
    pieces, names = _pieces(template.text, template.markers)
    filled = {name: escape(_value(name, values)) for name in set(names)}
    out = [pieces[0]]
    for name, piece in zip(names, pieces[1:], strict=True):
        out += (filled[name], piece)
    return "".join(out)


@lru_cache(maxsize=64)
def _pieces(text: str, markers: tuple[tuple[str, str], ...]) -> tuple[list[str], list[str]]:
    """The text cut at its markers, and the variables between the cuts."""
    names = dict(markers)
    parts = re.split(f"({'|'.join(names)})", text)
    return parts[::2], [names[marker] for marker in parts[1::2]]


def _value(name: str, values: Mapping[str, str]) -> str:
    value = clean(values.get(name) or "")
    if not value and not (name in BY_NAME and BY_NAME[name].may_be_empty):
        raise MissingValue(name)
    return value


def write(compiled: Compiled, values: Mapping[str, str]) -> Written:
    """One recipient's mail, with lines short enough to travel as 8bit. Raises MissingValue.

    `greeting` is made from `name` unless it is given.
    """
    if "greeting" not in values:
        values = {**values, "greeting": greeting(clean(values.get("name") or ""), compiled.language)}
    return Written(
        subject=fill(compiled.subject, values, as_text),
        html=lines.fold_html(fill(compiled.html, values, as_html)),
        text=lines.fold(fill(compiled.text, values, as_text)),
    )
