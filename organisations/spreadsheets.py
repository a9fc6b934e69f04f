"""XLSX read with suspicion: the first visible sheet's cells as text, in bounded time and memory, nothing evaluated.

An XLSX is a zip of XML. The zip's own directory is asked how much would come out before anything is unpacked, and
`zipfile` gives no byte more of a part than the directory declares. The XML is walked without building a tree;
defusedxml refuses every document type, hence every entity. Only four kinds of part are opened at all.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import Protocol
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from django.utils.translation import gettext as _

from organisations.tables import MAX_CELL, Row, UnreadableList

MAX_PARTS = 1_000
MAX_UNPACKED = 64 * 1024 * 1024
MAX_RATIO = 100  # text in sheets shrinks to a tenth; a bomb to a thousandth
MAX_ELEMENTS = 5_000_000
MAX_COLUMNS = 50
_CHUNK = 64 * 1024


class _Walker(Protocol):
    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...

    def close(self) -> None: ...


def is_archive(content: bytes) -> bool:
    """Whether it is a zip, as every XLSX is."""
    return content.startswith(b"PK")


def read_xlsx(content: bytes) -> Iterator[Row]:
    """The rows of the first visible sheet; a formula is its text after “=”. Raises UnreadableList."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check(archive, len(content))
            sheet, strings = _parts(archive)
            yield from _Sheet(_strings(archive, strings)).rows(archive, sheet)
    except DefusedXmlException as error:
        raise UnreadableList(
            _("This spreadsheet defines its own entities, which no list needs: it is refused.")
        ) from error
    except (zipfile.BadZipFile, zlib.error, ParseError, EOFError, LookupError, ValueError, OSError,
            NotImplementedError, RuntimeError) as error:  # fmt: skip
        raise UnreadableList(
            _("This file is damaged or no XLSX spreadsheet: save the list as XLSX or CSV again.")
        ) from error


