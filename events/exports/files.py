"""A list as a file: CSV, XLSX or ODS. Text stays text in all three, whatever it begins with.

CSV knows no types, so an apostrophe stands before a sign that would begin a formula; the other two say of each cell
that it is a string, a number or a date, and hold no formula at all.
"""

import zipfile
from collections.abc import Callable, Iterable
from datetime import datetime
from io import TextIOWrapper
from typing import IO
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from events.exports.cells import Cell, local, printed, writable
from events.exports.sheets import Taken
from organisations.tables import begins_like_a_formula, csv_lines

#: Excel takes no more characters in a cell and in a sheet's name, and these signs not in a name.
LONGEST, LONGEST_NAME, NOT_IN_NAMES = 32_767, 31, str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_NAMESPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" office:version="1.3"'
)
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": _ODS,
}


def csv_of(taken: Taken) -> bytes:
    """UTF-8 with its mark, semicolons, CRLF: what Italian Excel opens as it is."""
    return b"".join(csv_lines(taken.headings, (map(printed, row) for row in taken.rows)))


def write_xlsx(stream: IO[bytes], lists: Iterable[Taken]) -> None:
    """A workbook with a sheet for each list (ISO/IEC 29500); row by row, never whole in memory."""
    book = xlsxwriter.Workbook(stream, {"constant_memory": True})
    bold, moment, kept = (
        book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        book.add_format({"quote_prefix": True}),  # stays text also when somebody edits the cell
    )
    for taken in lists:
        sheet = book.add_worksheet(_name(taken.title))
        for column, width in enumerate(taken.widths):
            sheet.set_column(column, column, width)
        for column, heading in enumerate(taken.headings):
            sheet.write_string(0, column, _plain(heading), bold)
        last = _rows_of_xlsx(sheet, taken, moment, kept)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(taken.headings) - 1)
    book.close()


def write_ods(stream: IO[bytes], lists: Iterable[Taken]) -> None:
    """The same as OpenDocument 1.3 (ISO/IEC 26300), part 3 section 9."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        archive.writestr(_part("mimetype"), _ODS, zipfile.ZIP_STORED)  # first and not packed: part 2 section 3.3
        archive.writestr(_part("META-INF/manifest.xml"), _MANIFEST)
        with archive.open(_part("content.xml"), "w") as raw, TextIOWrapper(raw, "utf-8") as content:
            content.write(_HEAD)
            for taken in lists:
                _table(content.write, taken)
            content.write("</office:spreadsheet></office:body></office:document-content>")


# -- inside ------------------------------------------------------------------------------------------------------------


def _name(title: str) -> str:
    return writable(title.translate(NOT_IN_NAMES))[:LONGEST_NAME].strip()


def _plain(text: str) -> str:
    """XlsxWriter takes what begins with <r> and ends with </r> for its own markup and writes it as it stands, so that a
    name could hold a formula: a space goes before it."""
    text = writable(text)[:LONGEST]
    return f" {text}" if text.startswith("<r>") else text


def _rows_of_xlsx(
    sheet: "xlsxwriter.worksheet.Worksheet",
    taken: Taken,
    moment: "xlsxwriter.format.Format",
    kept: "xlsxwriter.format.Format",
) -> int:
    number = 0
    for number, row in enumerate(taken.rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                if cell:
                    sheet.write_string(number, column, _plain(cell), kept if begins_like_a_formula(cell) else None)
            elif isinstance(cell, datetime):
                sheet.write_datetime(number, column, local(cell), moment)
            elif cell is not None:
                sheet.write_number(number, column, cell)
    return number


_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    f'manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_HEAD = (
    f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMESPACES}><office:automatic-styles>'
    '<style:style style:name="head" style:family="table-cell"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<number:date-style style:name="minute"><number:year number:style="long"/><number:text>-</number:text>'
    '<number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/><number:text> '
    '</number:text><number:hours number:style="long"/><number:text>:</number:text><number:minutes number:style="long"/>'
    '</number:date-style><style:style style:name="moment" style:family="table-cell" style:data-style-name="minute"/>'
    "</office:automatic-styles><office:body><office:spreadsheet>"
)


def _part(name: str) -> zipfile.ZipInfo:
    """A part without a clock: the same list is the same bytes."""
    part = zipfile.ZipInfo(name)
    part.compress_type = zipfile.ZIP_DEFLATED
    return part


def _table(write: Callable[[str], object], taken: Taken) -> None:
    write(f"<table:table table:name={quoteattr(_name(taken.title))}>")
    write(
        f'<table:table-column table:number-columns-repeated="{len(taken.headings)}"/><table:table-header-rows><table:table-row>'
    )
    write("".join(f'<table:table-cell table:style-name="head" office:value-type="string">{_words(one)}</table:table-cell>'
                  for one in taken.headings))  # fmt: skip
    write("</table:table-row></table:table-header-rows>")
    for row in taken.rows:
        write(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>")
    write("</table:table>")


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return (
            f'<table:table-cell office:value-type="string">{_words(cell)}</table:table-cell>'
            if cell
            else "<table:table-cell/>"
        )
    if isinstance(cell, datetime):
        moment = local(cell)
        return (f'<table:table-cell table:style-name="moment" office:value-type="date" office:date-value="{moment:%Y-%m-%dT%H:%M:%S}">'
                f"<text:p>{moment:%Y-%m-%d %H:%M}</text:p></table:table-cell>")  # fmt: skip
    if cell is None:
        return "<table:table-cell/>"
    return (
        f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
    )


def _words(text: str) -> str:
    """A paragraph a line; more than one space in a row is an element of its own (part 3 section 6.1.3)."""
    lines = escape(writable(text)).replace("\t", " ").replace("  ", " <text:s/>").splitlines() or [""]
    return "".join(f"<text:p>{line}</text:p>" for line in lines)
