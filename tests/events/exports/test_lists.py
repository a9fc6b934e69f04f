"""Lists of an event as files: whole, filtered, read back by readers of another making; nothing in them ever runs."""

import csv
import io
import zipfile
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
import python_calamine
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from events import services
from events.checkin import services as checkin
from events.checkin.services import Desk, Shown
from events.exports import files
from events.exports.cells import local, printed
from events.exports.people import answers, asked
from events.exports.selection import Selection
from events.exports.sheets import BY_KEY, SHEETS, Taken
from events.log.models import LogEntry
from events.models import Attendee, Event, Question, Registration, Session, SessionPlace, SpecialNeeds
from events.questions.models import Answer, QuestionOption
from organisations.models import Organisation, RoleGrant, User
from organisations.roles import Role

pytestmark = pytest.mark.django_db
PAGE = "/manage/events/info-day/exports/"
HOSTILE = [
    '=HYPERLINK("http://x")',
    "+39 0744 1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    " =1+1",
    "＝1+1",
    "<b>&\"'",
    "a\r\nb",
    "  due  spazi",
]


@pytest.fixture
def desk(client_of, organiser):
    return client_of(organiser)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def opened(response) -> python_calamine.CalamineWorkbook:
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))


def read_back(stream: io.BytesIO) -> python_calamine.CalamineSheet:
    stream.seek(0)
    return python_calamine.CalamineWorkbook.from_filelike(stream).get_sheet_by_index(0)


def table(client, key: str, query: str = "") -> list[dict[str, str]]:
    head, *rows = rows_of(client.get(f"{PAGE}{key}.csv{query}").content)
    return [dict(zip(head, row, strict=True)) for row in rows]


# -- what stands in them -----------------------------------------------------------------------------------------------


def test_the_list_of_people_says_of_each_who_they_are_what_they_chose_and_when_they_came(
    desk, event, register, receptionist
):
    registration = register("Anna", "Bruno")
    anna = registration.attendees.get(full_name="Anna")
    item = Session.objects.create(event=event, title_it="Laboratorio", starts_at=event.starts_at, ends_at=event.ends_at,
                                  places=3, open_places=3)  # fmt: skip
    SessionPlace.objects.create(session=item, attendee=anna, number=1)
    checkin.record(event=event, shown=[Shown(anna.key, "found", person=anna.key)], desk=Desk("Ingresso", receptionist))
    first, second = table(desk, "attendees")
    assert (first["Posto"], first["Nome e cognome"], first["Ente"]) == ("1", "Anna", "Cooperativa di prova")
    assert first["Punti del programma"] == "Laboratorio"
    assert first["Arrivo"] == f"{timezone.localtime():%Y-%m-%d %H:%M}"
    assert (second["Nome e cognome"], second["Arrivo"]) == ("Bruno", "")
    assert first["Riferimento"] == registration.reference


def test_the_list_of_registrations_counts_people_places_and_who_came(desk, event, register, receptionist):
    registration = register("Anna", "Bruno", "Carlo")
    anna, bruno, _carlo = registration.attendees.order_by("pk")
    services.cancel_attendee(attendee=bruno)
    checkin.record(event=event, shown=[Shown(anna.key, "found", person=anna.key)], desk=Desk("Ingresso", receptionist))
    [row] = table(desk, "registrations")
    assert (row["Persone"], row["Posti"], row["Persone presenti"]) == ("2", "2", "1")
    assert row["Stato"] == "confermato"


def test_answers_stand_in_columns_of_their_own_and_sensitive_ones_never(desk, event, register):
    registration = register("Anna")
    for position, (text, sensitive) in enumerate([("Come arriva?", False), ("Che cura segue?", True)]):
        question = Question.objects.create(
            event=event, text_it=text, kind=Question.Kind.SHORT, sensitive=sensitive, purpose_it="Perché" if sensitive else "",
            audience=Question.Audience.REGISTRATION, position=position,
        )  # fmt: skip
        Answer.objects.create(question=question, registration=registration, text=f"risposta {position}")
    [row] = table(desk, "registrations")
    assert row["Come arriva?"] == "risposta 0"
    whole = opened(desk.get(f"{PAGE}all.xlsx"))
    everything = str([whole.get_sheet_by_name(name).to_python() for name in whole.sheet_names])
    assert "risposta 0" in everything
    assert "risposta 1" not in everything
    assert "cura" not in everything


