"""From draft to concluded: each verb, each refusal, each fact."""

import hashlib
import io
import threading
from datetime import timedelta

import pypdf
import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from agreements import append_only, audit, services
from agreements.approving import services as approving
from agreements.models import Adhesion, Agreement, ArticleRevision, AuditEvent, FrozenDocument, Position, TextVersion
from notifications.models import Delivery
from tests.agreements.conftest import adhere, approve_for_all

pytestmark = pytest.mark.django_db
State = Agreement.State


def types(agreement) -> list[str]:
    return list(AuditEvent.objects.filter(agreement_slug=agreement.slug).order_by("seq").values_list("type", flat=True))


def test_the_whole_way_from_draft_to_concluded(shared, organiser, signatories):
    services.record_position(agreement=shared, kind="no_remarks", note="", by=signatories[0])
    services.close_observations(agreement=shared, by=organiser)
    version = services.prepare_version(agreement=shared, note="Chiarito", by=organiser)
    services.edit_article(revision=version.in_order()[0], draft=services.Draft("Premesse", "Nuovo."), by=organiser)
    services.share(agreement=shared, closes_at=timezone.now() + timedelta(days=1), by=organiser)
    services.close_observations(agreement=shared, by=organiser)
    approve_for_all(shared, organiser)
    document = services.freeze(agreement=shared, by=organiser)
    services.open_signing(agreement=shared, by=organiser)
    for user in signatories:
        adhere(shared, user)
    shared.refresh_from_db()
    assert shared.state == State.CONCLUDED
    assert shared.concluded_at
    assert document.version == version
    assert types(shared)[-1] == "concluded"
    assert audit.verify(shared) is None


def test_silence_is_recorded_as_silence(shared, organiser, signatory):
    services.record_position(agreement=shared, kind="remarks", note="Chiarire la durata.", by=signatory)
    services.close_observations(agreement=shared, by=organiser)
    kinds = Position.objects.order_by("party__position").values_list("kind", flat=True)
    assert list(kinds) == ["silent", "remarks", "silent", "silent"]


def test_a_position_may_change_until_the_review_closes(shared, organiser, signatory):
    services.record_position(agreement=shared, kind="remarks", note="x", by=signatory)
    services.record_position(agreement=shared, kind="no_remarks", note="", by=signatory)
    assert Position.objects.get().kind == "no_remarks"
    services.close_observations(agreement=shared, by=organiser)
    with pytest.raises(services.WrongState):
        services.record_position(agreement=shared, kind="remarks", note="x", by=signatory)


def test_the_office_comments_but_takes_no_position_and_strangers_do_neither(shared, reviewer, stranger):
    revision = shared.newest_version().in_order().first()
    services.comment(revision=revision, body="Chiarire.", visibility="all_parties", by=reviewer)
    with pytest.raises(services.NotEntitled):
        services.record_position(agreement=shared, kind="no_remarks", note="", by=reviewer)
    with pytest.raises(services.NotEntitled):
        services.comment(revision=revision, body="Io?", visibility="all_parties", by=stranger)


def test_a_shared_text_can_no_longer_be_edited(shared, organiser):
    revision = shared.newest_version().in_order().first()
    with pytest.raises(services.WrongState):
        services.edit_article(revision=revision, draft=services.Draft("x", "y"), by=organiser)


def test_an_empty_text_cannot_be_shared(draft, organiser):
    for revision in draft.newest_version().in_order():
        services.remove_article(revision=revision, by=organiser)
    with pytest.raises(services.NothingToShare):
        services.share(agreement=draft, closes_at=timezone.now() + timedelta(days=1), by=organiser)


def test_articles_move_and_keep_their_identity(draft, organiser):
    first, second = draft.newest_version().in_order()[:2]
    services.move_article(revision=second, up=True, by=organiser)
    order = list(draft.newest_version().in_order())
    assert (order[0].article, order[1].article) == (second.article, first.article)
    services.move_article(revision=order[0], up=True, by=organiser)
    assert draft.newest_version().in_order().first().article == second.article


