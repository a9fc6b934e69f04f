"""Who may open which page of amendments, and what it does."""

import io
from datetime import timedelta

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements import services as agreements
from agreements.amending import services
from agreements.models import Amendment, AmendmentDecision, Article, ArticleRevision
from tests.agreements.amending.conftest import accept, accept_changed, at, change, close, delete, insert, move, reject

pytestmark = pytest.mark.django_db
REVIEW = "/agreements/protocollo/review/"
PROPOSE = f"{REVIEW}amendments/v1/propose/"
DECIDE = "/manage/agreements/protocollo/amendments/"
PAGES = ["amendments/", "amendments/v1/table/", "redline/", "provenance/", "amendments/v1/propose/insert/"]


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_open_for_the_parties_and_organisers_alone(
    client, client_of, version, organiser, signatory, reviewer, stranger, path
):
    assert client.get(REVIEW + path).status_code == 302
    assert client_of(stranger).get(REVIEW + path).status_code == 404
    for user in (organiser, signatory, reviewer):
        assert client_of(user).get(REVIEW + path).status_code == 200


def test_all_parties_read_all_amendments(client_of, version, reviewer, orvietan, stranger):
    amendment = change(version, 6, "due volte", "tre volte", reviewer, reason="Due sono poche.")
    page = client_of(orvietan).get(amendment.get_absolute_url()).content.decode()
    assert "Due sono poche." in page
    assert "<ins>" in page
    assert "Comune di Terni" in client_of(orvietan).get(f"{REVIEW}amendments/").content.decode()
    assert client_of(stranger).get(amendment.get_absolute_url()).status_code == 404


def test_an_amendment_of_another_agreement_is_not_found_here(client_of, version, reviewer, organiser):
    amendment = delete(version, 7, reviewer)
    agreements.create(slug="altro", titles={"it": "Altro"}, organisations=[], articles=[], by=organiser)
    for path in (
        f"/agreements/altro/review/amendments/{amendment.pk}/",
        f"/manage/agreements/altro/amendments/{amendment.pk}/",
    ):
        assert client_of(organiser).get(path).status_code == 404


def test_a_change_is_written_looked_at_and_proposed(client_of, version, reviewer):
    client = client_of(reviewer)
    url = f"{PROPOSE}change/?article=6"
    form = client.get(url)
    assert "due volte l’anno" in form.content.decode()
    written = {
        "heading": "Azioni comuni",
        "source": "Le parti **si incontrano**.\n\n- uno\n- due",
        "reason": "È chiaro.",
    }
    looked = client.post(url, {**written, "preview": "1"})
    page = looked.content.decode()
    assert "<strong>si incontrano</strong>" in page
    assert "<del>" in page
    assert Amendment.objects.count() == 0
    done = client.post(url, written)
    amendment = Amendment.objects.get()
    assert done.url == amendment.get_absolute_url()
    assert amendment.source == written["source"]


def test_the_preview_follows_while_somebody_writes_and_proposes_nothing(client_of, version, reviewer):
    data = {"heading": "", "source": "**Ogni mese** <script>", "reason": "", "preview": "1"}
    looks = client_of(reviewer).post(f"{PROPOSE}change/?article=6", data, headers={"HX-Request": "true"})
    page = looks.content.decode()
    assert looks.status_code == 200
    assert "<strong>Ogni mese</strong> &lt;script&gt;" in page
    assert "<form" not in page, "a fragment"
    empty = client_of(reviewer).post(f"{PROPOSE}change/?article=6", {"preview": "1"}, headers={"HX-Request": "true"})
    assert empty.status_code == 200
    assert Amendment.objects.count() == 0