def test_needs_stand_in_no_list_of_any_kind(desk, register):
    SpecialNeeds.objects.create(
        attendee=register("Anna").attendees.get(), access="sedia a rotelle", dietary="celiachia"
    )
    for sheet in SHEETS:
        for kind in files.MEDIA_TYPES:
            response = desk.get(f"{PAGE}{sheet.key}.{kind}")
            content = b"".join(response.streaming_content) if response.streaming else response.content
            if kind != "csv":
                content = b"".join(
                    zipfile.ZipFile(io.BytesIO(content)).read(n)
                    for n in zipfile.ZipFile(io.BytesIO(content)).namelist()
                )
            assert b"rotelle" not in content
            assert b"celiachia" not in content


def test_somebody_erased_is_counted_and_not_named(desk, register):
    services.erase_registration(registration=register("Anna"))
    [row] = table(desk, "attendees", "?who=all")
    assert row["Nome e cognome"] == "dati cancellati"
    assert "carla@" not in str(table(desk, "registrations"))


def test_the_queue_invitations_the_register_and_changes_have_lists_too(desk, event, organiser, register):
    register("Anna")
    invited = Organisation.objects.create(name="Comune di Narni", kind="municipality", municipality="Narni")
    services.invite_by_hand(event=event, organisation=invited, by=organiser, sends=False)
    assert [row["Ente"] for row in table(desk, "invitations")] == ["Comune di Narni"]
    assert [row["Nel registro"] for row in table(desk, "register")] == ["assente"]
    assert table(desk, "waiting") == table(desk, "changes") == table(desk, "agenda_places") == []


# -- formulas, signs, moments ------------------------------------------------------------------------------------------


def taken(*cells) -> Taken:
    return Taken(
        "Elenco [1]: prova/2", tuple(f"c{number}" for number in range(len(cells))), (10,) * len(cells), iter([cells])
    )


def test_no_cell_of_a_csv_begins_like_a_formula():
    [_head, row] = rows_of(files.csv_of(taken(*HOSTILE)))
    assert not [cell for cell in row if cell.lstrip(" \t")[:1] in "=+-@＝" and cell]
    assert row[0] == "'" + HOSTILE[0]


@pytest.mark.parametrize(("write", "formulas"), [(files.write_xlsx, "<f>"), (files.write_ods, "formula")])
def test_text_comes_back_as_it_was_from_workbooks_that_hold_no_formula(write, formulas):
    stream = io.BytesIO()
    write(stream, [taken(*HOSTILE)])
    archive = zipfile.ZipFile(stream)
    assert not [name for name in archive.namelist() if formulas.encode() in archive.read(name)]
    [_head, row] = read_back(stream).to_python()
    spaces = [" ".join(str(cell).split()) for cell in row]
    assert spaces == [" ".join(cell.split()) for cell in HOSTILE]
    assert "=HYPERLINK" in row[0]


@pytest.mark.parametrize("write", [files.write_xlsx, files.write_ods])
def test_text_that_looks_like_the_markup_of_a_workbook_is_text(write):
    """XlsxWriter passes <r>…</r> on unescaped: whoever registers under such a name would write cells of their own."""
    hostile = '<r></r></is></c><c r="B2"><f>1+1</f></c><c r="C2" t="inlineStr"><is><r></r>'
    stream = io.BytesIO()
    write(stream, [taken(hostile, "due")])
    archive = zipfile.ZipFile(stream)
    assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]
    assert [cell.strip() for cell in read_back(stream).to_python()[1]] == [hostile, "due"]


