"""Places in an article's source that are filled in when the text is frozen: `[[parti]]`, `[[data]]`, `[[atti]]`.

Pure functions. The text's hash is that of the source, so filling in changes no hash; values are written so that Markdown
reads them as plain words.
"""

import re
from collections.abc import Iterable, Mapping

#: What may stand between the brackets; Italian, the agreement's authoritative language.
NAMES = ("parti", "data", "atti")
_PLACE = re.compile(r"\[\[([^\[\]\n]*)\]\]")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|&~])")


def used_in(source: str) -> list[str]:
    """The names between double brackets, in order, as written but for case and blanks around."""
    return [name.strip().lower() for name in _PLACE.findall(source)]


def unknown_in(sources: Iterable[str]) -> list[str]:
    """Names that nothing can fill in, each once, in order."""
    return list(dict.fromkeys(name for source in sources for name in used_in(source) if name not in NAMES))


def resolve(source: str, values: Mapping[str, str]) -> str:
    """The source with what is known filled in; a name without a value stays as it stands."""

    def fill(found: re.Match[str]) -> str:
        value = values.get(found[1].strip().lower())
        return found[0] if value is None else plain(value)

    return _PLACE.sub(fill, source)


def plain(words: str) -> str:
    """Words that Markdown shows as they are: one line, every mark escaped."""
    return _MARKUP.sub(r"\\\1", " ".join(words.split()))
