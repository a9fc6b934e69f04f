"""The audit trail: who read, ends that are mailed, and whoever tampers with the rows is found."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from agreements import append_only, audit, services
from agreements.discussing import services as discussing
from agreements.discussing import trail
from agreements.discussing.words import SENTENCES, sentence
from agreements.models import Agreement, AuditAnchor, AuditEvent, VersionReading
from notifications.models import Delivery
from tests.agreements.conftest import adhere
from tests.agreements.test_services import _without_triggers as without_triggers

pytestmark = pytest.mark.django_db
REVIEW = "/agreements/protocollo/review/"
AUDIT = "/manage/agreements/protocollo/audit/"
TABLE = "agreements_auditevent"


def readings() -> int:
    return AuditEvent.objects.filter(type="draft_read").count()


# -- who read ---------------------------------------------------------------------------------------------------------


def test_a_reading_is_on_record_once_for_each_user_version_and_day(client_of, shared, organiser, reviewer, signatory):
    noon = timezone.localtime().replace(hour=12, minute=0)
    with time_machine.travel(noon):
        for _time in range(3):
            client_of(reviewer).get(REVIEW)
        assert readings() == 1
        client_of(signatory).get(REVIEW)
        assert readings() == 2
    with time_machine.travel(noon + timedelta(days=1)):
        client_of(reviewer).get(REVIEW)
        assert readings() == 3
        services.close_observations(agreement=shared, by=organiser)
        services.prepare_version(agreement=shared, note="n", by=organiser)
        services.share(agreement=shared, closes_at=timezone.now() + timedelta(days=1), by=organiser)
        client_of(reviewer).get(REVIEW)
        client_of(reviewer).get(f"{REVIEW}?to=1")
    assert readings() == 4
    payload = AuditEvent.objects.filter(type="draft_read").order_by("seq").first().payload
    assert payload == {"version": 1, "party": "Comune di Terni"}


def test_who_only_looks_ahead_and_who_acts_for_no_party_leaves_no_reading(
    client_of, client, shared, organiser, reviewer
):
    client_of(reviewer).head(REVIEW)
    for header in ({"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}):
        assert client_of(reviewer).get(REVIEW, headers=header).status_code == 200
    client_of(organiser).get(REVIEW)
    client.get(REVIEW)
    assert (readings(), VersionReading.objects.count()) == (0, 0)


# -- ends -------------------------------------------------------------------------------------------------------------


def mails() -> int:
    return Delivery.objects.filter(kind="audit_anchor").count()


def test_the_end_is_mailed_on_the_day_of_a_step_once_a_day_to_everybody(shared, organiser, signatory, reviewer):
    noon = timezone.localtime().replace(hour=12, minute=0)
    with time_machine.travel(noon):
        assert trail.anchor_due() == 1
        assert trail.anchor_due() == 0
        anchor = AuditAnchor.objects.get()
        shared.refresh_from_db()
        assert (anchor.length, anchor.head, anchor.people) == (shared.audit_length, shared.audit_head, 3)
        told = set(Delivery.objects.filter(kind="audit_anchor").values_list("address", flat=True))
        assert told == {organiser.email, signatory.email, reviewer.email}
        services.close_observations(agreement=shared, by=organiser)
        assert trail.anchor_due() == 0, "one a day"
    with time_machine.travel(noon + timedelta(days=1)):
        assert trail.anchor_due() == 1
        assert trail.anchor_due() == 0, "nothing new"
    assert mails() == 6


def test_other_changes_wait_for_the_night_and_readings_alone_for_a_change(shared, begin, client_of, reviewer):
    noon = timezone.localtime().replace(hour=12, minute=0)
    with time_machine.travel(noon):
        trail.anchor_due()
    with time_machine.travel(noon + timedelta(days=1)):
        client_of(reviewer).get(REVIEW)
    with time_machine.travel(noon + timedelta(days=2)):
        assert trail.anchor_due() == 0
        begin()
        assert trail.anchor_due() == 0
    with time_machine.travel(noon + timedelta(days=2, hours=14)):
        assert trail.anchor_due() == 0, "02:00"
    with time_machine.travel(noon + timedelta(days=2, hours=15, minutes=1)):
        assert trail.anchor_due() == 1


def test_a_draft_is_mailed_to_nobody_not_even_when_it_is_withdrawn(draft, organiser):
    services.withdraw(agreement=draft, reason="x", by=organiser)
    assert trail.anchor_due(timezone.now() + timedelta(days=2)) == 0


def test_the_clock_mails_it(shared, organiser):
    call_command("pump")
    assert mails() == 1


# -- tampering --------------------------------------------------------------------------------------------------------


def put_back_delete() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for sql in append_only.statements("sqlite", TABLE, "DELETE", "1 = 1"):
                cursor.execute(sql)


TAMPERING = {
    "altered actor": (f"UPDATE {TABLE} SET actor = 'altri' WHERE seq = 3", 3),
    "altered payload": (f"UPDATE {TABLE} SET payload = '{{}}' WHERE seq = 2", 2),
    "altered time": (f"UPDATE {TABLE} SET at = '2026-01-01 10:00:00+00:00' WHERE seq = 4", 4),
    "deleted in the middle": (f"DELETE FROM {TABLE} WHERE seq = 3", 3),
    "deleted at the beginning": (f"DELETE FROM {TABLE} WHERE seq = 1", 1),
    "cut": (f"DELETE FROM {TABLE} WHERE seq > 4", 5),
    "reordered": (f"UPDATE {TABLE} SET seq = CASE seq WHEN 2 THEN 1003 ELSE 1002 END WHERE seq IN (2, 3);"
                  f"UPDATE {TABLE} SET seq = seq - 1000 WHERE seq > 1000", 2),
    "emptied": (f"DELETE FROM {TABLE}", 1),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERING)
def test_whoever_drops_the_triggers_and_changes_rows_is_found(how, signing, signatory, capsys):
    sql, seq = TAMPERING[how]
    for statement in sql.split(";"):
        without_triggers(statement)
    with pytest.raises(SystemExit) as left:
        call_command("verify_audit", "protocollo", "--json")
    assert left.value.code == 1
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [broken["seq"] for broken in report["broken"]] == [seq]


@pytest.mark.parametrize("sql", [sql for sql, _seq in TAMPERING.values()])
def test_the_triggers_refuse_it_otherwise(signing, sql):
    put_back_delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.split(";")[0])


def forge(agreement, first: int) -> None:
    """Write the chain anew from a row on, with hashes that fit: what somebody with the code and the keys could do."""
    agreement.refresh_from_db()
    events = list(AuditEvent.objects.filter(agreement_slug=agreement.slug).order_by("seq"))
    prev = events[first - 2].hash if first > 1 else ""
    for event in events[first - 1 :]:
        event.prev_hash, event.actor = prev, "altri@example.org" if event.seq == first else event.actor
        prev = event.hash = audit.digest(event)
        without_triggers(f"UPDATE {TABLE} SET actor = '{event.actor}', prev_hash = '{event.prev_hash}', "
                         f"hash = '{event.hash}' WHERE seq = {event.seq}")  # fmt: skip
    Agreement.objects.filter(pk=agreement.pk).update(audit_head=prev, audit_length=len(events))


def test_a_row_added_past_the_end_is_found(signing):
    signing.refresh_from_db()
    event = AuditEvent(agreement_slug="protocollo", seq=signing.audit_length + 1, at=timezone.now(), actor="x",
                       type="x", prev_hash=signing.audit_head)  # fmt: skip
    event.hash = audit.digest(event)
    event.save(force_insert=True)
    assert audit.verify(signing) == audit.Break(signing.audit_length + 1, audit.ADDED)


def test_a_chain_written_anew_with_fitting_hashes_shows_against_the_ends_kept_here(signing):
    trail.anchor_due()
    assert audit.verify(signing) is None
    forge(signing, 3)
    signing.refresh_from_db()
    assert audit.verify(signing, []) is None, "the walk alone cannot see it"
    assert audit.verify(signing) == audit.Break(1, audit.REWRITTEN)


def test_a_chain_cut_and_sealed_again_shows_against_a_mail_even_if_the_kept_end_is_gone(signing, capsys):
    trail.anchor_due()
    mailed = AuditAnchor.objects.get()
    without_triggers(f"DELETE FROM {TABLE} WHERE seq > 4")
    last = AuditEvent.objects.get(seq=4)
    Agreement.objects.update(audit_length=4, audit_head=last.hash)
    signing.refresh_from_db()
    assert audit.verify(signing) == audit.Break(5, audit.CUT), "the end kept here tells"
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS agreements_auditanchor_no_delete")
    without_triggers("DELETE FROM agreements_auditanchor")
    call_command("verify_audit", "protocollo")
    with pytest.raises(SystemExit):
        call_command("verify_audit", "protocollo", "--head", mailed.head, "--length", str(mailed.length), "--json")
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["broken"] == [{"agreement": "protocollo", "seq": 5, "reason": audit.CUT}]


def test_a_mailed_end_is_confirmed_or_refuted_by_the_command(signing, begin, capsys):
    trail.anchor_due()
    mailed = AuditAnchor.objects.get()
    call_command("verify_audit", "protocollo", "--head", mailed.head.upper(), "--length", str(mailed.length))
    with pytest.raises(SystemExit):
        call_command("verify_audit", "protocollo", "--head", "0" * 64, "--length", str(mailed.length))
    for wrong in (["--head", mailed.head], ["protocollo", "--head", mailed.head], ["protocollo", "--length", "3"],
                  ["protocollo", "--head", "x", "--length", "0"]):  # fmt: skip
        with pytest.raises(CommandError):
            call_command("verify_audit", *wrong)


@pytest.mark.parametrize("table", list(append_only.LATER))
def test_what_came_later_is_kept_too(shared, begin, client_of, reviewer, signatory, organiser, table):
    from agreements.discussing import rounds

    begin()
    client_of(reviewer).get(REVIEW)
    services.record_position(agreement=shared, kind="no_remarks", note="", by=signatory)
    rounds.extend(agreement=shared, closes_at=timezone.now() + timedelta(days=30), reason="x", by=organiser)
    trail.anchor_due()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for sql in append_only.statements("sqlite", table, "DELETE", "1 = 1"):
                cursor.execute(sql)
    for sql in (f"UPDATE {table} SET id = id + 1000", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


# -- the page ---------------------------------------------------------------------------------------------------------


def test_every_kind_of_event_has_words_in_both_languages(signing, signatories, organiser, client_of, shared):
    from django.utils import translation

    for user in signatories:
        adhere(signing, user)
    services.publish(agreement=signing, by=organiser)
    for event in AuditEvent.objects.all():
        assert event.type in SENTENCES
        with translation.override("it"):
            italian = sentence(event)
        with translation.override("en"):
            assert sentence(event) != italian
    unknown = AuditEvent(type="new_kind", payload={"a": 1})
    assert sentence(unknown) == "new_kind: a 1"
    assert "%(" not in str([sentence(AuditEvent(type=kind, payload={})) for kind in SENTENCES])


@pytest.mark.parametrize("count", [1, 250])
def test_the_page_is_paged_and_says_whether_the_chain_is_whole(
    client_of, organiser, shared, count, django_assert_max_num_queries
):
    for number in range(count):
        audit.record(services.locking.lock(shared), "published", "x@example.org", number=number)
    client = client_of(organiser)
    client.get(AUDIT)
    with django_assert_max_num_queries(12):
        page = client.get(AUDIT).content.decode()
    assert "La catena è integra" in page
    assert page.count('<tr id="row-') == min(100, count + 2)
    if count > 100:
        assert '<tr id="row-1"' in client.get(f"{AUDIT}?page=3").content.decode()
    without_triggers(f"UPDATE {TABLE} SET actor = 'altri' WHERE seq = 2")
    assert "il suo contenuto è stato cambiato" in client.get(AUDIT).content.decode()


def test_the_page_holds_nothing_of_what_was_written(client_of, organiser, begin):
    discussing.reply(
        thread=begin(body="Parola segreta"), body="Altra parola", by=begin("own_office").comments.get().author
    )
    page = client_of(organiser).get(AUDIT).content.decode()
    assert "Parola segreta" not in page
    assert "Altra parola" not in page
    assert "È iniziata una discussione" in page