def test_a_cell_that_looks_like_a_formula_stays_text_when_somebody_edits_it():
    stream = io.BytesIO()
    files.write_xlsx(stream, [taken("=1+1", "uno")])
    archive = zipfile.ZipFile(stream)
    sheet, styles = (ElementTree.fromstring(archive.read(f"xl/{name}.xml")) for name in ("worksheets/sheet1", "styles"))
    style = {one.get("r"): int(one.get("s") or 0) for one in sheet.iter() if one.tag.endswith("}c")}
    formats = next(one for one in styles.iter() if one.tag.endswith("}cellXfs"))
    assert [formats[style[cell]].get("quotePrefix") for cell in ("A2", "B2")] == ["1", None]


@pytest.mark.parametrize("write", [files.write_xlsx, files.write_ods])
def test_signs_that_xml_does_not_know_are_left_out_and_the_file_opens(write):
    stream = io.BytesIO()
    write(stream, [taken("a\x00b\x0b\ud800c\ufffe", "李小龍 👋", "x" * 40_000)])
    archive = zipfile.ZipFile(stream)
    for name in archive.namelist():
        if name.endswith(".xml"):
            ElementTree.fromstring(archive.read(name))
    row = read_back(stream).to_python()[1]
    assert row[:2] == ["abc", "李小龍 👋"]


@pytest.mark.parametrize("write", [files.write_xlsx, files.write_ods])
def test_numbers_are_numbers_and_moments_are_moments_of_rome(write):
    summer = datetime.fromisoformat("2027-07-01T08:30:12+00:00")
    stream = io.BytesIO()
    write(stream, [taken(-7, summer, None)])
    [_head, row] = read_back(stream).to_python()
    assert row[0] == -7
    assert row[1] == datetime(2027, 7, 1, 10, 30)  # noqa: DTZ001  spreadsheets know no zones
    assert printed(summer) == "2027-07-01 10:30"
    assert rows_of(files.csv_of(taken(-7)))[1] == ["-7"]


@pytest.mark.parametrize(
    "moment", ["2027-03-28T00:59:00+00:00", "2027-03-28T01:00:00+00:00", "2027-10-31T01:00:00+00:00"]
)
def test_moments_are_right_on_the_days_on_which_the_clock_changes(moment):
    assert (
        local(datetime.fromisoformat(moment)).hour
        == {"00:59": 1, "01:00": 3 if "03-28" in moment else 2}[moment[11:16]]
    )


def test_the_same_list_is_the_same_bytes():
    first, second = io.BytesIO(), io.BytesIO()
    files.write_ods(first, [taken("a", 1)])
    with time_machine.travel("2031-01-01"):
        files.write_ods(second, [taken("a", 1)])
    assert first.getvalue() == second.getvalue()


# -- filters -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def some(event, register, applicant, receptionist) -> Event:
    """Two of a cooperative of Terni, one of whom came; a municipality that gave up."""
    terni = Organisation.objects.create(name="Coop Terni", kind="cso", municipality="Terni")
    came = register("Anna", "Bruno")
    Registration.objects.filter(pk=came.pk).update(organisation=terni, source="giornale")
    gone = register("Carlo")
    services.cancel_registration(registration=gone)
    Registration.objects.filter(pk=gone.pk).update(organisation_kind="municipality")
    anna = came.attendees.get(full_name="Anna")
    checkin.record(event=event, shown=[Shown(anna.key, "found", person=anna.key)], desk=Desk("Ingresso", receptionist))
    return event


@pytest.mark.parametrize(
    ("selection", "people", "registrations"),
    [
        ({}, {"Anna", "Bruno"}, 2),
        ({"who": "all"}, {"Anna", "Bruno", "Carlo"}, 2),
        ({"came": "yes"}, {"Anna"}, 2),
        ({"came": "no"}, {"Bruno"}, 2),
        ({"kind": "municipality", "who": "all"}, {"Carlo"}, 1),
        ({"municipality": "Terni"}, {"Anna", "Bruno"}, 1),
        ({"source": "giornale"}, {"Anna", "Bruno"}, 1),
        ({"state": "cancelled"}, set(), 1),
        ({"q": "carl", "who": "all"}, {"Anna", "Bruno", "Carlo"}, 2),  # the contact's name
        ({"q": "bruno"}, {"Anna", "Bruno"}, 1),
        ({"category": "press"}, set(), 0),
    ],
)
def test_a_filter_takes_the_same_into_page_number_and_file(some, selection, people, registrations):
    chosen = Selection(**selection)
    assert {one.full_name for one in chosen.people(some)} == people
    assert BY_KEY["attendees"].count(some, chosen) == len(people)
    assert len(list(BY_KEY["attendees"].taken(some, chosen).rows)) == len(people)
    assert chosen.registrations(some).count() == registrations