def test_the_text_hash_does_not_depend_on_the_spelling_of_white_space(draft):
    from agreements.markup import text_sha256

    revisions = list(draft.newest_version().in_order())
    before = text_sha256(revisions)
    revisions[0].source = revisions[0].source.replace("\n", "\r\n") + "  \n"
    assert text_sha256(revisions) == before
    revisions[0].source += "x"
    assert text_sha256(revisions) != before


VERBS = {
    "share": State.SHARED,
    "close_observations": State.OBSERVATIONS_CLOSED,
    "prepare_version": State.CONSOLIDATED,
    "finalise": State.FINAL_SCHEMA,
    "send_for_approval": State.IN_APPROVAL,
    "freeze": State.FROZEN,
    "open_signing": State.SIGNING,
    "withdraw": State.WITHDRAWN,
}
#: Every pair that the table does not allow; the whole way above walks those that it does.
FORBIDDEN = [
    (state, verb)
    for state in State.values
    for verb, target in VERBS.items()
    if target not in Agreement.TRANSITIONS[state]
]


@pytest.mark.parametrize(("state", "verb"), FORBIDDEN)
def test_a_verb_outside_the_table_of_transitions_is_refused(shared, organiser, state, verb):
    dates = {"concluded_at": timezone.now()} if state == "concluded" else {}
    dates |= {"withdrawn_at": timezone.now()} if state == "withdrawn" else {}
    Agreement.objects.update(state=state, **dates)
    extra = {
        "share": {"closes_at": timezone.now() + timedelta(days=1)},
        "prepare_version": {"note": ""},
        "withdraw": {"reason": "x"},
        "finalise": {"legal_contact": "x", "legal_contact_office": "y"},
        "send_for_approval": {"answer_by": timezone.now() + timedelta(days=1)},
    }
    with pytest.raises(services.WrongState):
        getattr(services, verb, getattr(approving, verb, None))(agreement=shared, by=organiser, **extra.get(verb, {}))


def test_the_document_is_pdf_a_3a_with_embedded_fonts_and_stored_bytes(signing):
    document = FrozenDocument.objects.get()
    content = bytes(document.content)
    assert hashlib.sha256(content).hexdigest() == document.sha256
    assert len(content) == document.size
    pdf = pypdf.PdfReader(io.BytesIO(content))
    assert len(pdf.pages) == document.page_count
    catalog = pdf.trailer["/Root"]
    assert catalog["/Lang"].startswith("it")
    assert catalog["/OutputIntents"]
    assert catalog["/StructTreeRoot"]
    xmp = catalog["/Metadata"].get_object().get_data().decode()
    assert "pdfaid:part>3<" in xmp.replace('pdfaid:part="3"', "pdfaid:part>3<")
    assert "conformance>A<" in xmp.replace('pdfaid:conformance="A"', "conformance>A<")
    fonts = [font.get_object() for page in pdf.pages for font in page["/Resources"]["/Font"].values()]
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
        assert "Titillium" in font["/BaseFont"]
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert "Durata e adesione di altri enti" in text


def test_only_an_entitled_signatory_adheres_and_once(signing, signatory, reviewer, organiser):
    for user in (reviewer, organiser):
        with pytest.raises(services.NotEntitled):
            adhere(signing, user)
    adhere(signing, signatory)
    with pytest.raises(services.AlreadyDone):
        adhere(signing, signatory)