def test_the_decide_page_says_each_clash_and_begins_with_a_text(
    client_of, shared, version, reviewer, orvietan, organiser
):
    gone, moved = delete(version, 6, reviewer), move(version, 9, 1, reviewer)
    late = {
        "tolto nel frattempo": [change(version, 6, "due volte", "tre volte", orvietan), move(version, 6, 1, orvietan)],
        "già stato spostato": [move(version, 9, 3, orvietan)],
    }
    close(shared, organiser)
    accept(gone, organiser)
    accept(moved, organiser)
    for words, amendments in late.items():
        for amendment in amendments:
            page = client_of(organiser).get(f"{DECIDE}{amendment.pk}/")
            assert words in page.content.decode()
            assert page.context["form"]["source"].value()


def test_new_moved_and_removed_articles_are_proposed(client_of, version, reviewer):
    client = client_of(reviewer)
    client.post(
        f"{PROPOSE}insert/?article=3", {"after": "3", "heading": "Sede", "source": "A Terni.", "reason": "Manca."}
    )
    client.post(f"{PROPOSE}move/?article=6", {"after": "0", "reason": "È il primo."})
    client.post(f"{PROPOSE}delete/?article=7", {"reason": "Non serve."})
    found = [(a.kind, a.after and a.after.revisions.get().position) for a in Amendment.objects.order_by("number")]
    assert found == [("insert", 3), ("move", None), ("delete", None)]


@pytest.mark.parametrize(("path", "data"), [
    ("change/?article=6", {"heading": "Azioni comuni", "source": "", "reason": "x"}),
    ("change/?article=6", {"heading": "Azioni comuni", "source": "x", "reason": ""}),
    ("insert/", {"after": "99", "heading": "A", "source": "x", "reason": "x"}),
    ("insert/", {"after": "0", "heading": "A\nB\x00", "source": "x" * 20_001, "reason": "x"}),
    ("move/?article=6", {"after": "5", "reason": "dove sta già"}),
    ("delete/?article=6", {"reason": " "}),
])  # fmt: skip
def test_bad_input_is_refused_in_the_page_and_kept(client_of, version, reviewer, path, data):
    response = client_of(reviewer).post(PROPOSE + path, data)
    assert response.status_code == 422
    assert Amendment.objects.count() == 0


@pytest.mark.parametrize("path", ["change/", "change/?article=99", "change/?article=x", "nothing/?article=1"])
def test_what_does_not_exist_is_not_found(client_of, version, reviewer, path):
    assert client_of(reviewer).get(PROPOSE + path).status_code == 404
    assert client_of(reviewer).get(f"{REVIEW}amendments/v9/propose/insert/").status_code == 404


def test_who_comes_too_late_keeps_what_they_wrote(client_of, shared, version, reviewer, organiser):
    close(shared, organiser)
    written = {"heading": "Azioni comuni", "source": "Le parti si incontrano ogni mese.", "reason": "È chiaro."}
    late = client_of(reviewer).post(f"{PROPOSE}change/?article=6", written)
    assert late.status_code == 409
    page = late.content.decode()
    assert "si incontrano ogni mese" in page
    assert "Non è stato proposto nulla" in page
    assert Amendment.objects.count() == 0


def test_who_comes_too_late_proposes_the_same_text_on_the_next_version(client_of, shared, version, reviewer, organiser):
    close(shared, organiser)
    new = agreements.prepare_version(agreement=shared, note="n", by=organiser)
    text = at(new, 6)
    agreements.edit_article(
        revision=text, draft=agreements.Draft(text.heading, text.source.replace("due volte", "tre volte")), by=organiser
    )
    agreements.move_article(revision=text, up=True, by=organiser)
    agreements.share(agreement=shared, closes_at=timezone.now() + timedelta(days=1), by=organiser)
    written = {"heading": "Azioni comuni", "source": "Le parti si incontrano ogni mese.", "reason": "È chiaro."}
    client = client_of(reviewer)
    late = client.post(f"{PROPOSE}change/?article=6", written)
    assert late.status_code == 409
    assert "tre" in late.context["again"]["changed"]
    url = late.context["again"]["url"]
    assert url == f"{REVIEW}amendments/v2/propose/change/?article=5"
    assert client.post(url, written).status_code == 302
    assert Amendment.objects.get().version.number == 2


