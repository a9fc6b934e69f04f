"""From a text that stands to one that every body approved: each verb, each refusal, what freezing needs."""

import hashlib
import io
from datetime import date, timedelta

import pypdf
import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from agreements import append_only, audit, services
from agreements.approving import preamble, standing
from agreements.approving import services as approving
from agreements.approving.posting import day_in_rome
from agreements.models import (
    Agreement,
    ApprovalAct,
    AuditEvent,
    FinalSchema,
    NonSubstantialChange,
    Objection,
    Party,
)
from notifications.models import Delivery
from tests.agreements.conftest import act_of, approve_for_all, before_bodies, mandate_for

pytestmark = pytest.mark.django_db
State, Step = Agreement.State, standing.Step


def today() -> date:
    return day_in_rome(timezone.now())


def steps(agreement, day=None) -> list[str]:
    return [line.step for line in standing.board(agreement, day or today())]


def next_text(agreement, organiser, source="Testo nuovo.") -> None:
    """Another text before the bodies, without a new review."""
    version = services.prepare_version(agreement=agreement, note="n", by=organiser)
    draft = services.Draft("Premesse", source)
    services.edit_article(revision=version.in_order()[0], draft=draft, by=organiser)


# -- the schema --------------------------------------------------------------------------------------------------------


def test_the_schema_is_rendered_once_marked_as_one_and_kept(closed, organiser):
    schema = approving.finalise(agreement=closed, legal_contact="Sara", legal_contact_office="Segretaria", by=organiser)
    content = bytes(FinalSchema.objects.get().content)
    assert hashlib.sha256(content).hexdigest() == schema.sha256
    text = " ".join(pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text().split())
    assert "SCHEMA" in text
    assert schema.text_sha256 == closed.newest_version().text_sha256
    closed.refresh_from_db()
    assert closed.state == State.FINAL_SCHEMA
    event = AuditEvent.objects.order_by("seq").last()
    assert (event.type, event.payload["legal_contact"]) == ("finalised", "Sara")


def test_a_new_version_may_become_the_schema_without_another_review(closed, organiser):
    next_text(closed, organiser)
    schema = approving.finalise(agreement=closed, legal_contact="S", legal_contact_office="S", by=organiser)
    assert schema.version.number == 2
    assert schema.version.shared_at
    with pytest.raises(services.WrongState):
        services.edit_article(revision=schema.version.in_order()[0], draft=services.Draft("x", "y"), by=organiser)


def test_an_unknown_place_stops_the_schema_and_is_named(closed, organiser):
    next_text(closed, organiser, "Tra [[parti]], a [[luogo]].")
    with pytest.raises(services.UnknownPlaceholder) as refused:
        approving.finalise(agreement=closed, legal_contact="S", legal_contact_office="S", by=organiser)
    assert refused.value.names == ["luogo"]
    closed.refresh_from_db()
    assert closed.state == State.CONSOLIDATED
    assert not FinalSchema.objects.exists()


def test_every_party_is_told_and_reminded(reviewer, in_approval):
    told = Delivery.objects.filter(kind="sent_for_approval").values_list("address", flat=True)
    assert set(told) == {user.email for user in in_approval.people_to_tell()}
    rules = in_approval.reminder_rules.filter(audience="waiting_parties")
    assert sorted(rules.values_list("days", flat=True)) == [1, 7]


def test_the_reminder_goes_to_those_whose_act_is_missing(in_approval, signatories, organiser):
    from notifications.reminders import planning

    act_of(in_approval.parties.get(position=1), organiser)
    deadline = standing.schema_of(in_approval).call.answer_by
    with time_machine.travel(deadline - timedelta(hours=20)):
        planning.plan_due()
    reminded = set(Delivery.objects.filter(kind="approval_reminder").values_list("address", flat=True))
    assert {signatories[0].email, signatories[2].email, signatories[3].email} <= reminded
    assert signatories[1].email not in reminded, "the association approved"


