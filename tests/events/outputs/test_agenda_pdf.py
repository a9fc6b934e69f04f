"""The agenda on paper: tagged, A4, in black and white, with its fonts, in the reader's language, made once."""

import io
import re
import threading
import time
from contextlib import nullcontext

import pypdf
import pytest
from django.conf import settings

from events import agenda as agendas
from events import papers, services
from events.models import Event
from events.outputs import pdf
from tests.events.outputs.test_agenda_calendars import services_of_bulk

pytestmark = pytest.mark.django_db
A4 = (595, 842)


def printed(client, path: str = "/events/notte/agenda.pdf") -> pypdf.PdfReader:
    response = client.get(path)
    assert response["Content-Type"] == "application/pdf"
    return pypdf.PdfReader(io.BytesIO(response.content))


def text_of(reader: pypdf.PdfReader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def nodes(reader: pypdf.PdfReader) -> list[dict]:
    """Each element of the tree that screen readers follow, in its order."""
    found, waiting = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += reversed(node)
        elif isinstance(node, dict):
            found.append(node)
            if "/K" in node:
                waiting.append(node["/K"])
    return found


def test_screen_readers_find_tags_language_and_title(client, conference):
    for path, language, title in (
        ("/events/notte/agenda.pdf", "it", "Programma: La notte del lavoro"),
        ("/en/events/notte/agenda.pdf", "en", "Agenda: The night of work"),
    ):
        reader = printed(client, path)
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == language
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert reader.metadata.title == title
        assert b'pdfuaid:part="1"' in root["/Metadata"].get_object().get_data()
        found = [node["/S"] for node in nodes(reader) if "/S" in node]
        assert found.count("/H1") == 1
        assert found.count("/H2") == 3  # two days, and the rooms
        assert found.count("/H3") == 5
        assert {"/L", "/LI", "/P", "/Link", "/Figure"} <= set(found)
        assert "Saluti; e firma" in [entry.title for day in reader.outline[1] if isinstance(day, list)
                                     for entry in day if not isinstance(entry, list)] or language == "en"  # fmt: skip


def test_it_is_a4_with_all_its_fonts_inside_and_no_colour(client, conference):
    reader = printed(client)
    for page in reader.pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == A4
        for font in page["/Resources"]["/Font"].values():
            for descendant in font.get("/DescendantFonts", [font]):
                descriptor = descendant.get_object()["/FontDescriptor"]
                assert {"/FontFile2", "/FontFile3", "/FontFile"} & set(descriptor)
        colours = re.findall(rb"(?<![\d.])([\d.]+) ([\d.]+) ([\d.]+) (?:rg|RG)\b", page.get_contents().get_data())
        assert all(len(set(colour)) == 1 for colour in colours), colours


def test_it_says_when_where_who_and_what(client, conference):
    text = text_of(printed(client, "/en/events/notte/agenda.pdf"))
    for words in ("The night of work", "Saturday 24 October 2026", "18:00–19:00 Greetings, signing", "Anna Relatrice",
                  "Comune di Terni", "Great hall", "Version 3 of the agenda", "Senza gradini.", "02:30 CEST",
                  "La relatrice è malata.", "CALLED OFF"):  # fmt: skip
        assert words in text, words
    assert "To be dropped" not in text


def test_what_was_not_translated_is_marked_on_paper_too(client, conference):
    reader = printed(client, "/en/events/notte/agenda.pdf")
    assert "Solo in italiano (in Italian)" in text_of(reader)
    marked = [(node["/S"], node["/Lang"]) for node in nodes(reader) if "/Lang" in node]
    # title, office, room and track of the items and the words on a room; in Italian there is nothing to mark
    assert marked.count(("/Div", "it")) == 2
    assert marked.count(("/Span", "it")) == len(marked) - 2 >= 3
    links = [node for node in nodes(reader) if node.get("/S") == "/Link"]
    assert len(links) == len([a for page in reader.pages for a in page["/Annots"]])
    assert not [node for node in nodes(printed(client)) if "/Lang" in node]


def test_a_link_that_runs_over_two_lines_is_no_foreign_text(client, event, add, released):
    Event.objects.update(slug="a" * 80)
    add("Saluti")
    released()
    reader = printed(client, f"/events/{'a' * 80}/agenda.pdf")
    assert len(reader.pages[0]["/Annots"]) > 1
    assert not [node for node in nodes(reader) if "/Lang" in node]


def test_the_same_agenda_gives_the_same_bytes_and_is_made_once(client, conference, monkeypatch):
    first = client.get("/events/notte/agenda.pdf").content
    made = list((settings.VAR_DIR / "agendas").glob("*.pdf"))
    assert len(made) == 1
    made[0].unlink()
    assert client.get("/events/notte/agenda.pdf").content == first
    monkeypatch.setattr(pdf, "_render", None)
    assert client.get("/events/notte/agenda.pdf").content == first


@pytest.mark.parametrize(("lock", "made"), [(None, 1), (nullcontext(), 4)], ids=["as it is", "without the lock"])
def test_four_visitors_at_once_make_one_file(conference, monkeypatch, lock, made):
    """Without the lock each makes its own: the race is real."""
    sheet, together, calls = pdf.sheet(conference, agendas.current(conference)), threading.Barrier(4), []

    def render(found):
        calls.append(found)
        time.sleep(0.3)
        return b"%PDF"

    def ask():
        together.wait()
        pdf.file_of(sheet)

    monkeypatch.setattr(pdf, "_render", render)
    if lock is not None:
        monkeypatch.setattr(pdf, "_one_at_a_time", lock)
    visitors = [threading.Thread(target=ask) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert len(calls) == made


def test_a_machine_without_the_library_says_so_and_a_full_disk_costs_only_time(client, conference, monkeypatch, caplog):
    def missing(sheet):
        raise papers.CannotRender("no Pango")

    with monkeypatch.context() as without:
        without.setattr(pdf, "_render", missing)
        response = client.get("/events/notte/agenda.pdf")
        assert (response.status_code, response["Content-Type"]) == (503, "text/plain")
        assert "Al momento il PDF" in response.content.decode()
    (settings.VAR_DIR / "agendas").parent.mkdir(exist_ok=True)
    (settings.VAR_DIR / "agendas").write_text("no folder")
    assert client.get("/events/notte/agenda.pdf").content.startswith(b"%PDF")


def test_only_so_many_files_are_kept(conference, monkeypatch):
    monkeypatch.setattr(pdf, "KEPT", 2)
    agenda = agendas.current(conference)
    for number in range(4):
        conference.title_it = f"Titolo {number}"
        pdf.file_of(pdf.sheet(conference, agenda))
    assert len(list((settings.VAR_DIR / "agendas").iterdir())) == 2


@pytest.mark.parametrize("words", ["x" * 200, "مؤتمر العمل", "👩🏽‍💻" * 20, "<b>a & b</b>", "\x07\x1f", "parola " * 28])
def test_hard_words_are_printed(client, event, add, released, words):
    Event.objects.update(title_it=words, venue=words)
    add(words, speakers_it=words, about_it=words)
    released()
    assert len(printed(client, f"/events/{event.slug}/agenda.pdf").pages) >= 1


def test_three_hundred_items_are_printed_with_running_heads(client, event, organiser):
    services_of_bulk(event, 300)
    services.release(event=event, by=organiser, despite_warnings=True)
    reader = printed(client, f"/events/{event.slug}/agenda.pdf")
    assert len(reader.pages) > 10
    last = reader.pages[-1].extract_text()
    assert "Giornata informativa" in last
    assert f"{len(reader.pages)} / {len(reader.pages)}" in last