def _check(archive: zipfile.ZipFile, size: int) -> None:
    """Judge the archive by its directory, before a byte is unpacked. Raises UnreadableList."""
    parts = archive.infolist()
    names = {part.filename.lower() for part in parts}
    if len(parts) > MAX_PARTS or len(names) < len(parts):
        raise UnreadableList(_("This archive has too many parts, or the same one twice: it is refused."))
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableList(_("This spreadsheet has a password: save it without one."))
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED or unpacked > max(1024 * 1024, MAX_RATIO * size):
        raise UnreadableList(
            _("This file would unpack to %(size)s MB, far more than a list needs: it is refused.")
            % {"size": unpacked // (1024 * 1024)}
        )
    if any(part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for part in parts):
        raise zipfile.BadZipFile
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise UnreadableList(_("This spreadsheet carries macros: save it as plain XLSX or as CSV."))
    if "xl/workbook.xml" not in names:
        raise UnreadableList(_("This archive is no XLSX spreadsheet: save the list as XLSX or CSV."))


def _parts(archive: zipfile.ZipFile) -> tuple[str, str]:
    """The names of the first visible sheet and of the shared strings (empty where there are none)."""
    relations = _Starts("Relationship")
    _walk(archive, "xl/_rels/workbook.xml.rels", relations)
    targets = {found["Id"]: posixpath.normpath(posixpath.join("/xl", found["Target"]))[1:] for found in relations.found}
    strings = [targets[found["Id"]] for found in relations.found if found["Type"].endswith("/sharedStrings")]
    sheets = _Starts("sheet")
    _walk(archive, "xl/workbook.xml", sheets)
    visible = [found for found in sheets.found if found.get("state", "visible") == "visible"]
    names = [targets[value] for found in visible for key, value in found.items() if key.endswith("}id")]
    return next(name for name in [*names, ""] if not name or "worksheets/" in name), (strings or [""])[0]


def _strings(archive: zipfile.ZipFile, name: str) -> list[str]:
    strings = _Strings()
    if name:
        _walk(archive, name, strings)
    return strings.found


def _walk(archive: zipfile.ZipFile, name: str, walker: _Walker) -> None:
    for _chunk in _steps(archive, name, walker):
        pass


def _steps(archive: zipfile.ZipFile, name: str, walker: _Walker) -> Iterator[None]:
    """Feed one part to a walker, piece by piece."""
    parser = DefusedXMLParser(target=walker, forbid_dtd=True)
    with archive.open(name) as part:
        while piece := part.read(_CHUNK):
            parser.feed(piece)
            yield
    parser.close()
    yield


class _Counted:
    """A walker that gives up on a part with more elements than any list has."""

    elements = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise ValueError(tag)

    def end(self, tag: str) -> None:
        """Nothing to do."""

    def data(self, text: str) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


class _Starts(_Counted):
    """The attributes of each element of one name, whatever its namespace."""

    def __init__(self, name: str) -> None:
        self.name, self.found = name, list[dict[str, str]]()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        if tag.rpartition("}")[2] == self.name:
            self.found.append(attributes)


class _Texts(_Counted):
    """Collects the text of `t` and its like, no more than a cell may hold, without the reading aids of rPh."""

    COLLECTED = frozenset({"t"})

    def __init__(self) -> None:
        self.pieces, self.length, self.collects, self.aside = list[str](), 0, False, False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        name = tag.rpartition("}")[2]
        self.aside = self.aside or name == "rPh"
        self.collects = name in self.COLLECTED and not self.aside
        self.began(name, attributes)

    def end(self, tag: str) -> None:
        name, self.collects = tag.rpartition("}")[2], False
        self.aside = self.aside and name != "rPh"
        self.ended(name)

    def data(self, text: str) -> None:
        if self.collects and self.length <= MAX_CELL:
            self.pieces.append(text[: MAX_CELL + 1])
            self.length += len(text)

    def taken(self) -> str:
        """What was collected; the next text begins anew."""
        text, self.pieces, self.length = "".join(self.pieces), [], 0
        return text[: MAX_CELL + 1]

    def began(self, name: str, attributes: dict[str, str]) -> None:
        """An element of this name has begun."""

    def ended(self, name: str) -> None:
        """An element of this name has ended."""


class _Strings(_Texts):
    """The shared strings, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.found = list[str]()

    def ended(self, name: str) -> None:
        if name == "si":
            self.found.append(self.taken())


class _Sheet(_Texts):
    """The rows of a sheet."""

    COLLECTED = frozenset({"t", "v"})

    def __init__(self, strings: list[str]) -> None:
        super().__init__()
        self.strings, self.complete = strings, list[Row]()
        self.line, self.column, self.type, self.formula = 0, -1, "", False
        self.cells: dict[int, str] = {}

    def rows(self, archive: zipfile.ZipFile, name: str) -> Iterator[Row]:
        """Rows as the parser completes them."""
        for _step in _steps(archive, name, self):
            yield from self.complete
            self.complete = []

    def began(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self.line, self.column, self.cells = int(attributes.get("r", self.line + 1)), -1, {}
        elif name == "c":
            self.column = _column(attributes["r"]) if "r" in attributes else self.column + 1
            self.type, self.formula = attributes.get("t", ""), False
        elif name == "f":
            self.formula = self.collects = True

    def ended(self, name: str) -> None:
        if name == "f":
            self.pieces.insert(0, "=")
            self.length = MAX_CELL + 1  # the formula stands for the cell: its stored result is not read
        elif name == "c" and self.column < MAX_COLUMNS and (text := self.taken()):
            shared = self.type == "s" and not self.formula
            self.cells[self.column] = self.strings[int(text)] if shared else text
        elif name == "c":
            self.taken()
        elif name == "row" and self.cells:
            self.complete.append((self.line, [self.cells.get(n, "") for n in range(max(self.cells) + 1)]))


def _column(reference: str) -> int:
    """“AB12” -> 27. Raises ValueError."""
    column = 0
    for letter in reference.rstrip("0123456789")[:4]:
        column = column * 26 + int(letter, 36) - 9
    return column - 1
