"""Contact lists as people send them, and as nobody should: read whole, or refused in words that say what to do."""

import struct
import zipfile

import pytest
from django.utils import translation

from notifications.audiences import reading
from organisations import spreadsheets
from organisations.tables import UnreadableList
from tests.notifications.audience_files import cell, formula, sheet, xlsx


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def lines(content: bytes, **how) -> list[tuple[str, str, str]]:
    return [(line.address, line.name, line.organisation) for line in reading.read(content, **how).lines]


def refusal(content: bytes, **how) -> str:
    with pytest.raises(UnreadableList) as refused:
        list(reading.read(content, **how).lines)
    return str(refused.value)


ANNA = ("anna@ente01.example.org", "Anna Città", "Coop Più")

# -- how it is written -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_that_spreadsheets_save_is_read(encoding):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    text = "E-mail;Nome;Cognome;Ente\r\nAnna@Ente01.example.org;Anna;Città;Coop Più\r\n"
    assert lines(mark + text.encode(encoding)) == [ANNA]


def test_utf_16_without_its_mark_is_refused_and_not_guessed():
    assert "save the list as CSV" in refusal("E-mail;Nome\nanna@ente01.example.org;Anna\n".encode("utf-16-le"))


def test_a_broken_accent_names_its_line():
    broken = "E-mail;Ente\na@example.org;Città\n".encode() + b"b@example.org;Citt\xc3\n"
    assert "line 3" in refusal(broken)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_delimiter_is_recognised(delimiter, end):
    rows = [["E-mail", "Nome e cognome", "Ente"], ANNA]
    assert lines(end.join(delimiter.join(row) for row in rows).encode()) == [ANNA]


def test_a_blank_first_line_hides_neither_delimiter_nor_titles():
    content = b"\r\nE-mail,Nome,Ente\r\n\r\nanna@example.org,Anna,Alfa\r\n"
    assert lines(content) == [("anna@example.org", "Anna", "Alfa")]
    assert lines(content, pasted=True) == [("anna@example.org", "Anna", "Alfa")]


@pytest.mark.parametrize("titles", [
    "E-mail;Nome;Ente", "email;nominativo;denominazione", "INDIRIZZO E-MAIL;Referente;Associazione",
    "Posta elettronica;Contatto;Organizzazione", "Mail;Name;Organisation", "E-mail address;Full name;Company",
    "Email;Contact;Organization", "\ufeffE-mail ; NOME ;ente",
])  # fmt: skip
def test_titles_are_understood_in_italian_and_english(titles):
    assert lines(f"{titles}\nanna@example.org;Anna;Alfa\n".encode()) == [("anna@example.org", "Anna", "Alfa")]


def test_columns_that_nobody_reads_are_named_and_blank_titles_are_not():
    found = reading.read(b"E-mail;Telefono;;E-mail 2\na@example.org;1;2;b@example.org\n")
    assert found.ignored_columns == ["Telefono", "E-mail 2"]
    assert [line.address for line in found.lines] == ["a@example.org"]


def test_indirizzo_is_the_address_only_where_no_better_title_stands():
    assert lines(b"Indirizzo;Nome\na@example.org;Anna\n") == [("a@example.org", "Anna", "")]
    assert lines(b"Indirizzo;E-mail\nvia Roma 1;a@example.org\n") == [("a@example.org", "", "")]


def test_a_file_without_titles_is_read_when_its_first_line_holds_an_address():
    assert lines(b"a@example.org;Anna\nb@example.org;Bruno\n") == [
        ("a@example.org", "Anna", ""), ("b@example.org", "Bruno", ""),
    ]  # fmt: skip


def test_line_numbers_are_those_of_the_file_whatever_is_blank_or_broken():
    found = reading.read(b'E-mail;Ente\n\na@example.org;"Ente su\ndue righe"\nb@example.org;Beta\n').lines
    assert [(line.number, line.organisation) for line in found] == [(3, "Ente su due righe"), (5, "Beta")]


