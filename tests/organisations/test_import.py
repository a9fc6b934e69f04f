"""Lists as they arrive in real life: shown row by row, nothing lost silently, nothing executed, nothing written early."""

import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from organisations import imports, services
from organisations.imports import Outcome
from organisations.models import Organisation, StakeholderImport

HERE = Path(__file__).parent
GOOD, MESSY = (HERE / "stakeholders.csv").read_bytes(), (HERE / "stakeholders-messy.csv").read_bytes()
pytestmark = pytest.mark.django_db


def test_the_list_of_the_real_case_is_read_whole():
    plan = imports.plan(GOOD)
    assert (plan.encoding, plan.delimiter) == ("cp1252", ";")
    assert plan.counts == {"new": 65, "updated": 0, "unchanged": 0, "duplicate": 0, "error": 0, "empty": 0}
    assert [row for row in plan.rows if row.warnings] == []
    assert any("Università" in row.name for row in plan.rows)
    assert Organisation.objects.count() == 0


def test_it_is_written_once_and_again_changes_nothing():
    services.write_stakeholders(content=GOOD, source="elenco.csv")
    assert Organisation.objects.count() == 65
    terni = Organisation.objects.get(name="Comune di Terni")
    assert (terni.kind, terni.istat_code, terni.cadastral_code, terni.source) == (
        "municipality",
        "055032",
        "L117",
        "elenco.csv",
    )
    again = services.write_stakeholders(content=GOOD, source="elenco.csv")
    assert again.count(Outcome.UNCHANGED) == 65
    assert Organisation.objects.count() == 65


def test_each_row_of_the_messy_list_says_what_it_does_and_why():
    by_line = {row.line: row for row in imports.plan(MESSY).rows}
    outcomes = [by_line[line].outcome for line in sorted(by_line)]
    assert outcomes == [
        "new",
        "duplicate",
        "new",
        "error",
        "error",
        "new",
        "new",
        "error",
        "new",
        "empty",
        "error",
        "new",
    ]
    assert by_line[2].facts["email"] == "protocollo@comune.terni.example.org"
    assert "2" in by_line[3].reasons[0]
    assert by_line[4].facts["email"] == "info@larosa.example.org"
    assert by_line[4].warnings
    assert by_line[7].warnings, "a mistyped domain is pointed out"
    assert by_line[8].facts["email"] == "segreteria@città-aperta.example.org"
    assert by_line[10].name == "Ente su due righe"
    assert by_line[12 + 1].outcome == "error", "an overlong name"


def test_an_empty_cell_erases_no_known_fact():
    Organisation.objects.create(name="Ente A", kind="cso", email="a@example.org", phone="0744 1")
    services.write_stakeholders(content=b"Ente;Tipo;E-mail;Telefono\nEnte A;ODV;a@example.org;\n", source="x")
    ente = Organisation.objects.get()
    assert (ente.phone, ente.section) == ("0744 1", "odv")


@pytest.mark.parametrize("content", [
    b"", b"PK\x03\x04zip", b"\xd0\xcf\x11\xe0xls", b"\x00\x01\x02", b"solo una riga senza colonne note\n",
    b"Ente;E-mail\n" + b"x;y@example.org\n" * 20_001,
])  # fmt: skip
def test_what_is_no_list_is_refused_with_a_reason(content):
    with pytest.raises(imports.UnreadableList) as refused:
        imports.plan(content)
    assert str(refused.value)


def test_a_line_that_is_far_too_long_is_refused_and_not_fatal():
    with pytest.raises(imports.UnreadableList):
        imports.plan(b'Ente;E-mail\n"' + b"x" * 200_000 + b'";a@example.org\n')


def test_the_pages_preview_first_and_write_after_confirmation(client_of, organiser):
    client = client_of(organiser)
    response = client.post("/manage/organisations/import/", {"file": SimpleUploadedFile("e.csv", MESSY)}, follow=True)
    page = response.content.decode()
    assert "=HYPERLINK" in page
    assert '<a href="http://example.org"' not in page
    assert Organisation.objects.count() == 0
    kept = StakeholderImport.objects.get()
    client.post(f"/manage/organisations/import/{kept.pk}/apply/")
    assert Organisation.objects.count() == 6
    client.post(f"/manage/organisations/import/{kept.pk}/apply/")
    assert Organisation.objects.count() == 6


def test_the_upload_refuses_what_is_too_large_or_unreadable(client_of, organiser, settings):
    settings.MAX_IMPORT_BYTES = 100
    client = client_of(organiser)
    for content in (b"x" * 200, b"PK\x03\x04"):
        response = client.post("/manage/organisations/import/", {"file": SimpleUploadedFile("e.csv", content)})
        assert response.status_code == 422
    assert StakeholderImport.objects.count() == 0


def test_the_directory_is_for_organisers(client_of, signatory, stranger, client):
    assert client.get("/manage/organisations/").status_code == 302
    for user in (signatory, stranger):
        assert client_of(user).get("/manage/organisations/").status_code == 403


@pytest.mark.parametrize("count", [1, 30])
def test_the_directory_costs_the_same_whatever_its_length(client_of, organiser, count, django_assert_max_num_queries):
    Organisation.objects.bulk_create(
        Organisation(name=f"E{n}", kind="cso", email=f"e{n}@example.org") for n in range(count)
    )
    client = client_of(organiser)
    with django_assert_max_num_queries(8):
        assert client.get("/manage/organisations/").status_code == 200


def test_the_command_reports_as_json_and_exits_with_one_when_rows_are_wrong(capsys):
    call_command("import_stakeholders", str(HERE / "stakeholders.csv"), "--json", "--dry-run")
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (report["new"], report["errors"], Organisation.objects.count()) == (65, [], 0)
    with pytest.raises(SystemExit):
        call_command("import_stakeholders", str(HERE / "stakeholders-messy.csv"), "--json")
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["duplicates"] == 1
    assert {error["line"] for error in report["errors"]} == {5, 6, 9, 13}


def test_a_long_preview_is_read_page_by_page_and_by_what_happens(client_of, organiser):
    lines = b"".join(b"Ente %d;e%d@ente.example.org\n" % (number, number) for number in range(450))
    content = b"Ente;E-mail\n" + lines + b"Senza indirizzo valido;nessuno\n"
    client = client_of(organiser)
    response = client.post("/manage/organisations/import/", {"file": SimpleUploadedFile("e.csv", content)}, follow=True)
    address = f"/manage/organisations/import/{StakeholderImport.objects.get().pk}/"
    assert response.request["PATH_INFO"] == address

    def names(query: str) -> list[str]:
        return re.findall(r'<th scope="row">([^<]+)</th>', client.get(address + query).content.decode())

    assert names("?page=2") == [f"Ente {number}" for number in range(200, 400)]
    assert names("?outcome=error") == ["Senza indirizzo valido"]
    assert len(names("?outcome=new&page=3")) == 50
    assert names("?outcome=duplicate") == []
    assert len(names("?outcome=nonsense&page=x")) == 200
