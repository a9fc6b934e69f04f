"""Who may open which page of the approval, and what it does."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from agreements import services
from agreements.approving import services as approving
from agreements.approving.posting import day_in_rome
from agreements.approving.standing import current_text
from agreements.models import Agreement, ApprovalAct, Mandate, NonSubstantialChange, Objection
from tests.agreements.conftest import act_of, before_bodies, mandate_for

pytestmark = pytest.mark.django_db
PAGE = "/agreements/protocollo/review/approval/"
MANAGE = "/manage/agreements/protocollo/"


def act_values(party, **values):
    mandate = party.mandates.first()
    return {
        "body_kind": "executive", "act_type": "deliberazione", "number": "12", "effect": "at_once",
        "adopted_on": day_in_rome(timezone.now()).isoformat(), "signatory": mandate.pk if mandate else "",
        "text": current_text(party.agreement),
    } | values  # fmt: skip


def test_the_board_opens_for_the_parties_and_organisers_alone(
    client, client_of, in_approval, organiser, signatory, reviewer, stranger
):
    assert client.get(PAGE).status_code == 302
    assert client_of(stranger).get(PAGE).status_code == 404
    for user in (organiser, signatory, reviewer):
        page = client_of(user).get(PAGE).content.decode()
        assert "Comune di Orvieto" in page
        assert "schema ricevuto, atto atteso" in page


@pytest.mark.parametrize("verb", ["mandate", "act", "changes", "refuse", "declare"])
def test_a_party_of_others_does_not_exist_for_a_signatory(client_of, in_approval, signatory, orvieto, stranger, verb):
    foreign = in_approval.parties.get(organisation=orvieto)
    for user in (signatory, stranger):
        assert client_of(user).get(f"{PAGE}{foreign.pk}/{verb}/").status_code == 404
        assert client_of(user).post(f"{PAGE}{foreign.pk}/{verb}/").status_code == 404


@pytest.mark.parametrize(("verb", "status"), [("mandate", 200), ("changes", 403), ("refuse", 403), ("declare", 403)])
def test_the_office_records_and_does_not_decide(client_of, party, reviewer, verb, status):
    assert client_of(reviewer).get(f"{PAGE}{party.pk}/{verb}/").status_code == status


def test_an_organiser_declares_nothing_for_a_party(client_of, party, organiser):
    assert client_of(organiser).get(f"{PAGE}{party.pk}/declare/").status_code == 403


@pytest.mark.parametrize("path", ["finalise/", "send/", "parties/add/", "parties/1/remove/", "mandates/1/end/"])
def test_organisers_verbs_are_for_organisers(client_of, in_approval, signatory, reviewer, stranger, path):
    for user in (signatory, reviewer, stranger):
        assert client_of(user).post(f"{MANAGE}approval/{path}").status_code == 403


def test_an_office_writes_down_who_signs_and_then_the_act(client_of, party, reviewer):
    client = client_of(reviewer)
    assert client.get(f"{PAGE}{party.pk}/act/").url.endswith(f"/{party.pk}/mandate/")
    today = day_in_rome(timezone.now()).isoformat()
    client.post(f"{PAGE}{party.pk}/mandate/", {
        "person_name": "Silvia", "office_held": "Assessora", "source": "delegation", "valid_from": today,
        "file": SimpleUploadedFile("delega.pdf", b"%PDF-1.7 delega"),
    })  # fmt: skip
    mandate = Mandate.objects.get()
    file = SimpleUploadedFile('delibera"\r\nX: 1.pdf', b"%PDF-1.7 delibera")
    assert client.post(f"{PAGE}{party.pk}/act/", act_values(party, file=file)).status_code == 302
    act = ApprovalAct.objects.get()
    assert (act.signatory, act.on_behalf) == (mandate, False)
    response = client.get(f"{PAGE}acts/{act.pk}/file/")
    assert response.content == b"%PDF-1.7 delibera"
    assert "X" not in response.headers
    assert "dal suo ufficio" in client.get(PAGE).content.decode()


def test_a_mandates_paper_is_for_the_own_office_and_organisers(client_of, party, signatories, organiser, stranger):
    paper = approving.Paper(filename="delega.pdf", content=b"%PDF-1")
    kept = mandate_for(party, organiser, paper=paper)
    url = f"{PAGE}mandates/{kept.pk}/file/"
    assert client_of(signatories[0]).get(url).content == b"%PDF-1"
    assert client_of(organiser).get(url).status_code == 200
    for user in (signatories[1], signatories[2], stranger):
        assert client_of(user).get(url).status_code == 404
        assert "delega.pdf" not in client_of(user).get(PAGE).content.decode()


@pytest.mark.parametrize(("values", "field"), [
    ({"body_kind": "other"}, "body_label"),
    ({"body_kind": "giunta"}, "body_kind"),
    ({"adopted_on": "2999-01-01"}, "adopted_on"),
    ({"adopted_on": "30 febbraio"}, "adopted_on"),
    ({"posted_on": "2026-01-01"}, "posted_on"),
    ({"effect": "after_posting", "posted_on": "2000-01-01"}, "posted_on"),
    ({"certified_on": "2000-01-01"}, "certified_on"),
    ({"signatory": "999999"}, "signatory"),
    ({"link": "javascript:alert(1)"}, "link"),
    ({"link": "http://comune.example.org/albo"}, "link"),
    ({"number": "x" * 51}, "number"),
    ({"number": "1\n2"}, "number"),
    ({"file": SimpleUploadedFile("v.pdf", b"MZ\x90")}, "file"),
])  # fmt: skip
def test_a_wrong_act_is_refused_in_the_page_with_what_to_do(client_of, party, organiser, values, field):
    mandate_for(party, organiser)
    response = client_of(organiser).post(f"{PAGE}{party.pk}/act/", act_values(party, **values))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not ApprovalAct.objects.exists()


def test_a_file_over_ten_megabytes_is_refused(client_of, party, organiser):
    mandate_for(party, organiser)
    large = SimpleUploadedFile("grande.pdf", b"%PDF-" + b"x" * (10 * 1024 * 1024))
    response = client_of(organiser).post(f"{PAGE}{party.pk}/act/", act_values(party, file=large))
    assert response.status_code == 422


def test_a_foreign_mandate_is_no_choice(client_of, in_approval, party, organiser, reviewer):
    mandate_for(party, organiser)
    foreign = mandate_for(in_approval.parties.get(position=1), organiser)
    response = client_of(reviewer).post(f"{PAGE}{party.pk}/act/", act_values(party, signatory=foreign.pk))
    assert response.status_code == 422


def test_the_same_click_twice_records_one_act(client_of, party, organiser, reviewer):
    mandate_for(party, organiser)
    values = act_values(party)
    client_of(reviewer).post(f"{PAGE}{party.pk}/act/", values)
    second = client_of(reviewer).post(f"{PAGE}{party.pk}/act/", values, follow=True)
    assert "un momento prima" in second.content.decode()
    assert ApprovalAct.objects.count() == 1


def test_a_stale_page_decides_nothing(client_of, in_approval, party, organiser, signatory):
    mandate_for(party, organiser)
    values = act_values(party)
    version = services.prepare_version(agreement=in_approval, note="n", by=organiser)
    revision = version.in_order()[0]
    services.edit_article(revision=revision, draft=services.Draft("P", "Altro."), by=organiser)
    page = client_of(signatory).post(f"{PAGE}{party.pk}/act/", values, follow=True)
    assert "è andato avanti" in page.content.decode() or "nel frattempo" in page.content.decode()
    before_bodies(in_approval, organiser)
    page = client_of(signatory).post(f"{PAGE}{party.pk}/act/", values, follow=True)
    assert "Il testo è cambiato da quando hai aperto la pagina" in page.content.decode()
    refused = {"body_label": "Giunta", "reason": "r", "text": values["text"]}
    client_of(signatory).post(f"{PAGE}{party.pk}/refuse/", refused)
    assert not ApprovalAct.objects.exists()
    assert not Objection.objects.exists()


def test_a_text_in_preparation_is_not_shown_to_the_parties(client_of, in_approval, organiser, signatory):
    version = services.prepare_version(agreement=in_approval, note="n", by=organiser)
    draft = services.Draft("P", "Segreto, tra [[parti]] e [[segreto]].")
    services.edit_article(revision=version.in_order()[0], draft=draft, by=organiser)
    assert "[[segreto]]" in client_of(organiser).get(PAGE).content.decode()
    assert "segreto" not in client_of(signatory).get(PAGE).content.decode().lower()


def test_an_unknown_place_is_named_with_what_to_do(client_of, closed, organiser):
    version = services.prepare_version(agreement=closed, note="n", by=organiser)
    services.edit_article(revision=version.in_order()[0], draft=services.Draft("P", "A [[luogo]]."), by=organiser)
    values = {"legal_contact": "S", "legal_contact_office": "S", "confirmed": "on"}
    page = client_of(organiser).post(f"{MANAGE}approval/finalise/", values, follow=True).content.decode()
    assert "[[luogo]]" in page
    assert "[[parti]], [[data]], [[atti]]" in page
    closed.refresh_from_db()
    assert closed.state == Agreement.State.CONSOLIDATED


def test_the_page_says_what_is_missing_before_the_button(client_of, in_approval, organiser):
    page = client_of(organiser).get(PAGE).content.decode()
    assert "Manca l’atto di Comune di Narni" in page
    assert "/freeze/" not in page
    refused = client_of(organiser).post(f"{MANAGE}freeze/", follow=True).content.decode()
    assert "Il testo non può ancora diventare definitivo" in refused
    for one in in_approval.parties.all():
        act_of(one, organiser)
    assert "/freeze/" in client_of(organiser).get(PAGE).content.decode()
    client_of(organiser).post(f"{MANAGE}freeze/")
    in_approval.refresh_from_db()
    assert in_approval.state == Agreement.State.FROZEN


def test_a_signatory_reads_the_differences_and_declares(client_of, in_approval, party, organiser, signatory):
    act_of(party, organiser)
    version = services.prepare_version(agreement=in_approval, note="n", by=organiser)
    first = version.in_order()[0]
    draft = services.Draft(first.heading, first.source + " Refuso corretto.")
    services.edit_article(revision=first, draft=draft, by=organiser)
    before_bodies(in_approval, organiser)
    client = client_of(signatory)
    assert "atto su un testo precedente" in client.get(PAGE).content.decode()
    page = client.get(f"{PAGE}{party.pk}/declare/").content.decode()
    assert "<ins>" in page
    assert page.count("<article") == 1, "only what differs"
    values = {
        "declared_by": "Silvia",
        "office_held": "Assessora",
        "reason": "Refuso.",
        "text": current_text(in_approval),
    }
    assert client.post(f"{PAGE}{party.pk}/declare/", values).status_code == 422
    client.post(f"{PAGE}{party.pk}/declare/", values | {"confirmed": "on"})
    assert NonSubstantialChange.objects.count() == 1
    assert "Dichiarata non sostanziale da Silvia, Assessora" in client.get(PAGE).content.decode()


def test_the_public_reads_body_number_and_date_and_no_name(client, in_approval, organiser, party):
    mandate = mandate_for(party, organiser, person_name="Persona Riservata")
    paper = approving.Paper(link="https://comune.example.org/albo/12", filename="riservato.pdf", content=b"%PDF-1")
    act_of(party, organiser, signatory=mandate, number="12/2026", paper=paper)
    services.publish(agreement=in_approval, by=organiser)
    page = client.get("/agreements/protocollo/").content.decode()
    assert "12/2026" in page
    assert "giunta" in page
    assert "https://comune.example.org/albo/12" in page
    for private in ("Persona Riservata", "riservato.pdf", organiser.email, organiser.name):
        assert private not in page


def test_an_organiser_adds_and_removes_a_party(client_of, in_approval, organiser, party, signatory):
    client = client_of(organiser)
    client.post(f"{MANAGE}approval/parties/{party.pk}/remove/", {"reason": "Recede."})
    assert in_approval.parties.count() == 3
    assert client_of(signatory).get(PAGE).status_code == 404, "who left reads no more"
    assert client.post(f"{MANAGE}approval/parties/{party.pk}/remove/", {"reason": "x"}).status_code == 404
    values = {"organisation": party.organisation_id, "kind": "public"}
    client.post(f"{MANAGE}approval/parties/add/", values)
    assert in_approval.parties.count() == 4
    assert client.post(f"{MANAGE}approval/parties/add/", values).status_code == 422


def test_a_date_that_has_passed_is_no_date_for_the_bodies(client_of, closed, organiser):
    approving.finalise(agreement=closed, legal_contact="S", legal_contact_office="S", by=organiser)
    past = (timezone.localtime() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert client_of(organiser).post(f"{MANAGE}approval/send/", {"answer_by": past}).status_code == 422


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_costs_the_same_whatever_the_parties(
    client_of, organiser, terni, count, django_assert_max_num_queries
):
    from organisations.models import Organisation

    bodies = [(Organisation.objects.create(name=f"Ente {n}", kind=terni.kind), "public") for n in range(count)]
    agreement = services.create(
        slug="molti", titles={"it": "Molti"}, organisations=bodies, articles=[services.Draft("A", "b [[atti]]")],
        by=organiser,
    )  # fmt: skip
    services.share(agreement=agreement, closes_at=timezone.now() + timedelta(days=1), by=organiser)
    services.close_observations(agreement=agreement, by=organiser)
    before_bodies(agreement, organiser)
    for one in agreement.parties.all():
        act_of(one, organiser)
    client = client_of(organiser)
    client.get("/agreements/molti/review/approval/")
    with django_assert_max_num_queries(34):
        assert client.get("/agreements/molti/review/approval/").status_code == 200