@pytest.mark.parametrize("page", ["invitations", "changes", "attendance"])
def test_the_other_pages_of_lists_lead_to_their_files(desk, some, page):
    link = f"{PAGE}{'register' if page == 'attendance' else page}/"
    assert f'href="{link}"' in desk.get(f"/manage/events/info-day/{page}/").content.decode()
    assert desk.get(link).status_code == 200


def test_what_a_filter_cannot_read_is_passed_over(desk, some):
    assert desk.get(f"{PAGE}?kind=nonsense&came=perhaps&state=%00&q={'x' * 300}").status_code == 200
    assert len(table(desk, "attendees", "?came=perhaps")) == 2


def test_the_page_of_registrations_hands_its_filter_on(desk, some):
    page = desk.get("/manage/events/info-day/registrations/?state=cancelled").content.decode()
    assert f"{PAGE}registrations/?state=cancelled" in page
    shown = desk.get(f"{PAGE}registrations/?state=cancelled").content.decode()
    assert "1 riga" in shown


# -- pages -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["", "attendees/", "attendees.csv", "all.xlsx"])
def test_only_organisers_of_events_take_lists_out(client, client_of, stranger, steward, event, address):
    assert client.get(f"{PAGE}{address}").status_code == 302
    for user in (stranger, steward):
        assert client_of(user).get(f"{PAGE}{address}").status_code == 403
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("address", ["nothing/", "nothing.csv", "attendees.exe", "all.csv", "attendees.xls"])
def test_a_list_or_kind_of_file_that_there_is_not_is_not_found(desk, event, address):
    assert desk.get(f"{PAGE}{address}").status_code == 404
    assert desk.get(PAGE.replace("info-day", "never")).status_code == 404


def test_an_event_of_nobody_has_lists_of_nothing_but_headings(desk, event):
    workbook = opened(desk.get(f"{PAGE}all.ods"))
    assert len(workbook.sheet_names) == len(SHEETS)
    assert all(len(workbook.get_sheet_by_name(name).to_python()) == 1 for name in workbook.sheet_names)
    assert "Questo elenco è vuoto" in desk.get(f"{PAGE}attendees/").content.decode()


def test_headings_file_names_and_words_follow_the_language(desk, register):
    register("Anna")
    today = f"{timezone.localdate():%Y-%m-%d}"
    italian = desk.get(f"{PAGE}attendees.csv")
    english = desk.get(f"/en{PAGE}attendees.csv")
    assert f'filename="persone-info-day-{today}.csv"' in italian["Content-Disposition"]
    assert f'filename="people-info-day-{today}.csv"' in english["Content-Disposition"]
    assert rows_of(english.content)[0][1] == "Full name"


def test_the_whole_workbook_stands_in_the_log_list_by_list(desk, event):
    list(desk.get(f"{PAGE}all.xlsx"))
    assert {entry.values["what"] for entry in LogEntry.objects.all()} == {sheet.key for sheet in SHEETS}


def test_the_log_keeps_which_rows_left_and_no_name_that_was_looked_for(desk, event, register):
    register("Ludmilla")
    desk.get(f"{PAGE}attendees.csv?q=Ludmilla&came=no")
    desk.get(f"{PAGE}changes.csv?came=no")  # a list that no filter reaches
    first, second = LogEntry.objects.filter(action="data.exported").order_by("pk")
    assert first.values == {"what": "attendees", "format": "csv", "filters": {"q": True, "came": "no"}}
    assert second.values == {"what": "changes", "format": "csv"}


@pytest.mark.parametrize("path", ["attendees.csv", "attendees.xlsx", "all.ods", "../registrations.csv"])
def test_a_browser_that_fetches_ahead_is_given_no_file(desk, event, path):
    answer = desk.get(f"{PAGE}{path}".replace("exports/../", ""), headers={"sec-purpose": "prefetch;prerender"})
    assert (answer.status_code, answer.content) == (503, b"")
    assert not LogEntry.objects.filter(action="data.exported").exists()


