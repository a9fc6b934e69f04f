"""The pages of the figures: for organisers with every number, for everybody without a small one; files that run nowhere."""

import csv
import io
import json
import re
import uuid

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from events.figures import services
from events.figures.published import Publication
from events.models import Event, FiguresEdition

pytestmark = pytest.mark.django_db
MANAGE = "/manage/events/info-day/figures/"
PUBLIC = ("/events/info-day/figures/", "/events/info-day/figures.csv", "/events/info-day/figures.json")
HOSTILE = "=HYPERLINK(1)<script>alert(1)</script>"


@pytest.fixture
def published(many, organiser):
    return services.publish(event=many, by=organiser)


@pytest.mark.parametrize("page", ["", "figures.pdf", "public/", "withdraw/"])
def test_only_organisers_open_the_pages(client, client_of, many, organiser, signatory, stranger, page):
    assert client_of(organiser).get(MANAGE + page).status_code == 200
    assert client_of(signatory).get(MANAGE + page).status_code == 403
    assert client_of(stranger).get(MANAGE + page).status_code == 403
    assert client.get(MANAGE + page).status_code == 302


def test_only_organisers_publish_and_only_by_a_post(client, client_of, many, organiser, stranger):
    assert client_of(stranger).post(f"{MANAGE}publish/").status_code == 403
    assert client_of(organiser).get(f"{MANAGE}publish/").status_code == 405
    assert not FiguresEdition.objects.exists()
    assert client_of(organiser).post(f"{MANAGE}publish/").status_code == 302
    assert FiguresEdition.objects.get().published_by == organiser


def test_nothing_is_public_before_it_is_published_nor_after_it_was_withdrawn(client, client_of, many, organiser):
    assert [client.get(path).status_code for path in PUBLIC] == [404] * 3
    client_of(organiser).post(f"{MANAGE}publish/")
    assert [client.get(path).status_code for path in PUBLIC] == [200] * 3
    assert client_of(organiser).post(f"{MANAGE}withdraw/", {"reason": ""}).status_code == 422
    client_of(organiser).post(f"{MANAGE}withdraw/", {"reason": "Sbagliata."})
    assert [client.get(path).status_code for path in PUBLIC] == [404] * 3
    assert "Sbagliata." in client_of(organiser).get(MANAGE).content.decode()


def test_the_events_page_leads_to_them_as_long_as_they_stand(client, client_of, many, organiser):
    def leads() -> bool:
        return PUBLIC[0] in client.get("/events/info-day/").content.decode()

    assert not leads()
    services.publish(event=many, by=organiser)
    assert leads()
    services.withdraw(event=many, reason="Sbagliata.", by=organiser)
    assert not leads()


def test_of_a_draft_nothing_is_public(client, published):
    Event.objects.update(state="draft")
    caches["pages"].clear()
    assert [client.get(path).status_code for path in PUBLIC] == [404] * 3


def test_why_figures_cannot_be_published_is_said(client_of, event, many, organiser, people):
    client = client_of(organiser)
    client.post(f"{MANAGE}publish/")
    people(many, 1, kind="cso", town="Narni")
    page = client.post(f"{MANAGE}publish/", follow=True).content.decode()
    assert "È cambiato troppo poco dall’edizione 1" in page
    Event.objects.update(state="cancelled", cancelled_at=many.ends_at)
    assert "Le cifre si possono pubblicare" in client.post(f"{MANAGE}publish/", follow=True).content.decode()


def test_an_event_of_few_people_says_that_nothing_can_be_told(client_of, over, organiser, people):
    people(over, 4)
    assert "non se ne può dire nulla" in client_of(organiser).get(f"{MANAGE}public/").content.decode()
    assert "non se ne può dire nulla" in client_of(organiser).post(f"{MANAGE}publish/", follow=True).content.decode()


def test_withdrawing_what_nobody_published_says_so(client_of, many, organiser):
    page = client_of(organiser).post(f"{MANAGE}withdraw/", {"reason": "x"}, follow=True).content.decode()
    assert "Al momento non è pubblicato nulla" in page