# -- acts --------------------------------------------------------------------------------------------------------------


def test_four_kinds_of_body_approve_and_the_text_is_frozen(in_approval, organiser):
    parties = list(in_approval.parties.order_by("position"))
    bodies = ["board", "executive", "council", "manager"]
    for one, body in zip(parties, bodies, strict=True):
        act_of(one, organiser, body_kind=body, effect="on_its_date" if body in {"board", "manager"} else "at_once")
    assert steps(in_approval) == [Step.EFFECTIVE] * 4
    services.freeze(agreement=in_approval, by=organiser)
    in_approval.refresh_from_db()
    assert in_approval.state == State.FROZEN
    assert audit.verify(in_approval) is None


def test_an_act_counts_from_the_day_it_is_effective(party, in_approval, organiser):
    act = act_of(party, organiser, effect="after_posting", posted_on=today())
    assert steps(in_approval)[1] == Step.RECORDED
    assert standing.board(in_approval, today())[1].next_on == act.effective_on == today() + timedelta(days=10)
    assert steps(in_approval, today() + timedelta(days=9))[1] == Step.RECORDED
    assert steps(in_approval, today() + timedelta(days=10))[1] == Step.EFFECTIVE


def test_an_act_that_is_not_posted_yet_is_completed_by_a_further_one(party, in_approval, organiser):
    first = act_of(party, organiser, effect="after_posting")
    assert steps(in_approval)[1] == Step.TO_BE_POSTED
    second = act_of(party, organiser, effect="after_posting", posted_on=today(), supersedes=first)
    assert standing.board(in_approval, today())[1].act == second
    with pytest.raises(services.AlreadyDone):
        act_of(party, organiser, effect="at_once", supersedes=first)


def test_an_act_is_recorded_once_and_never_changed(party, organiser):
    act_of(party, organiser)
    with pytest.raises(services.AlreadyDone):
        act_of(party, organiser, number="99")
    assert ApprovalAct.objects.count() == 1
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ApprovalAct.objects.update(number="99")


def test_all_that_bodies_decided_is_append_only(in_approval, party, organiser, signatory):
    approving.ask_changes(
        party=party, body_label="Giunta", reason="r", text=standing.current_text(in_approval), by=signatory
    )
    for model, values in ((FinalSchema, {"legal_contact": "x"}), (Objection, {"reason": "x"})):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            model.objects.update(**values)
    assert len(append_only.APPROVALS) == 5


def test_who_recorded_it_is_said(party, in_approval, organiser, reviewer):
    assert act_of(party, reviewer).on_behalf is False
    other = in_approval.parties.get(position=1)
    assert act_of(other, organiser).on_behalf is True


def test_only_the_own_office_or_an_organiser_records(party, in_approval, signatories, stranger, organiser):
    mandate = mandate_for(party, organiser)
    for user in (stranger, signatories[2]):
        with pytest.raises(services.NotEntitled):
            act_of(party, user, signatory=mandate)
        with pytest.raises(services.NotEntitled):
            mandate_for(party, user)
    foreign = mandate_for(in_approval.parties.get(position=3), organiser)
    with pytest.raises(services.NotEntitled):
        act_of(party, organiser, signatory=foreign)


def test_the_office_records_acts_but_objects_and_declares_nothing(party, in_approval, reviewer):
    text = standing.current_text(in_approval)
    for verb in (approving.ask_changes, approving.refuse):
        with pytest.raises(services.NotEntitled):
            verb(party=party, body_label="Giunta", reason="r", text=text, by=reviewer)


def test_an_act_on_a_page_that_showed_another_text_is_refused(party, organiser):
    with pytest.raises(services.StaleText):
        act_of(party, organiser, text="0" * 64)


