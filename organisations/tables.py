"""Tables that people send and take away as CSV: read with suspicion, written so that no spreadsheet runs a cell.

Reading never evaluates anything. What cannot be read is refused in words that name the line and what to do.
"""

import csv
import io
import re
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.utils.translation import gettext as _

from organisations.text import one_line

MAX_CELL = 1_000
#: A cell that begins like this would be run by a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
#: Zero-width and direction marks: invisible in a preview, yet they make two addresses out of one.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
#: A letter with an accent in UTF-8; in Windows text these two bytes would read “Ã©”, which nobody writes.
_UTF8_ACCENT = re.compile(rb"\xc3[\x80-\xbf]")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
#: Put after the last line. No text holds it (see `decode`), so it stands alone unless a quotation mark is open.
_END = "\x00"

Row = tuple[int, list[str]]


class UnreadableList(Exception):
    """The file is no list that can be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class CsvTable:
    """Rows with the line each begins in, from 1, and how they were written."""

    rows: list[Row]
    encoding: str
    delimiter: str


def read_csv(content: bytes) -> CsvTable:
    """Every row of a CSV, cells as they stand. Raises UnreadableList."""
    text, encoding = decode(content)
    delimiter = delimiter_of(text)
    return CsvTable(list(read_rows(text, delimiter)), encoding, delimiter)


def decode(content: bytes) -> tuple[str, str]:
    """The text and its encoding: UTF-8, UTF-16 with its mark, or Windows. Raises UnreadableList."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableList(_("This is a spreadsheet file: save it as CSV and upload that."))
    wide = content.startswith(_UTF16_MARKS)
    if b"\x00" in content and not wide:
        raise UnreadableList(_("This is not a text file: save the list as CSV and upload that."))
    encoding = "utf-16" if wide else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        text, encoding = _decode_windows(content, error)
    if "\x00" in text:
        raise UnreadableList(_("This is not a text file: save the list as CSV and upload that."))
    return text.lstrip("\ufeff"), encoding


def _decode_windows(content: bytes, failed: UnicodeDecodeError) -> tuple[str, str]:
    try:
        if failed.encoding.startswith("utf-16") or _UTF8_ACCENT.search(content):
            raise failed
        return content.decode("cp1252"), "cp1252"
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(error.encoding, errors="replace")
        raise UnreadableList(
            _("The characters in line %(line)s cannot be read: save the list as CSV UTF-8.")
            % {"line": before.count("\n") + 1}
        ) from error


def delimiter_of(text: str) -> str:
    """The most frequent of semicolon, comma and tab in the first line that is not blank."""
    return max(";,\t", key=text.lstrip("\r\n").split("\n", 1)[0].count)


def read_rows(text: str, delimiter: str) -> Iterator[Row]:
    """Each row with the line it begins in. Raises UnreadableList."""
    reader = csv.reader(chain(io.StringIO(text, newline=""), [_END]), delimiter=delimiter)
    before = 0
    try:
        for cells in reader:
            if cells == [_END]:
                return
            if cells and _END in cells[-1]:
                raise csv.Error  # a quotation mark that nobody closed has swallowed the rest of the list
            yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        raise UnreadableList(
            _("The list cannot be read from line %(line)s: a cell is far too long, or a quotation mark is not closed.")
            % {"line": before + 1}
        ) from error


def clean_cell(cell: str) -> str:
    """A cell's words on one line, with composed accents and nothing invisible."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", cell))
    return one_line(" ".join(visible.split()))


def begins_like_a_formula(cell: str) -> bool:
    """Whether a spreadsheet would run this cell, by its first sign or the first after spaces."""
    return cell.startswith(FORMULA_STARTS) or cell.lstrip().startswith(FORMULA_STARTS)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs: an apostrophe stands before a formula's sign."""
    return f"'{cell}" if begins_like_a_formula(cell) else cell


class _Line:
    """A stream for `csv` that gives back what is written."""

    def write(self, line: str) -> str:
        return line


def csv_lines(head: Iterable[object], rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    """A table line by line, never whole in memory: UTF-8 with its mark, semicolons, CRLF, formula cells defused."""
    sheet = csv.writer(_Line(), delimiter=";")
    yield BOM_UTF8
    for row in chain([head], rows):
        yield str(sheet.writerow([cell if isinstance(cell, int) else harmless(str(cell)) for cell in row])).encode()
