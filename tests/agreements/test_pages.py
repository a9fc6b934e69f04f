"""Who may open which page, and what it does."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agreements import services
from agreements.models import Adhesion, Agreement, Comment, SignedFile

pytestmark = pytest.mark.django_db
REVIEW = "/agreements/protocollo/review/"


def test_the_public_sees_only_what_is_published(client, shared, organiser):
    assert client.get("/agreements/protocollo/").status_code == 404
    services.publish(agreement=shared, by=organiser)
    page = client.get("/agreements/protocollo/").content.decode()
    assert "Comune di Orvieto" in page
    assert "Impegni dei Comuni" not in page, "the text under negotiation is not public"
    assert client.cookies == {}


def test_the_review_opens_for_the_parties_and_organisers_alone(
    client, client_of, shared, organiser, signatory, reviewer, stranger
):
    assert client.get(REVIEW).status_code == 302
    assert client_of(stranger).get(REVIEW).status_code == 404
    for user in (organiser, signatory, reviewer):
        assert "Impegni dei Comuni" in client_of(user).get(REVIEW).content.decode()


def test_a_draft_is_not_for_the_parties(client_of, draft, signatory, organiser):
    assert client_of(signatory).get(REVIEW).status_code == 404
    assert client_of(organiser).get(REVIEW).status_code == 200


def test_a_version_in_preparation_is_not_for_the_parties(client_of, shared, signatory, organiser):
    services.close_observations(agreement=shared, by=organiser)
    version = services.prepare_version(agreement=shared, note="n", by=organiser)
    services.edit_article(revision=version.in_order()[0], draft=services.Draft("Segreto", "x"), by=organiser)
    assert "Segreto" not in client_of(signatory).get(REVIEW).content.decode()
    assert client_of(signatory).get(f"{REVIEW}?to=2").status_code == 404
    assert "Segreto" in client_of(organiser).get(f"{REVIEW}?to=2").content.decode()


def test_a_comment_for_the_own_office_is_not_shown_to_others(client_of, shared, signatories, reviewer):
    revision = shared.newest_version().in_order().first()
    url = f"{REVIEW}articles/{revision.pk}/comment/"
    client_of(reviewer).post(url, {"body": "Solo per noi <script>", "visibility": "own_office"})
    client_of(reviewer).post(url, {"body": "Per tutti", "visibility": "all_parties"})
    assert Comment.objects.count() == 2
    own = client_of(signatories[0]).get(REVIEW).content.decode()
    assert "Solo per noi &lt;script&gt;" in own
    other = client_of(signatories[2]).get(REVIEW).content.decode()
    assert "Solo per noi" not in other
    assert "Per tutti" in other


def test_an_article_of_another_agreement_cannot_be_commented(client_of, shared, draft, organiser, reviewer):
    other = services.create(
        slug="altro", titles={"it": "Altro"}, organisations=[], articles=[services.Draft("A", "b")], by=organiser
    )
    revision = other.newest_version().in_order().first()
    response = client_of(reviewer).post(
        f"{REVIEW}articles/{revision.pk}/comment/", {"body": "x", "visibility": "all_parties"}
    )
    assert response.status_code == 404


def test_remarks_without_a_word_are_refused_in_the_page(client_of, shared, signatory):
    response = client_of(signatory).post(f"{REVIEW}position/", {"kind": "remarks", "note": ""})
    assert response.status_code == 422
    assert shared.open_round().positions.count() == 0


def test_the_adhesion_page_names_the_hash_and_never_says_firma_of_itself(client_of, signing, signatory):
    page = client_of(signatory).get(REVIEW).content.decode()
    assert signing.current_document().sha256 in page
    assert "Non è una firma digitale" in page
    done = client_of(signatory).post(
        f"{REVIEW}adhere/", {"name": "Silvia", "office_held": "Assessore", "declared": "on"}
    )
    assert done.status_code == 302
    assert signing.current_document().sha256 in Adhesion.objects.get().statement


def test_the_office_may_not_adhere(client_of, signing, reviewer):
    response = client_of(reviewer).post(f"{REVIEW}adhere/", {"name": "R", "office_held": "U", "declared": "on"})
    assert response.status_code == 403


def test_uploads_that_are_too_large_or_of_another_kind_are_refused_in_the_page(client_of, signing, signatory, settings):
    client = client_of(signatory)
    refused = client.post(f"{REVIEW}upload/", {"file": SimpleUploadedFile("virus.pdf", b"MZ" * 100)})
    assert refused.status_code == 422
    settings.MAX_SIGNED_FILE_BYTES = 10
    refused = client.post(f"{REVIEW}upload/", {"file": SimpleUploadedFile("grande.pdf", b"%PDF-" + b"x" * 100)})
    assert refused.status_code == 422
    assert SignedFile.objects.count() == 0


def test_a_hostile_file_name_starts_no_header_and_the_bytes_come_back(client_of, signing, signatory):
    content = b"%PDF-1.7 contenuto"
    name = 'atto"; filename="x.html\r\nX-Evil: 1'
    client_of(signatory).post(f"{REVIEW}upload/", {"file": SimpleUploadedFile(name, content)})
    kept = SignedFile.objects.get()
    response = client_of(signatory).get(f"{REVIEW}files/{kept.pk}/")
    assert response.content == content
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")
    assert "X-Evil" not in response.headers


def test_the_frozen_bytes_are_served_as_they_were_stored(client, client_of, signing, organiser, stranger, signatory):
    url = "/agreements/protocollo/document.pdf"
    assert client.get(url).status_code == 404
    assert client_of(stranger).get(url).status_code == 404
    assert client_of(signatory).get(url).content == bytes(signing.current_document().content)
    services.publish(agreement=signing, by=organiser)
    assert client.get(url).content == bytes(signing.current_document().content)


@pytest.mark.parametrize("path", ["", "new/", "protocollo/", "protocollo/audit/", "protocollo/articles/add/"])
def test_organisers_pages_are_for_organisers(client_of, shared, signatory, stranger, path):
    for user in (signatory, stranger):
        assert client_of(user).get(f"/manage/agreements/{path}").status_code in {403, 405}


def test_a_verb_at_the_wrong_time_says_so_and_changes_nothing(client_of, shared, organiser):
    response = client_of(organiser).post("/manage/agreements/protocollo/freeze/", follow=True)
    assert "nel frattempo" in response.content.decode()
    shared.refresh_from_db()
    assert shared.state == Agreement.State.SHARED


def test_a_missing_pango_is_said_and_changes_nothing(client_of, shared, organiser, monkeypatch):
    services.close_observations(agreement=shared, by=organiser)
    import builtins

    real = builtins.__import__

    def without_weasyprint(name, *args, **kwargs):
        if name.startswith(("weasyprint", "django_weasyprint")):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_weasyprint)
    response = client_of(organiser).post("/manage/agreements/protocollo/freeze/")
    monkeypatch.undo()
    assert response.status_code == 302
    shared.refresh_from_db()
    assert shared.state == Agreement.State.OBSERVATIONS_CLOSED


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_whatever_its_length(client_of, organiser, count, django_assert_max_num_queries):
    for number in range(count):
        services.create(slug=f"p{number}", titles={"it": "P"}, organisations=[], articles=[], by=organiser)
    client = client_of(organiser)
    with django_assert_max_num_queries(8):
        assert client.get("/manage/agreements/").status_code == 200


def test_the_same_click_twice_makes_one_draft(client_of, organiser, association, terni, orvieto, narni):
    client = client_of(organiser)
    key = client.get("/manage/agreements/").context["key"]
    first, second = (client.post("/manage/agreements/new/", {"key": key}) for _ in range(2))
    assert first.url == second.url == f"/manage/agreements/protocollo-{key}/"
    assert Agreement.objects.count() == 1


def test_a_draft_needs_its_parties_in_the_directory(client_of, organiser, terni):
    response = client_of(organiser).post("/manage/agreements/new/", follow=True)
    assert "Comune di Orvieto" in response.content.decode()
    assert Agreement.objects.count() == 0