def test_the_register_says_the_number_of_rows_of_its_closed_edition(desk, event, register, organiser):
    """Also when somebody's place is given back after it was closed."""
    people = register("Anna", "Bruno").attendees.order_by("pk")
    content = [{"registration": str(people[0].registration.key), "people": [
        {"attendee": str(one.key), "status": "absent", "arrived_at": None, "represented_by": None} for one in people]}]  # fmt: skip
    event.registers.create(edition=1, content=content, sha256="0" * 64, closed_at=timezone.now(), closed_by=organiser)
    services.cancel_attendee(attendee=people[0])
    assert BY_KEY["register"].count(event, Selection()) == len(table(desk, "register")) == 2


@pytest.mark.parametrize("key", [sheet.key for sheet in SHEETS])
def test_a_list_costs_the_same_queries_however_long_it_is(event, register, key):
    Event.objects.update(capacity=100)

    def cost() -> int:
        event.refresh_from_db()
        with CaptureQueriesContext(connection) as asked, translation.override("it"):
            list(BY_KEY[key].taken(event, Selection()).rows)
        return len(asked)

    register("Anna")
    first = cost()
    for number in range(12):
        register(f"Persona {number}", f"Altra {number}")
    assert cost() == first
    assert Attendee.objects.count() == 25


def test_thirty_lists_of_registrations_page_costs_what_one_does(desk, event, register, django_assert_num_queries):
    Event.objects.update(capacity=100)
    desk.get(PAGE)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.get(f"{PAGE}attendees/")
        return len(asked)

    register("Anna")
    first = cost()
    for number in range(30):
        register(f"Persona {number}")
    assert cost() == first


@pytest.fixture
def receptionist(db) -> User:
    user = User.objects.create_user("dina@socialneet.example.org", name="Dina Desk")
    RoleGrant.objects.create(user=user, role=Role.REGISTRATION_DESK)
    return user


@pytest.fixture
def steward(db) -> User:
    user = User.objects.create_user("sara@socialneet.example.org", name="Sara Scansione")
    RoleGrant.objects.create(user=user, role=Role.SCANNER)
    return user


def test_an_event_long_over_still_gives_its_lists(desk, event, register):
    register("Anna")
    Event.objects.update(starts_at=timezone.now() - timedelta(days=900), ends_at=timezone.now() - timedelta(days=899))
    assert len(table(desk, "attendees")) == 1


def test_every_kind_of_answer_stands_in_the_list_as_it_is_said_elsewhere(event, register):
    anna, bruno = register("Anna", "Bruno").attendees.order_by("pk")
    kind, day = Question.Kind, timezone.localdate()
    given = {
        kind.SHORT: {"text": "in treno"}, kind.LONG: {"text": "una riga\naltra riga"}, kind.NUMBER: {"number": "12.50"},
        kind.DATE: {"day": day}, kind.YES_NO: {"yes": False}, kind.CHOICE: {}, kind.CHOICES: {},
    }  # fmt: skip
    assert set(given) == set(kind)
    for number, (one, values) in enumerate(given.items()):
        question = Question.objects.create(event=event, text_it=f"Domanda {number}", kind=one, position=number,
                                           unit_it="km" if one == kind.NUMBER else "", audience="attendee")  # fmt: skip
        answer = Answer.objects.create(question=question, attendee=anna, **values)
        if question.has_options:
            # written in another order than they are offered in
            options = [
                QuestionOption(question=question, text_it=text, position=place) for text, place in (("B", 2), ("A", 1))
            ]
            answer.chosen.set(QuestionOption.objects.bulk_create(options)[: 2 if one == kind.CHOICES else 1])
    questions = asked(event, "attendee")
    found = answers(questions)
    said = {(one.attendee_id, one.question_id): one.said() for one in Answer.objects.prefetch_related("chosen")}
    assert found == said
    assert {"12,5 km", "A; B", "no"} < set(found.values())
    assert bruno.pk not in {person for person, _question in found}