def test_a_signed_file_is_kept_byte_for_byte(signing, signatory):
    content = b"%PDF-1.7\n" + bytes(range(256)) * 10
    kept = services.upload_signed_file(agreement=signing, filename="atto.pdf", content=content, by=signatory)
    kept.refresh_from_db()
    assert bytes(kept.content) == content
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    with pytest.raises(services.AlreadyDone):
        services.upload_signed_file(agreement=signing, filename="atto.pdf", content=content, by=signatory)


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"<html>", b"\x30\x82\x01\x00" + b"\x00" * 40, b"PK\x03\x04"])
def test_what_is_no_signed_file_is_refused(signing, signatory, content):
    with pytest.raises(services.NotASignedFile):
        services.upload_signed_file(agreement=signing, filename="x.pdf", content=content, by=signatory)


def test_the_parties_people_are_told_of_each_step(signatory, reviewer, signing):
    told = set(Delivery.objects.values_list("kind", "address"))
    assert ("agreement_shared", reviewer.email) in told
    assert ("agreement_frozen", reviewer.email) in told
    assert ("signing_opened", signatory.email) in told
    assert ("signing_opened", reviewer.email) not in told


def test_a_withdrawn_agreement_goes_no_further(shared, organiser):
    services.withdraw(agreement=shared, reason="Cambiata la giunta.", by=organiser)
    shared.refresh_from_db()
    assert shared.state == State.WITHDRAWN
    with pytest.raises(services.WrongState):
        services.close_observations(agreement=shared, by=organiser)


# -- evidence -------------------------------------------------------------------------------------------------------


def test_the_database_refuses_to_change_evidence(signing, signatory):
    adhere(signing, signatory)
    services.upload_signed_file(agreement=signing, filename="a.pdf", content=b"%PDF-1", by=signatory)
    for rows, values in (
        (AuditEvent.objects, {"actor": "altri"}), (FrozenDocument.objects, {"sha256": "0" * 64}),
        (Adhesion.objects, {"statement": "altro"}), (TextVersion.objects, {"note": "altro"}),
        (ArticleRevision.objects, {"source": "altro"}),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**values)


def test_the_database_refuses_to_delete_evidence(signing):
    if connection.vendor == "sqlite":  # dropped for the flush of other tests: put one back inside this transaction
        with connection.cursor() as cursor:
            for sql in append_only.statements("sqlite", "agreements_auditevent", "DELETE", "1 = 1"):
                cursor.execute(sql)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM agreements_auditevent")


def _without_triggers(sql: str) -> None:
    """What somebody with the keys of the database could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
        else:
            for verb in append_only.VERBS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {append_only.name_of('agreements_auditevent', verb)}")
        cursor.execute(sql)
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize(("sql", "seq", "reason"), [
    ("UPDATE agreements_auditevent SET actor = 'altri' WHERE seq = 2", 2, "its content was changed"),
    ("DELETE FROM agreements_auditevent WHERE seq = 2", 2, "a row is missing"),
    ("DELETE FROM agreements_auditevent WHERE seq > 2", 3, "the end of the chain is missing"),
    ("UPDATE agreements_auditevent SET prev_hash = 'x' WHERE seq = 3", 3, "it does not follow the row before"),
])  # fmt: skip
def test_a_broken_chain_is_found_and_named(signing, sql, seq, reason, capsys):
    import json

    from django.core.management import call_command

    call_command("verify_audit", "protocollo", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"verified": 1, "broken": []}
    _without_triggers(sql)
    assert audit.verify(signing) == audit.Break(seq, reason)
    with pytest.raises(SystemExit):
        call_command("verify_audit", "--json")
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["broken"] == [{"agreement": "protocollo", "seq": seq, "reason": reason}]


# -- at once --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_four_adhesions_at_once_conclude_once_in_one_whole_chain(signing, signatories):
    start = threading.Barrier(8)

    def run(user) -> None:
        start.wait(timeout=30)
        try:
            adhere(signing, user)
        except (services.AlreadyDone, services.WrongState):
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(user,)) for user in signatories * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    signing.refresh_from_db()
    assert signing.state == State.CONCLUDED
    assert Adhesion.objects.count() == 4
    assert types(signing).count("concluded") == 1
    assert audit.verify(signing) is None
