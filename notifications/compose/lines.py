"""Lines short enough to travel: 78 columns for eyes, below 998 bytes for relays (RFC 5322 section 2.1.1)."""

import re
from collections.abc import Callable, Iterable

#: Bytes a line may have so that it travels as 8bit; the RFC's limit is 998.
LONGEST_LINE = 900
#: Columns of plain text.
COLUMNS = 78
#: Bytes of a line of HTML before its variables are filled in.
_HTML_LINE = 300
_LIST_MARK = re.compile(r" *(?:- |\d+\. )?")


def _octets(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _gathered(words: Iterable[str], limit: int, measure: Callable[[str], int], indent: str = "") -> str:
    """The words, as many on a line as fit; a word that is too long stands alone."""
    lines: list[str] = []
    width = limit + 1
    for word in words:
        length = measure(word)
        if width + 1 + length > limit:
            lines.append(indent + word if lines else word)
            width = length + (len(indent) if len(lines) > 1 else 0)
        else:
            lines[-1] += " " + word
            width += 1 + length
    return "\n".join(lines)


def wrap(text: str, measure: Callable[[str], int] = len, columns: int = COLUMNS) -> str:
    """Plain text in lines of at most `columns` as `measure` counts them; an address is never cut."""
    return "\n".join(_wrapped(line, measure, columns) for line in text.split("\n"))


def _wrapped(line: str, measure: Callable[[str], int], columns: int) -> str:
    if measure(line) <= columns:
        return line
    mark = _LIST_MARK.match(line)[0]  # type: ignore[index]  # it matches the empty string too
    first, *rest = line[len(mark) :].split(" ")
    return _gathered([mark + first, *rest], columns, measure, indent=" " * len(mark))


def fold(text: str, limit: int = LONGEST_LINE) -> str:
    """Lines of plain text broken at spaces so that none has more than `limit` bytes, unless one word has."""
    lines = text.split("\n")
    if max(map(len, lines)) * 4 <= limit:  # no character has more than four bytes
        return text
    return "\n".join(line if _octets(line) <= limit else _gathered(line.split(" "), limit, _octets) for line in lines)


def fold_html(html: str, limit: int = LONGEST_LINE) -> str:
    """The same for HTML: broken at spaces between words, never inside a tag."""
    lines = html.split("\n")
    if max(map(len, lines)) * 4 <= limit:
        return html
    return "\n".join(line if _octets(line) <= limit else _fold_line(line, limit) for line in lines)


def _fold_line(line: str, limit: int) -> str:
    return _gathered(re.findall(r"(?:<[^>]*>|[^ ])+", line), limit, _octets)


def fold_layout(html: str) -> str:
    """HTML whose variables are still to come: shorter lines, so that filling seldom needs to break them again."""
    return fold_html(html, _HTML_LINE)


def longest_line(text: str) -> int:
    """Bytes of the longest line."""
    return max(_octets(line) for line in text.split("\n"))
