"""Nobody sees another office's threads: each role at each address, and every way out."""

from datetime import timedelta

import pytest
from django.core import serializers
from django.utils import timezone

from agreements import services
from agreements.discussing import services as discussing
from agreements.discussing import trail
from agreements.models import AuditEvent, Comment, Thread
from notifications.models import Delivery
from organisations.models import RoleGrant
from organisations.roles import Role

pytestmark = pytest.mark.django_db
REVIEW = "/agreements/protocollo/review/"
#: Who reads which of Terni's threads.
READS = {
    "reviewer": {"own_office", "organisers", "all_parties"},
    "signatory": {"own_office", "organisers", "all_parties"},
    "organiser": {"organisers", "all_parties"},
    "narni_reviewer": {"all_parties"},
    "stranger": set(),
    "gone_reviewer": set(),
    "anonymous": set(),
}
VISIBILITIES = ("own_office", "organisers", "all_parties")


def client_for(name, request, client, client_of):
    return client if name == "anonymous" else client_of(request.getfixturevalue(name))


@pytest.fixture
def threads(begin, terni, gone_reviewer):
    """One of each; Gino wrote one more while he was still of the office."""
    found = {visibility: begin(visibility, body=f"Segno {visibility}") for visibility in VISIBILITIES}
    grant = RoleGrant.objects.create(user=gone_reviewer, role=Role.REVIEWER, organisation=terni)
    begin("own_office", body="Segno di Gino", by=gone_reviewer)
    grant.delete()
    return found


@pytest.mark.parametrize("who", READS)
def test_the_review_page_shows_each_role_what_it_may_read_and_no_number_of_the_rest(
    who, request, client, client_of, threads
):
    page = client_for(who, request, client, client_of).get(REVIEW).content.decode()
    for visibility in VISIBILITIES:
        assert (f"Segno {visibility}" in page) == (visibility in READS[who]), visibility
        assert (f"thread-{threads[visibility].pk}" in page) == (visibility in READS[who])
    assert ("Segno di Gino" in page) == (who in {"reviewer", "signatory"})


@pytest.mark.parametrize("who", READS)
@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_each_address_of_a_thread_is_not_there_for_who_may_not_read_it(
    who, visibility, request, client, client_of, threads
):
    client, thread = client_for(who, request, client, client_of), threads[visibility]
    comment = thread.comments.get()
    may = visibility in READS[who]
    refused = 302 if who == "anonymous" else 404
    url = thread.get_absolute_url()
    assert client.get(url).status_code == (200 if may else refused)
    before = (Comment.objects.count(), AuditEvent.objects.count())
    attempts = [
        client.get(f"{REVIEW}comments/{comment.pk}/correct/"),
        client.post(f"{REVIEW}comments/{comment.pk}/correct/", {"body": ""}),
    ]
    assert {r.status_code for r in attempts} <= ({200, 422} if who == "reviewer" else {refused})
    if not may:
        answers = [
            client.post(url, {"body": "Intruso"}),
            client.post(f"{url}resolve/", {"why": "Intruso"}),
            client.post(f"{url}reopen/"),
        ]
        assert {answer.status_code for answer in answers} == {refused}
        assert (Comment.objects.count(), AuditEvent.objects.count()) == before


def test_the_page_is_the_same_for_others_with_and_without_private_threads(client_of, shared, narni_reviewer, begin):
    def page():
        return client_of(narni_reviewer).get(REVIEW).content.decode().split("<main", 1)[1].split("csrf", 1)[0]

    page()  # its first reading is on record
    without = page()
    for _number in range(3):
        begin("own_office")
        begin("organisers")
    assert page() == without


def test_a_reply_is_for_the_readers_of_its_thread_and_nobody_else(
    client_of, threads, organiser, narni_reviewer, reviewer
):
    discussing.reply(thread=threads["organisers"], body="Risposta riservata", by=organiser)
    assert "Risposta riservata" not in client_of(narni_reviewer).get(REVIEW).content.decode()
    assert "Risposta riservata" in client_of(reviewer).get(REVIEW).content.decode()


def test_what_organisers_keep_to_themselves_is_for_organisers(client_of, revision, organiser, reviewer, shared):
    discussing.begin(revision=revision, body="Fra noi", visibility="own_office", by=organiser)
    assert "Fra noi" not in client_of(reviewer).get(REVIEW).content.decode()
    assert "Fra noi" in client_of(organiser).get(REVIEW).content.decode()


def test_who_left_no_longer_sees_the_page_and_what_they_wrote_stays_with_name_and_party(
    client_of, threads, gone_reviewer, signatory
):
    assert client_of(gone_reviewer).get(REVIEW).status_code == 404
    page = client_of(signatory).get(REVIEW).content.decode()
    assert "Gino Passato" in page
    with pytest.raises(services.NotEntitled):
        discussing.reply(thread=threads["own_office"], body="x", by=gone_reviewer)


def test_who_moved_to_another_party_no_longer_reads_what_they_wrote_for_the_first(
    client_of, threads, gone_reviewer, narni
):
    RoleGrant.objects.create(user=gone_reviewer, role=Role.REVIEWER, organisation=narni)
    page = client_of(gone_reviewer).get(REVIEW).content.decode()
    assert "Segno all_parties" in page
    assert "Segno di Gino" not in page


def test_no_mail_no_trail_no_paper_carries_what_was_written(shared, threads, organiser, signatory, client, client_of):
    trail.anchor_due()
    trail.anchor_due(timezone.now() + timedelta(days=1))
    services.close_observations(agreement=shared, by=organiser)
    document = services.freeze(agreement=shared, by=organiser)
    services.publish(agreement=shared, by=organiser)
    import io

    import pypdf

    paper = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(bytes(document.content))).pages)
    rows = serializers.serialize("json", [*Delivery.objects.all(), *AuditEvent.objects.all()])
    pages = [client.get("/agreements/protocollo/"), client.get("/"), client.get("/agreements/")]
    pages += [client_of(organiser).get(url) for url in (
        "/manage/agreements/protocollo/", "/manage/agreements/protocollo/audit/", "/manage/",
        "/manage/agreements/protocollo/review/parties/",
    )]  # fmt: skip
    for text in (paper, rows, *(page.content.decode() for page in pages)):
        assert "Segno" not in text


def test_the_redline_and_the_older_versions_tell_no_more(client_of, threads, shared, organiser, narni_reviewer):
    services.close_observations(agreement=shared, by=organiser)
    services.prepare_version(agreement=shared, note="n", by=organiser)
    services.share(agreement=shared, closes_at=timezone.now() + timedelta(days=1), by=organiser)
    client = client_of(narni_reviewer)
    for query in ("?to=1", "?to=2", "?from=1&to=2", "?page=2", "?page=x"):
        page = client.get(REVIEW + query).content.decode()
        assert "Segno own_office" not in page
        assert "Segno organisers" not in page
    assert Thread.objects.count() == 4