def test_the_public_page_has_no_small_number_no_cookie_and_its_metadata(client, published):
    response = client.get("/en/events/info-day/figures/")
    page = response.content.decode()
    cells = re.findall(r'<td class="number">(\d+)</td>', page)
    assert cells
    assert all(int(number) == 0 or int(number) >= 5 for number in cells)
    assert "hidden" in page
    assert not response.cookies
    found = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert found["@type"] == "Dataset"
    assert found["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert {one["encodingFormat"] for one in found["distribution"]} == {"text/csv", "application/json"}
    for name in ("name", "description", "dct:identifier", "dct:rightsHolder", "dcat:theme", "dateModified"):
        assert found[name]


def test_the_csv_says_every_number_once_and_marks_those_that_are_hidden(client, published):
    response = client.get("/events/info-day/figures.csv")
    assert response["Access-Control-Allow-Origin"] == "*"
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert (rows[0]["table"], rows[0]["people"]) == ("total", "69")
    assert {row["told"] for row in rows} == {"yes", "no"}
    assert all((row["people"] == "") == (row["told"] == "no") for row in rows)
    assert all(int(row["people"]) == 0 or int(row["people"]) >= 5 for row in rows if row["people"])
    keys = [tuple(row[name] for name in ("table", "kind", "municipality", "week", "attendance")) for row in rows]
    assert len(keys) == len(set(keys))
    assert client.get("/events/info-day/figures.csv", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_the_json_is_the_edition_with_licence_and_rule(client, published):
    found = client.get("/events/info-day/figures.json").json()
    assert found["figures"] == {name: value for name, value in published.content.items() if name != "smallest"}
    assert found["rule"]["smallest_number_told"] == 5
    assert found["licence"]["name"] == "CC BY 4.0"
    assert found["edition"] == 1


def test_a_hostile_municipality_is_only_text_everywhere(client, client_of, over, organiser, people):
    for town in (HOSTILE, "Terni", "Narni"):
        people(over, 9, town=town, came=7, name=uuid.uuid4().hex[:6])
    services.publish(event=over, by=organiser)
    page = client.get("/events/info-day/figures/").content.decode()
    private = client_of(organiser).get(MANAGE).content.decode()
    for text in (page, private):
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text
    rows = list(csv.reader(io.StringIO(client.get(PUBLIC[1]).content.decode("utf-8-sig")), delimiter=";"))
    assert any(f"'{HOSTILE}" in row for row in rows)
    assert client_of(organiser).get(f"{MANAGE}figures.pdf").status_code == 200


@pytest.mark.parametrize("page", ["", "public/", "figures.pdf"])
def test_a_page_asks_as_many_questions_for_one_registration_as_for_thirty(client_of, over, organiser, people, page):
    client = client_of(organiser)

    def questions() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(MANAGE + page).status_code == 200
        return len(captured)

    people(over, 3, town="Comune 0", came=2, name="Ente")
    first = questions()
    for place in range(30):
        people(over, 3, town=f"Comune {place % 5}", came=2, name=f"Ente {place}", source=f"codice{place}")
    assert questions() == first <= 14


def test_the_public_page_asks_two_questions(client, published, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get("/events/info-day/figures/")


def test_every_plot_has_a_title_a_description_and_a_table_beside(client_of, many, organiser):
    page = client_of(organiser).get(MANAGE).content.decode()
    plots = re.findall(r"<svg class=\"plot\".*?</svg>.*?<table", page, re.S)
    assert len(plots) >= 5
    for plot in plots:
        assert re.search(
            r'role="img".*?<title id="[\w-]+-title">[^<]+</title><desc id="[\w-]+-desc">[^<]+</desc>', plot
        )
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_report_is_a_tagged_pdf_whose_plots_are_described(client_of, many, organiser):
    response = client_of(organiser).get(f"{MANAGE}figures.pdf")
    reader = PdfReader(io.BytesIO(response.content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    text = "".join(page.extract_text() for page in reader.pages)
    assert "Per tipo di ente" in text
    assert response["Cache-Control"] == "no-store, private"


def test_a_publication_before_its_edition_says_so_in_its_json(many, organiser):
    content = services.publish(event=many, by=organiser).content
    assert json.loads(Publication(many, content).json())["edition"] is None