def test_the_form_of_a_closed_review_leads_back_to_the_list(client_of, shared, version, reviewer, organiser):
    close(shared, organiser)
    assert client_of(reviewer).get(f"{PROPOSE}change/?article=6").url == f"{REVIEW}amendments/"


def test_the_party_withdraws_on_its_page_and_others_may_not(client_of, version, reviewer, orvietan):
    amendment = delete(version, 7, reviewer)
    url = f"{amendment.get_absolute_url()}withdraw/"
    assert client_of(orvietan).post(url).status_code == 403
    assert client_of(reviewer).get(url).status_code == 405
    client_of(reviewer).post(url)
    amendment.refresh_from_db()
    assert amendment.state == "withdrawn"
    again = client_of(reviewer).post(url, follow=True)
    assert "deciso o ritirato" in again.content.decode()


# -- deciding --------------------------------------------------------------------------------------------------------


def test_decisions_are_for_organisers(client_of, shared, version, reviewer, signatory, stranger, organiser):
    amendment = delete(version, 7, reviewer)
    for user in (reviewer, signatory, stranger):
        assert client_of(user).get(f"{DECIDE}{amendment.pk}/").status_code == 403
        assert client_of(user).post(f"{DECIDE}{amendment.pk}/", {"outcome": "accepted"}).status_code == 403
    assert client_of(organiser).get(f"{DECIDE}{amendment.pk}/").url == amendment.get_absolute_url()
    close(shared, organiser)
    assert client_of(organiser).get(f"{DECIDE}{amendment.pk}/").status_code == 200


def posted(page, **changes):
    """The form of a decide page as a browser sends it."""
    form = page.context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    return {**values, "reason": "Condiviso.", **changes}


def test_an_amendment_is_accepted_on_its_page(client_of, shared, version, reviewer, organiser):
    amendment = change(version, 6, "due volte", "tre volte", reviewer)
    close(shared, organiser)
    client = client_of(organiser)
    page = client.get(f"{DECIDE}{amendment.pk}/")
    refused = client.post(f"{DECIDE}{amendment.pk}/", posted(page, outcome="accepted", reason=""))
    assert refused.status_code == 422
    assert client.post(f"{DECIDE}{amendment.pk}/", posted(page, outcome="accepted")).status_code == 302
    assert "tre volte" in at(shared.newest_version(), 6).source


def test_a_conflict_is_shown_in_words_and_needs_a_text_by_hand(
    client_of, shared, version, reviewer, orvietan, organiser
):
    first = change(version, 6, "due volte", "tre volte", reviewer)
    second = change(version, 6, "due volte", "quattro volte", orvietan)
    close(shared, organiser)
    accept(first, organiser)
    client = client_of(organiser)
    url = f"{DECIDE}{second.pk}/"
    page = client.get(url)
    text = page.content.decode()
    for words in ("Com’era davanti alle parti", "Com’è ora", "Come è proposto", "⟦ORA: tre⟧⟦PROPOSTO: quattro⟧"):
        assert words in text
    assert "accogli come proposto" not in text
    assert client.post(url, posted(page, outcome="accepted")).status_code == 422
    assert client.post(url, posted(page, outcome="accepted_changed")).status_code == 422, "the marks still stand"
    source = page.context["form"]["source"].value().replace("⟦ORA: tre⟧⟦PROPOSTO: quattro⟧", "tre o quattro")
    assert client.post(url, posted(page, outcome="accepted_changed", source=source)).status_code == 302
    assert AmendmentDecision.objects.get(amendment=second).outcome == "accepted_changed"
    assert "tre o quattro volte" in at(shared.newest_version(), 6).source


