"""Addresses as people send them: pasted lines, CSV, XLSX. Read into plain lines; nothing is judged or evaluated."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from django.utils.text import slugify
from django.utils.translation import gettext as _

from organisations.spreadsheets import is_archive, read_xlsx
from organisations.tables import MAX_CELL, Row, UnreadableList, clean_cell, decode, delimiter_of, read_csv, read_rows

MAX_ROWS = 100_000
#: Header words (without case, accents and punctuation) -> column. “Indirizzo” counts where no better word stands.
HEADERS = {
    "email": "address", "e-mail": "address", "mail": "address", "posta-elettronica": "address",
    "indirizzo-email": "address", "indirizzo-e-mail": "address", "indirizzo-di-posta-elettronica": "address",
    "e-mail-address": "address", "email-address": "address", "indirizzo": "address?", "address": "address?",
    "nome": "name", "nome-e-cognome": "name", "nominativo": "name", "referente": "name", "contatto": "name",
    "name": "name", "full-name": "name", "contact": "name", "cognome": "surname", "surname": "surname",
    "last-name": "surname", "first-name": "name",
    "ente": "organisation", "organizzazione": "organisation", "denominazione": "organisation",
    "associazione": "organisation", "azienda": "organisation", "organisation": "organisation",
    "organization": "organisation", "company": "organisation",
    "lingua": "language", "language": "language",
}  # fmt: skip
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>")


@dataclass(frozen=True, slots=True)
class Line:
    """What one line says, cleaned of what cannot be seen; `is_cut` when a cell held more than any name or address."""

    number: int
    address: str
    name: str = ""
    organisation: str = ""
    language: str = ""
    others: int = 0
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The lines, read as they are asked for, and the columns nobody reads."""

    lines: Iterable[Line]
    ignored_columns: Sequence[str] = ()


def read(content: bytes, *, pasted: bool = False) -> Reading:
    """The lines of a list. Raises UnreadableList, also while its lines are walked through."""
    rows = _pasted(content) if pasted else iter(read_xlsx(content) if is_archive(content) else read_csv(content).rows)
    rows = ((number, cells) for number, cells in rows if any(cell.strip() for cell in cells))
    first = next(rows, None)
    if first is None:
        raise UnreadableList(_("The file is empty.") if not pasted else _("There is no address in the text."))
    columns = _columns(first[1])
    if "address" in columns:
        titles = zip(first[1], columns, strict=True)
        ignored = [clean_cell(title[:60]) for title, column in titles if title.strip() and not column]
        return Reading(_limited(_line(number, columns, cells) for number, cells in rows), ignored)
    if not pasted and not any("@" in cell for cell in first[1]):
        raise UnreadableList(
            _("The first row must name the columns; “E-mail” is needed. Found: %(columns)s.")
            % {"columns": ", ".join(clean_cell(cell[:60]) for cell in first[1][:12])}
        )
    return Reading(_limited(line for row in chain([first], rows) for line in _people(*row)))


def _limited(lines: Iterable[Line]) -> Iterator[Line]:
    for count, line in enumerate(lines):
        if count == MAX_ROWS:
            raise UnreadableList(_("The list has more than %(count)s rows: split it.") % {"count": MAX_ROWS})
        yield line


def _pasted(content: bytes) -> Iterator[Row]:
    text, _encoding = decode(content)
    delimiter = delimiter_of(text)
    if "address" in _columns(text.lstrip("\r\n").split("\n", 1)[0].split(delimiter)):
        yield from read_rows(text, delimiter)  # copied out of a table: quotation marks may stand around its cells
        return
    for number, line in enumerate(text.splitlines(), start=1):
        yield number, _cells(line)


def _cells(line: str) -> list[str]:
    """A pasted line in its parts: semicolons and tabs always part, commas not within “Surname, Name <address>”."""
    parts = re.split(r"[;\t]", line)
    if len(parts) == 1 and "<" not in line:
        parts = line.split(",")
    return [piece for part in parts for piece in _pieces(part)]


def _pieces(part: str) -> list[str]:
    """A part that holds several addresses, address by address."""
    if "<" in part:
        return [found.group().strip(" ,") for found in _NAMED.finditer(part)] or [part]
    return re.split(r"[,\s]+", part.strip()) if part.count("@") > 1 else [part]


def _columns(titles: Sequence[str]) -> list[str]:
    """The column each title stands for, each once, empty for what is not read."""
    named = [HEADERS.get(slugify(title[:60]), "") for title in titles]
    plain = "address?" if "address" not in named else ""
    columns: list[str] = []
    for column in named:
        known = "address" if column == plain else column.partition("?")[0] if not column.endswith("?") else ""
        columns.append(known if known not in columns else "")
    return columns


def _line(number: int, columns: Sequence[str], cells: Sequence[str]) -> Line:
    read = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
    is_cut = any(len(cell) > MAX_CELL for cell in read.values())
    said = {column: clean_cell(cell[:MAX_CELL]) for column, cell in read.items()}
    addresses = [part for part in re.split(r"[;,]", said.get("address", "")) if part.strip()]
    inside, address = _apart(addresses[0]) if addresses else ("", "")
    name = " ".join(part for part in (said.get("name", ""), said.get("surname", "")) if part)
    return Line(
        number, address, name or inside, said.get("organisation", ""), said.get("language", ""),
        max(0, len(addresses) - 1), is_cut,
    )  # fmt: skip


def _people(number: int, cells: Sequence[str]) -> Iterator[Line]:
    """Cells without a header: those with “@” are addresses, and a name beside belongs to the one address."""
    is_cut = any(len(cell) > MAX_CELL for cell in cells)
    said = [text for cell in cells if (text := clean_cell(cell[:MAX_CELL]))]
    addresses = [text for text in said if "@" in text] or said[:1]
    rest = [text for text in said if text not in addresses]
    if rest:
        inside, address = _apart(addresses[0])
        yield Line(number, address, " ".join(rest) or inside, others=len(addresses) - 1, is_cut=is_cut)
        return
    for text in addresses:
        name, address = _apart(text)
        yield Line(number, address, name, is_cut=is_cut)


def _apart(text: str) -> tuple[str, str]:
    """“Name <address>” in two; “mailto:” is nobody's address."""
    found = _NAMED.fullmatch(text.strip())
    name, address = (found["name"], found["address"]) if found else ("", text)
    return name.strip().strip("\"'").strip(), address.strip().removeprefix("mailto:").lower()
