"""Extract, update and compile the message catalogues with Babel: no gettext binaries on the machine.

Django's `templatize` turns a template into something that reads like Python; Babel's Python extractor does the rest.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LANGUAGES = ("it", "en")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
APPS = ("portal", "organisations", "events", "agreements", "research", "notifications")


def extract_template(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """Babel extraction method for Django templates; lines are stripped because Python would read their indentation."""
    source = templatize(fileobj.read().decode())
    flat = "\n".join(line.strip() for line in source.splitlines())
    yield from extract_python(io.BytesIO(flat.encode()), keywords, comment_tags, options)


def extract(root: Path) -> Catalog:
    """All messages of code and templates, in a stable order."""
    found: dict[Any, tuple[Any, set[str]]] = {}
    sources = [(root / app, [("**.py", "python")]) for app in APPS]
    sources.append((root / "templates", [("**.html", extract_template), ("**.txt", extract_template)]))  # type: ignore[list-item]  # Babel takes functions too
    for folder, methods in sources:
        for name, _line, message, _comments, context in extract_from_dir(
            folder,
            method_map=methods,
            options_map={},
            keywords=KEYWORDS,
            comment_tags=(),
            directory_filter=lambda path: not Path(path).name.startswith("."),  # the default leaves out `_components`
        ):
            identity = (context, message if isinstance(message, str) else message[0])
            known, places = found.get(identity, (message, set()))
            # the same singular may appear alone and with its plural: gettext wants one entry, with the plural
            longest = message if not isinstance(message, str) else known
            found[identity] = (longest, places | {f"{folder.name}/{name}"})
    catalogue = Catalog(charset="utf-8")
    for (context, _id), (message, places) in sorted(found.items(), key=lambda item: (item[0][1], item[0][0] or "")):
        catalogue.add(message, context=context, locations=[(place, None) for place in sorted(places)])  # type: ignore[misc]  # a place without a line
    return catalogue


def path_of(root: Path, language: str) -> Path:
    """The catalogue's source file."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read(root: Path, language: str) -> Catalog:
    """The catalogue as it stands; an empty one where there is none."""
    path = path_of(root, language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def update(root: Path, language: str) -> Catalog:
    """Bring the catalogue up to the sources; English, whose ids are English, is filled from the ids."""
    template, catalogue = extract(root), read(root, language)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    for message in catalogue:
        message.lineno = None
        if language == "en" and message.id and not all_filled(message.string):
            message.string = message.id if isinstance(message.id, str) else tuple(message.id)
    path = path_of(root, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_po(stream, catalogue, sort_output=True, width=120, omit_header=False, include_lineno=False)
    return catalogue


def all_filled(string: Any) -> bool:
    """Whether every form of a translation is written."""
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


def missing(root: Path, language: str) -> list[str]:
    """Messages of the sources that the catalogue lacks or leaves empty."""
    catalogue = read(root, language)
    lacking = []
    for message in extract(root):
        if not message.id:
            continue
        known = catalogue.get(message.id, message.context)
        if known is None or not all_filled(known.string):
            lacking.append(message.id if isinstance(message.id, str) else message.id[0])
    return lacking


def compile_all(root: Path) -> list[Path]:
    """Write the .mo files that are older than their sources; gives back what was written."""
    written = []
    for language in LANGUAGES:
        source = path_of(root, language)
        target = source.with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        temporary = target.with_suffix(".mo.new")
        with temporary.open("wb") as stream:
            write_mo(stream, read(root, language))
        temporary.replace(target)
        written.append(target)
    return written
