"""Lists as they arrive: CSV in one encoding or another, and XLSX put together by hand, so that it can be put together wrongly."""

import io
import zipfile
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORKBOOK = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="Foglio1" sheetId="1" r:id="rId1"/></sheets></workbook>'
LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)


def cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def formula(text: str, result: str = "") -> str:
    return f"<c><f>{escape(text)}</f><v>{escape(result)}</v></c>"


def sheet(*rows: list[str], head: str = "") -> str:
    """A sheet of rows of cells; a plain text becomes a cell."""
    written = "".join(
        f"<row>{''.join(each if each.startswith('<c') else cell(each) for each in row)}</row>" for row in rows
    )
    return f'{head}<worksheet xmlns="{MAIN}"><sheetData>{written}</sheetData></worksheet>'


def xlsx(sheet_xml: str | bytes, **more: bytes) -> bytes:
    """A spreadsheet with this one sheet; `more` are further parts, their names with “__” for “/” and “_dot_” for “.”."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", LINKS)
        archive.writestr("xl/worksheets/sheet1.xml", sheet_xml)
        for name, content in more.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return stream.getvalue()