def test_a_page_that_another_decision_overtook_keeps_what_was_written(
    client_of, shared, version, reviewer, orvietan, organiser
):
    first = change(version, 6, "due volte", "tre volte", reviewer)
    second = change(version, 6, "due volte", "quattro volte", orvietan)
    close(shared, organiser)
    client, url = client_of(organiser), f"{DECIDE}{second.pk}/"
    page = client.get(url)
    accept(first, organiser)
    overtaken = client.post(url, posted(page, outcome="accepted_changed", source="Il mio testo."))
    assert overtaken.status_code == 409
    assert "Il mio testo." in overtaken.content.decode()
    assert "⟦" not in overtaken.context["form"]["source"].value()
    again = {**overtaken.context["form"].data.dict(), "outcome": "accepted_changed"}
    assert client.post(url, again).status_code == 302
    assert at(shared.newest_version(), 6).source == "Il mio testo."


def test_a_removal_despite_a_change_is_a_choice_of_its_own(client_of, shared, version, reviewer, orvietan, organiser):
    changed, gone = change(version, 6, "due volte", "tre volte", orvietan), delete(version, 6, reviewer)
    close(shared, organiser)
    accept(changed, organiser)
    client, url = client_of(organiser), f"{DECIDE}{gone.pk}/"
    page = client.get(url)
    assert "despite" in dict(page.context["form"].fields["outcome"].choices)
    assert client.post(url, posted(page, outcome="despite")).status_code == 302
    assert AmendmentDecision.objects.get(amendment=gone).is_removed


def test_what_was_decided_meanwhile_says_so(client_of, shared, version, reviewer, organiser):
    amendment = delete(version, 7, reviewer)
    close(shared, organiser)
    client = client_of(organiser)
    page = client.get(f"{DECIDE}{amendment.pk}/")
    reject(amendment, organiser)
    late = client.post(f"{DECIDE}{amendment.pk}/", posted(page, outcome="accepted"), follow=True)
    assert "già" in late.content.decode()
    assert AmendmentDecision.objects.get().outcome == "rejected"


def test_sharing_with_undecided_amendments_lists_them(client_of, shared, version, reviewer, organiser):
    delete(version, 7, reviewer)
    delete(version, 8, reviewer)
    close(shared, organiser)
    response = client_of(organiser).post("/manage/agreements/protocollo/freeze/", follow=True)
    assert "1.1, 1.2" in response.content.decode()


# -- tables, redlines, hostile text ------------------------------------------------------------------------------------


@pytest.fixture
def decided(shared, version, reviewer, orvietan, organiser):
    """One of each kind, decided in each way; one withdrawn."""
    made = [
        change(version, 6, "due volte", "tre volte", reviewer), insert(version, 3, "Sede", "A Terni.", orvietan),
        delete(version, 7, reviewer), move(version, 9, 1, orvietan), delete(version, 8, reviewer),
    ]  # fmt: skip
    services.withdraw(amendment=made[4], by=reviewer)
    close(shared, organiser)
    accept(made[0], organiser)
    seen = services.foresee(made[1], shared.newest_version()).seen
    accept_changed(made[1], organiser, agreements.Draft("Sede", "A Narni."), seen)
    reject(made[2], organiser, "Le risorse restano.")
    accept(made[3], organiser)
    return made