# -- pasted ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "expected"), [
    ("a@example.org\nb@example.org", [("a@example.org", ""), ("b@example.org", "")]),
    ("a@example.org, b@example.org; c@example.org", [("a@example.org", ""), ("b@example.org", ""), ("c@example.org", "")]),
    ("Anna Bianchi <Anna@example.org>", [("anna@example.org", "Anna Bianchi")]),
    ('"Bianchi, Anna" <a@example.org>, Bruno <b@example.org>', [("a@example.org", "Bianchi, Anna"), ("b@example.org", "Bruno")]),
    ("a@example.org b@example.org", [("a@example.org", ""), ("b@example.org", "")]),
    ("Bianchi, Anna; a@example.org", [("a@example.org", "Bianchi, Anna")]),
    ("Anna Bianchi, a@example.org", [("a@example.org", "Anna Bianchi")]),
    ("mailto:a@example.org", [("a@example.org", "")]),
    ("Anna\ta@example.org", [("a@example.org", "Anna")]),
    ("a\u200b@example.org", [("a@example.org", "")]),
    ("non un indirizzo", [("non un indirizzo", "")]),
])  # fmt: skip
def test_pasted_lines_are_taken_apart(text, expected):
    assert [(address, name) for address, name, _organisation in lines(text.encode(), pasted=True)] == expected


def test_a_pasted_table_keeps_its_quotation_marks_out_of_the_addresses():
    text = '"Ente";"E-mail"\n"Coop; Alfa";"a@example.org"\n'
    assert lines(text.encode(), pasted=True) == [("a@example.org", "", "Coop; Alfa")]


# -- hostile -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\n\n", b" ;\t\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(content):
    assert refusal(content) == "The file is empty."
    assert refusal(content, pasted=True) == "There is no address in the text."


def test_a_file_whose_first_row_names_no_address_says_which_columns_it_found():
    assert "Found: Ente, Telefono" in refusal(b"Ente;Telefono\nAlfa;0744\n")


@pytest.mark.parametrize("content", [
    b"E-mail;Nome\na@example.org;An\x00na\n", b"%PDF-1.7\n\x00\x01\x02", b"\x89PNG\r\n\x1a\n\x00",
    "E-mail\na\x00@example.org\n".encode("utf-16"),
])  # fmt: skip
def test_nul_bytes_are_refused(content):
    assert refusal(content) == "This is not a text file: save the list as CSV and upload that."
    assert refusal(content, pasted=True) == "This is not a text file: save the list as CSV and upload that."


def test_an_old_excel_file_is_sent_back():
    assert "save it as CSV" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)


def test_a_page_that_calls_itself_a_spreadsheet_is_no_list():
    assert "must name the columns" in refusal(b"<html><table><tr><td>E-mail</td></tr></table></html>")


def test_a_line_of_ten_megabytes_is_refused_in_a_file_and_left_out_when_pasted():
    long = b"a" * (10 * 1024 * 1024)
    assert "line 2" in refusal(b"E-mail;Nome\n" + long + b"@example.org;x\n")
    (line,) = reading.read(long + b"@example.org", pasted=True).lines
    assert line.is_cut
    assert len(line.address) <= 1_000


def test_a_quotation_mark_that_nobody_closes_swallows_no_address():
    content = b'E-mail;Ente\na@example.org;"Coop Alfa\nb@example.org;Beta\nc@example.org;Gamma\n'
    assert "line 2" in refusal(content)
    assert "line 2" in refusal(content, pasted=True)
    assert "line 2" in refusal(b'E-mail;Ente\na@example.org;"')


def test_a_quotation_mark_within_a_cell_is_a_letter():
    assert lines(b'E-mail;Ente\na@example.org;Coop "Alfa"\n') == [("a@example.org", "", 'Coop "Alfa"')]


def test_more_than_a_hundred_thousand_rows_are_refused_and_so_many_are_read():
    rows = b"".join(b"p%d@example.org\n" % n for n in range(100_000))
    assert len(lines(b"E-mail\n" + rows)) == 100_000
    assert "split it" in refusal(b"E-mail\n" + rows + b"one@example.org\n")
    assert "split it" in refusal(rows + b"one@example.org\n", pasted=True)


