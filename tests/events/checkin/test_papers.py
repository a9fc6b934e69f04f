"""Passes, badges and sheets as they are printed."""

import io
import re

import pypdf
import pytest

from events import services as events
from events.checkin.codes import readable
from events.checkin.papers import by_surname
from events.models import Attendee, Event

pytestmark = pytest.mark.django_db
DESK = "/manage/events/info-day/check-in/"


def printed(response) -> pypdf.PdfReader:
    assert response["Content-Type"] == "application/pdf"
    assert "no-store" in response["Cache-Control"]
    return pypdf.PdfReader(io.BytesIO(response.content))


def words(reader: pypdf.PdfReader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def test_the_contact_prints_the_passes_of_all_and_a_person_only_their_own(client, register):
    registration = register("Anna", "Bruno")
    anna = registration.attendees.get(full_name="Anna")
    all_of_them = printed(client.get(f"{registration.get_absolute_url()}pass.pdf"))
    assert len(all_of_them.pages) == 2
    own = printed(client.get(f"{anna.get_absolute_url()}pass.pdf"))
    assert len(own.pages) == 1
    assert readable(anna.pass_code) in words(own)
    assert "Bruno" not in words(own)
    assert own.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_who_holds_no_place_has_no_pass(client, register, moderated):
    registration = register("Anna")
    assert "Non c’è un pass" in words(printed(client.get(f"{registration.get_absolute_url()}pass.pdf")))
    assert "Non c’è un pass" in words(printed(client.get(f"{registration.attendees.get().get_absolute_url()}pass.pdf")))


def test_the_square_leads_to_the_printed_address_in_both_languages(client, anna):
    for prefix in ("", "/en"):
        page = client.get(f"{prefix}{anna.get_absolute_url()}")
        assert page.context["pass"].address == f"http://localhost:8000/passes/{anna.pass_code}/"
        assert readable(anna.pass_code) in page.content.decode()


def test_badges_come_eight_on_a_sheet_by_surname(client_of, receptionist, event, register):
    Event.objects.update(capacity=60)
    register(*[f"Nome{number:02} Cognome{20 - number:02}" for number in range(9)])
    register("Zoe Abate")
    sheets = printed(client_of(receptionist).get(f"{DESK}badges.pdf"))
    assert len(sheets.pages) == 2
    first = sheets.pages[0].extract_text()
    assert first.index("Zoe Abate") < first.index("Nome08 Cognome12") < first.index("Nome07 Cognome13")
    assert (float(sheets.pages[0].mediabox.width), float(sheets.pages[0].mediabox.height)) == pytest.approx(
        (595, 842), abs=1
    )


def test_the_sheet_to_sign_has_everybody_and_empty_lines_and_nobody_who_gave_back(client_of, receptionist, register):
    register("Anna", "Bruno")
    events.cancel_attendee(attendee=Attendee.objects.get(full_name="Bruno"))
    text = words(printed(client_of(receptionist).get(f"{DESK}sign-in.pdf")))
    assert "Anna" in text
    assert "Bruno" not in text


@pytest.mark.parametrize("name", ["Zoe Abate", "Cher", "Maria de' Medici"])
def test_a_list_on_paper_goes_by_what_follows_the_first_word(name):
    assert by_surname(Attendee(full_name=name))[0] == (name.partition(" ")[2] or name).casefold()


def test_a_long_name_stays_on_its_badge(client_of, receptionist, register):
    register("Massimiliano Ferdinando " + "Della Robbia " * 5)
    assert len(printed(client_of(receptionist).get(f"{DESK}badges.pdf")).pages) == 1