def test_a_file_is_kept_byte_for_byte_and_only_by_its_first_bytes(party, organiser):
    content = b"%PDF-1.7\n" + bytes(range(256))
    kept = act_of(party, organiser, paper=approving.Paper(filename="delibera.pdf", content=content))
    kept.refresh_from_db()
    assert bytes(kept.content) == content
    assert kept.file_sha256 == hashlib.sha256(content).hexdigest()
    with pytest.raises(services.NotASignedFile):
        act_of(party, organiser, supersedes=kept, paper=approving.Paper(filename="x.pdf", content=b"MZ"))


@pytest.mark.parametrize("values", [
    {"body_kind": "other"},
    {"effect": "at_once", "posted_on": date(2026, 12, 1)},
    {"effect": "after_posting", "posted_on": date(2000, 1, 1)},
    {"certified_on": date(2000, 1, 1)},
])  # fmt: skip
def test_the_database_refuses_impossible_acts(party, organiser, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        act_of(party, organiser, **values)


# -- another text ------------------------------------------------------------------------------------------------------


def test_a_body_that_asks_for_changes_brings_the_text_back_and_acts_stay(party, in_approval, organiser, signatory):
    act_of(in_approval.parties.get(position=1), organiser)
    text = standing.current_text(in_approval)
    approving.ask_changes(party=party, body_label="Giunta", reason="Durata tre anni.", text=text, by=signatory)
    in_approval.refresh_from_db()
    assert in_approval.state == State.CONSOLIDATED
    assert ApprovalAct.objects.count() == 1
    assert steps(in_approval)[0] == Step.EFFECTIVE, "the new version still has the same text"
    version = in_approval.newest_version()
    services.edit_article(revision=version.in_order()[0], draft=services.Draft("P", "x"), by=organiser)
    assert steps(in_approval)[0] == Step.EARLIER_TEXT
    assert Delivery.objects.filter(kind="changes_asked").exists()


def test_a_change_flags_every_act_at_once_and_freezing_names_what_is_missing(in_approval, organiser):
    for one in in_approval.parties.all():
        act_of(one, organiser)
    next_text(in_approval, organiser)
    assert set(steps(in_approval)) == {Step.EARLIER_TEXT}
    before_bodies(in_approval, organiser)
    with pytest.raises(services.NotApproved) as refused:
        services.freeze(agreement=in_approval, by=organiser)
    assert len(refused.value.lacking) == 4
    assert all(line.earlier.number == 1 for line in standing.board(in_approval, today()))


def test_a_named_signatory_declares_a_change_non_substantial(party, in_approval, organiser, signatory, reviewer):
    for one in in_approval.parties.all():
        act_of(one, organiser)
    next_text(in_approval, organiser)
    before_bodies(in_approval, organiser)
    text = standing.current_text(in_approval)
    words = {"declared_by": "Silvia", "office_held": "Assessora", "reason": "Solo un refuso.", "text": text}
    for user in (reviewer, organiser):
        with pytest.raises(services.NotEntitled):
            approving.declare_non_substantial(party=party, by=user, **words)
    approving.declare_non_substantial(party=party, by=signatory, **words)
    with pytest.raises(services.AlreadyDone):
        approving.declare_non_substantial(party=party, by=signatory, **words)
    assert steps(in_approval)[1] == Step.DECLARED
    assert NonSubstantialChange.objects.get().to_sha256 == text
    for one in in_approval.parties.exclude(pk=party.pk):
        act_of(one, organiser)
    services.freeze(agreement=in_approval, by=organiser)


def test_without_an_act_there_is_no_difference_to_declare(party, in_approval, signatory):
    with pytest.raises(services.WrongState):
        approving.declare_non_substantial(
            party=party, declared_by="S", office_held="A", reason="r", text=standing.current_text(in_approval),
            by=signatory,
        )  # fmt: skip


def test_a_text_that_goes_back_to_what_was_approved_is_approved(in_approval, organiser):
    original = in_approval.newest_version().in_order()[0]
    for one in in_approval.parties.all():
        act_of(one, organiser)
    next_text(in_approval, organiser)
    revision = in_approval.newest_version().in_order()[0]
    services.edit_article(revision=revision, draft=services.Draft(original.heading, original.source), by=organiser)
    assert set(steps(in_approval)) == {Step.EFFECTIVE}


def test_a_body_that_refuses_ends_it_with_who_and_why(party, in_approval, signatory, organiser):
    text = standing.current_text(in_approval)
    approving.refuse(party=party, body_label="Consiglio", reason="Mancano le risorse.", text=text, by=signatory)
    in_approval.refresh_from_db()
    assert in_approval.state == State.REFUSED
    event = AuditEvent.objects.order_by("seq").last()
    assert event.payload["party"] == "Comune di Terni"
    assert event.payload["reason"] == "Mancano le risorse."
    assert Delivery.objects.filter(kind="agreement_refused").exists()
    with pytest.raises(services.WrongState):
        act_of(in_approval.parties.get(position=1), organiser)


# -- freezing ----------------------------------------------------------------------------------------------------------


def test_freezing_needs_every_body(in_approval, organiser):
    parties = list(in_approval.parties.order_by("position"))
    for one in parties[:3]:
        act_of(one, organiser)
    with pytest.raises(services.NotApproved) as refused:
        services.freeze(agreement=in_approval, by=organiser)
    assert len(refused.value.lacking) == 1
    assert "Comune di Narni" in refused.value.lacking[0]
    in_approval.refresh_from_db()
    assert in_approval.state == State.IN_APPROVAL
    assert in_approval.current_document() is None


def test_a_party_added_half_way_is_missing_and_one_that_leaves_no_longer_is(in_approval, organiser, terni):
    from organisations.models import Organisation

    for one in in_approval.parties.all():
        act_of(one, organiser)
    newcomer = Organisation.objects.create(name="Comune di Amelia", kind=terni.kind)
    added = approving.add_party(agreement=in_approval, organisation=newcomer, kind="public", by=organiser)
    assert steps(in_approval)[-1] == Step.WAITING
    with pytest.raises(services.NotApproved):
        services.freeze(agreement=in_approval, by=organiser)
    with pytest.raises(services.AlreadyDone):
        approving.add_party(agreement=in_approval, organisation=newcomer, kind="public", by=organiser)
    approving.remove_party(party=added, reason="Recede.", by=organiser)
    with pytest.raises(services.WrongState):
        act_of(added, organiser)
    services.freeze(agreement=in_approval, by=organiser)
    assert Party.everybody.filter(agreement=in_approval).count() == 5


def test_a_mandate_that_ended_before_signing_is_shown(party, in_approval, organiser):
    mandate = mandate_for(party, organiser, valid_to=today())
    act_of(party, organiser, signatory=mandate)
    tomorrow = today() + timedelta(days=1)
    assert standing.board(in_approval, today())[1].mandate_ended_on is None
    assert standing.board(in_approval, tomorrow)[1].mandate_ended_on == today()


def test_the_frozen_document_quotes_parties_date_and_acts(closed, organiser):
    next_text(closed, organiser, "Tra [[parti]].\n\nVisti gli atti: [[atti]].\n\nIl [[data]].")
    approve_for_all(closed, organiser)
    document = services.freeze(agreement=closed, by=organiser)
    pages = pypdf.PdfReader(io.BytesIO(bytes(document.content))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "Comune di Orvieto: deliberazione" in text
    assert "[[" not in text
    assert preamble.values(closed, today())["data"] in text
    assert document.version.text_sha256 == closed.newest_version().text_sha256


def test_the_board_costs_the_same_whatever_the_number_of_acts(in_approval, organiser, django_assert_num_queries):
    with django_assert_num_queries(7) as first:
        standing.board(in_approval, today())
    for one in in_approval.parties.all():
        act_of(one, organiser)
    with django_assert_num_queries(len(first)):
        standing.board(in_approval, today())