# -- XLSX --------------------------------------------------------------------------------------------------------------


def test_a_spreadsheet_is_read_whatever_its_name_says():
    content = xlsx(sheet(["E-mail", "Nome", "Ente"], ["Anna@Ente01.example.org", "Anna Città", "Coop Più"]))
    assert lines(content) == [ANNA]


def test_numbers_of_lines_are_those_of_the_sheet():
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>E-mail</t></is></c></row>'
    rows += f'<row r="7">{cell("a@example.org")}</row>'
    content = xlsx(sheet().replace("<sheetData>", f"<sheetData>{rows}"))
    assert [line.number for line in reading.read(content).lines] == [7]


def test_a_formula_is_text_and_its_result_is_not_believed():
    content = xlsx(sheet(["E-mail", "Nome"], [formula('HYPERLINK("http://x.example.org")', "a@example.org"), "Anna"]))
    assert lines(content) == [('=hyperlink("http://x.example.org")', "Anna", "")]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    content = xlsx(sheet(["E-mail"], *[["a@example.org"]] * 50).encode() + b" " * (80 * 1024 * 1024))
    assert len(content) < 200_000
    monkeypatch.setattr(zipfile.ZipFile, "open", None)  # whoever unpacks a byte fails
    assert "far more than a list needs" in refusal(content)


def test_a_bomb_whose_directory_lies_gives_no_byte_more_than_it_declares():
    real = sheet(["E-mail"], ["a@example.org"]).encode() + b" " * (80 * 1024 * 1024)
    content = xlsx(real)
    lied = content.replace(struct.pack("<L", len(real)), struct.pack("<L", 900))
    assert lied != content
    assert refusal(lied).startswith("This file is damaged or no XLSX spreadsheet")


@pytest.mark.parametrize("head", [
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/x">]>',
    '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY e "&a;&a;&a;&a;&a;&a;">]>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
])  # fmt: skip
def test_entities_are_refused_wherever_they_point(head):
    content = xlsx(sheet(["E-mail"], ["<c t='inlineStr'><is><t>&e;</t></is></c>"], head=head))
    assert "defines its own entities" in refusal(content)


def test_too_many_parts_or_one_twice_are_refused():
    many = {f"xl__media__{n}": b"" for n in range(spreadsheets.MAX_PARTS)}
    assert "too many parts" in refusal(xlsx(sheet(["E-mail"]), **many))
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = xlsx(sheet(["E-mail"]), xl__worksheets__sheet1_dot_xml=b"<x/>")
    assert "the same one twice" in refusal(twice)


def test_macros_and_other_archives_are_refused():
    assert "macros" in refusal(xlsx(sheet(["E-mail"]), xl__vbaProject_dot_bin=b"x"))
    assert refusal(b"PK\x03\x04" + b"\x00" * 100).startswith("This file is damaged or no XLSX spreadsheet")


@pytest.mark.parametrize(
    "broken",
    [
        "<worksheet>",
        "<worksheet><sheetData><row><c t='s'><v>9</v></c></row></sheetData></worksheet>",
        "",
        '<?xml version="1.0" encoding="foo"?><worksheet/>',
    ],
)
def test_a_damaged_sheet_is_refused(broken):
    assert refusal(xlsx(broken)).startswith("This file is damaged or no XLSX spreadsheet")


def test_a_cell_of_ten_megabytes_is_cut_while_it_is_read():
    content = xlsx(sheet(["E-mail", "Nome"], ["a@example.org", "".join(f"{n:x}" for n in range(2_000_000))]))
    (line,) = reading.read(content).lines
    assert line.is_cut
    assert len(line.name) <= 1_000


def test_a_sheet_of_too_many_rows_is_refused():
    content = xlsx(sheet(["E-mail"], *[[f"p{n}@example.org"] for n in range(100_001)]))
    assert "split it" in refusal(content)