def text_of(response) -> str:
    reader = pypdf.PdfReader(io.BytesIO(response.content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_change_table_says_article_proposer_outcome_and_reason(client_of, decided, signatory):
    client = client_of(signatory)
    page = client.get(f"{REVIEW}amendments/v1/table/").content.decode()
    for words in (
        "Comune di Orvieto",
        "Le risorse restano.",
        "accolto con modifiche",
        "respinto",
        "ritirato",
        "dopo l’articolo 1",
        "A Narni.",
    ):
        assert words in page
    paper = client.get(f"{REVIEW}amendments/v1/table.pdf")
    assert paper["Content-Type"] == "application/pdf"
    text = text_of(paper)
    for words in (
        "[tolto: due",
        "[aggiunto: tre",
        "Le risorse restano.",
        "Comune di Orvieto",
        "accolto con modifiche",
    ):
        assert words in text


def test_any_two_versions_are_compared_on_screen_and_on_paper(client_of, decided, organiser, signatory):
    client = client_of(organiser)
    page = client.get(f"{REVIEW}redline/?old=1&new=2").content.decode()
    assert "<ins>" in page
    assert "spostato" in page
    text = text_of(client.get(f"{REVIEW}redline.pdf?old=1&new=2"))
    assert "[aggiunto: tre" in text
    assert client.get(f"{REVIEW}redline/?old=2&new=1").status_code == 200
    party = client_of(signatory)
    for path in ("redline/?old=1&new=2", "redline.pdf?old=1&new=2", "provenance/?version=2", "redline/?old=x&new=1"):
        assert party.get(REVIEW + path).status_code == 404, "a version in preparation is not for the parties"


def test_the_list_is_filtered(client_of, decided, signatory, terni):
    client = client_of(signatory)

    def numbers(query):
        return [row.amendment.number for row in client.get(f"{REVIEW}amendments/?{query}").context["page"]]

    assert numbers("") == [2, 1, 3, 5, 4], "by article"
    assert sorted(numbers("version=1&state=accepted")) == [1, 4]
    assert numbers("version=1&party=0") == []
    party = decided[0].party.pk
    assert sorted(numbers(f"version=1&party={party}")) == [1, 3, 5]
    assert sorted(numbers("version=1&state=nonsense")) == [1, 2, 3, 4, 5]


def test_hostile_markdown_is_shown_as_text_everywhere(client_of, shared, version, reviewer, organiser):
    evil = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>\n\n" + "- " * 300
    client = client_of(reviewer)
    data = {"after": "1", "heading": "<b>Titolo</b>", "source": evil, "reason": "<script>alert(2)</script>"}
    looked = client.post(f"{PROPOSE}insert/", {**data, "preview": "1"})
    client.post(f"{PROPOSE}insert/", data)
    amendment = Amendment.objects.get()
    close(shared, organiser)
    pages = [looked, client.get(amendment.get_absolute_url()), client.get(f"{REVIEW}amendments/v1/table/")]
    pages.append(client_of(organiser).get(f"{DECIDE}{amendment.pk}/"))
    accept(amendment, organiser, "<script>alert(3)</script>")
    organisers = client_of(organiser)
    pages += [organisers.get(f"{REVIEW}{path}") for path in ("provenance/", "redline/", "amendments/")]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<b>Titolo" not in text
        assert 'href="javascript' not in text


def _more(version, organiser, numbers) -> None:
    """An article and a rejected amendment each, without the services: only their number matters."""
    for number in numbers:
        article = Article.objects.create(agreement=version.agreement)
        base = ArticleRevision.objects.create(
            version=version,
            article=article,
            position=100 + number,
            heading=f"Articolo {number}",
            source="Le parti decidono.",
        )
        amendment = Amendment.objects.create(
            version=version, number=number, kind="change", article=article, base=base, heading=base.heading,
            source="Le parti decidono insieme.", reason="x", author=organiser, state="rejected",
            party=version.agreement.parties.first() if number % 2 else None, settled_at=version.created_at,
        )  # fmt: skip
        AmendmentDecision.objects.create(amendment=amendment, outcome="rejected", reason="x", by=organiser)


@pytest.mark.parametrize("path", ["amendments/", "amendments/v1/table/", "provenance/", "redline/?old=1&new=1", ""])
def test_200_articles_with_200_amendments_cost_as_many_queries_as_two(
    client_of, shared, version, organiser, django_assert_num_queries, path
):
    client = client_of(organiser)
    _more(version, organiser, (1, 2))
    with CaptureQueriesContext(connection) as few:
        assert client.get(REVIEW + path).status_code == 200
    _more(version, organiser, range(3, 201))
    with django_assert_num_queries(len(few)):
        assert client.get(REVIEW + path).status_code == 200
    assert len(few) <= 25
