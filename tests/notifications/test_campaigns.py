"""Campaigns: who is in and why, one confirmation, one mail each, and every way to stop."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from events import services as events
from events.models import Invitation
from notifications import audiences
from notifications.campaigns import examination, planning, rounds, services
from notifications.models import (
    Attempt,
    Campaign,
    Delivery,
    LocalMail,
    MessageTemplate,
    Suppression,
    Tally,
    hash_address,
)
from notifications.recipients import services as recipients
from notifications.sending import claims, pump
from organisations import bulk
from organisations.models import Organisation, RoleGrant, User
from organisations.roles import Role
from tests.notifications.conftest import DIRECTORY

pytestmark = pytest.mark.django_db
State = Campaign.State


@pytest.fixture
def campaign(event, organiser, terni, orvieto, narni, cso) -> Campaign:
    return services.prepare(
        by=organiser, event=event, name="Inviti", subject_it="Invito: {event}", body_it="Per {organisation}: {date}.",
        audience=DIRECTORY,
    )  # fmt: skip


@pytest.fixture
def second(db) -> User:
    """Bruna, another organiser."""
    user = User.objects.create_user("bruna@socialneet.example.org", name="Bruna Seconda")
    RoleGrant.objects.create(user=user, role=Role.ORGANISER)
    return user


@pytest.fixture
def crowd(campaign) -> Campaign:
    """A campaign to many."""
    Organisation.objects.bulk_create(
        Organisation(name=f"Ente {n:03}", kind="other", email=f"ente{n}@example.org") for n in range(296)
    )
    return campaign


def reasons(campaign) -> dict[str, str]:
    return {candidate.name: candidate.reason for candidate in planning.audience(campaign)}


def counts(campaign) -> dict[str, int]:
    return {state: number for state, number in Tally.objects.by_state(campaign=campaign.pk).items() if number}


# -- who -----------------------------------------------------------------------------------------------------------------


def test_everybody_in_or_out_has_a_reason(campaign, event, cso, terni, orvieto, register):
    Organisation.objects.create(name="Senza posta", kind="cso")
    Organisation.objects.create(name="Stessa posta", kind="cso", email=cso.email)
    Suppression.objects.create(address_hash=hash_address(orvieto.email), reason="unsubscribed")
    register("Anna", invitation=events.invite(event=event, organisation=terni))
    assert reasons(campaign) == {
        "Comune di Narni": "",
        "Comune di Orvieto": "non vuole inviti",
        "Comune di Terni": "già iscritto",
        "Cooperativa sociale di prova": "",
        "Senza posta": "nessun indirizzo e-mail",
        "Stessa posta": f"stesso indirizzo di {cso.name}",
    }


def test_news_reaches_those_who_are_registered_too(campaign, event, terni, register):
    register("Anna", invitation=events.invite(event=event, organisation=terni))
    campaign.purpose = Campaign.Purpose.NEWS
    assert reasons(campaign)["Comune di Terni"] == ""


def test_the_audience_is_filtered_by_kind_and_place(campaign):
    campaign.audience = {"sources": [{"kind": "directory", "kinds": ["municipality"], "municipalities": ["narni"]}]}
    assert list(reasons(campaign)) == ["Comune di Narni"]


def test_who_was_left_out_and_why_is_frozen_with_the_plan(campaign, send_now, orvieto):
    Suppression.objects.create(address_hash=hash_address(orvieto.email), reason="unsubscribed")
    send_now(campaign)
    Suppression.objects.all().delete()
    assert list(campaign.exclusions.values_list("address", "reason")) == [(orvieto.email, "unwanted")]
    assert (campaign.planned, campaign.left_out) == (3, 1)


# -- once -----------------------------------------------------------------------------------------------------------------


def test_sending_asks_for_the_right_number_and_writes_once(campaign, organiser):
    with pytest.raises(services.AudienceChanged) as changed:
        services.send(campaign=campaign, expected=3, by=organiser)
    assert changed.value.count == 4
    services.send(campaign=campaign, expected=4, by=organiser)
    with pytest.raises(services.WrongState):
        services.send(campaign=campaign, expected=4, by=organiser)
    with pytest.raises(services.WrongState):
        services.edit(campaign=campaign, by=organiser, body_it="altro")
    assert Delivery.objects.count() == Invitation.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_organisers_sending_at_once_write_one_mail_each(campaign, organiser):
    start, refused = threading.Barrier(4), []

    def run() -> None:
        start.wait(timeout=30)
        try:
            services.send(campaign=campaign, expected=4, by=organiser)
        except services.WrongState:
            refused.append(1)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(refused) == 3
    assert Delivery.objects.count() == 4


def test_a_plan_that_broke_off_half_way_leaves_nothing(campaign, organiser, monkeypatch):
    monkeypatch.setattr(bulk, "SQLITE_VALUES", 40)  # two rows a statement
    written, row = [], planning._own

    def breaks_the_third_time(*about):
        if len(written) == 2:
            raise OSError("the disk is full")
        written.append(about)
        return row(*about)

    monkeypatch.setattr(planning, "_own", breaks_the_third_time)
    with pytest.raises(OSError, match="disk"):
        services.send(campaign=campaign, expected=4, by=organiser)
    campaign.refresh_from_db()
    assert (campaign.state, Delivery.objects.count(), Invitation.objects.count()) == (State.DRAFT, 0, 0)


def test_a_text_that_must_change_is_not_sent(campaign, organiser):
    services.edit(campaign=campaign, by=organiser, body_it="Scrivete a {municipality} {link")
    with pytest.raises(services.NotFit) as refused:
        services.send(campaign=campaign, expected=4, by=organiser)
    assert refused.value.verdict.outcome == "stop"
    assert Delivery.objects.count() == 0


def test_what_was_confirmed_is_sent_whatever_becomes_of_the_layout(
    campaign, organiser, send_now, monkeypatch, tmp_path, settings
):
    send_now(campaign)
    other = tmp_path / "mail"
    other.mkdir()
    (other / "letter.html").write_text("<p>another layout</p>")
    (other / "letter.txt").write_text("another layout")
    templates = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**templates, "DIRS": [tmp_path, *templates["DIRS"]]}]
    pump.pump()
    assert counts(campaign) == {"accepted": 4}
    mails = [bytes(mail.content) for mail in LocalMail.objects.all()]
    assert mails
    assert not any(b"another layout" in mail for mail in mails)


def test_the_check_looks_at_every_language_that_was_written(campaign, organiser, narni):
    def codes():
        found = examination.examine(campaign, planning.audience(campaign)).findings
        return {(finding.code, finding.severity.value) for finding in found if finding.code == "language_missing"}

    assert codes() == {("language_missing", "note")}
    Organisation.objects.filter(pk=narni.pk).update(language="en")
    assert codes() == {("language_missing", "warn")}
    campaign = services.edit(campaign=campaign, by=organiser, subject_en="Invitation", body_en="For {organisation}.")
    assert codes() == set()


# -- time to think --------------------------------------------------------------------------------------------------------


def test_for_two_minutes_it_can_be_taken_back_without_a_trace(campaign, organiser):
    services.send(campaign=campaign, expected=4, by=organiser)
    assert pump.pump().accepted == 0
    services.withdraw(campaign=campaign, by=organiser)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.planned, campaign.sent_at) == (State.DRAFT, 0, None)
    assert Delivery.objects.count() == 0
    services.send(campaign=campaign, expected=4, by=organiser)
    assert Delivery.objects.count() == 4


def test_after_two_minutes_it_starts_by_itself_and_cannot_be_taken_back(campaign, organiser):
    services.send(campaign=campaign, expected=4, by=organiser)
    Campaign.objects.update(starts_at=timezone.now())
    assert pump.pump().accepted == 4
    campaign.refresh_from_db()
    assert campaign.state == State.FINISHED
    with pytest.raises(services.WrongState):
        services.withdraw(campaign=campaign, by=organiser)


def test_a_scheduled_campaign_waits_for_its_time(campaign, organiser):
    tomorrow = timezone.now() + timedelta(days=1)
    services.edit(campaign=campaign, by=organiser, scheduled_for=tomorrow)
    services.send(campaign=campaign, expected=4, by=organiser)
    campaign.refresh_from_db()
    assert campaign.starts_at == tomorrow
    rounds.settle(tomorrow - timedelta(seconds=1))
    assert pump.pump().accepted == 0
    rounds.settle(tomorrow)
    assert pump.pump().accepted == 4


def test_at_quiet_times_only_campaigns_that_may_go_on(campaign, organiser, send_now, time_machine_at):
    services.edit(campaign=campaign, by=organiser, also_at_quiet_times=False)
    send_now(campaign)
    with time_machine_at(2027, 3, 7, 12):  # a Sunday
        assert claims.claim("x" * 32, "bulk", 10) == []
    with time_machine_at(2027, 3, 8, 7, 59):
        assert claims.claim("x" * 32, "bulk", 10) == []
    with time_machine_at(2027, 3, 8, 8):
        assert len(claims.claim("x" * 32, "bulk", 10)) == 4


# -- a second person ------------------------------------------------------------------------------------------------------


def test_above_a_number_a_second_person_approves(campaign, organiser, second, settings):
    settings.CAMPAIGN_SECOND_PERSON_ABOVE = 3
    services.send(campaign=campaign, expected=4, by=organiser)
    campaign.refresh_from_db()
    assert campaign.state == State.CHECKED
    rounds.settle(timezone.now() + timedelta(days=1))
    assert pump.pump().accepted == 0
    with pytest.raises(services.SamePerson):
        services.approve(campaign=campaign, by=organiser)
    services.approve(campaign=campaign, by=second)
    with pytest.raises(services.WrongState):
        services.approve(campaign=campaign, by=second)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.approved_by) == (State.SCHEDULED, second)


def test_the_database_itself_refuses_one_person_as_both(campaign, organiser, settings):
    settings.CAMPAIGN_SECOND_PERSON_ABOVE = 3
    services.send(campaign=campaign, expected=4, by=organiser)
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.update(approved_by=organiser, approved_at=timezone.now())


# -- the first few --------------------------------------------------------------------------------------------------------


@pytest.fixture
def canary(crowd, send_now, settings) -> Campaign:
    settings.CAMPAIGN_CANARY_ABOVE, settings.CAMPAIGN_CANARY_SECONDS = 100, 600
    send_now(crowd)
    assert (crowd.planned, crowd.canary_size, crowd.state) == (300, 20, State.CANARY)
    return crowd


def test_of_many_the_first_few_go_ahead_and_the_rest_waits(canary):
    assert pump.pump().accepted == 20
    assert pump.pump().accepted == 0
    assert counts(canary) == {"accepted": 20, "ready": 280}


def test_the_first_few_are_a_fair_sample_and_not_the_letter_a(canary):
    pump.pump()
    names = Delivery.objects.filter(state="accepted").values_list("name", flat=True)
    assert len({name[:6] for name in names if name.startswith("Ente")}) > 1
    assert max(names) > "Ente 150"


def test_the_rest_follows_when_the_first_few_had_time_to_come_back(canary):
    now = timezone.now()
    pump.pump()
    rounds.settle(now)
    rounds.settle(now + timedelta(seconds=590))
    canary.refresh_from_db()
    assert canary.state == State.CANARY
    rounds.settle(now + timedelta(seconds=700))
    canary.refresh_from_db()
    assert canary.state == State.RUNNING
    assert pump.pump().accepted == 280


@pytest.mark.parametrize("bad", ["failed", "bounced_hard", "complained"])
def test_the_brake_is_pulled_when_too_many_of_the_first_few_fail_or_come_back(canary, organiser, bad):
    pump.pump()
    for row in Delivery.objects.filter(state="accepted")[:2]:
        changes = {"accepted_at": None} if bad == "failed" else {}
        Delivery.objects.filter(pk=row.pk).update(state=bad, **changes)
    rounds.settle()
    canary.refresh_from_db()
    assert (canary.state, canary.pause_reason[:2]) == (State.PAUSED, "2 ")
    assert pump.pump().accepted == 0
    services.resume(campaign=canary, by=organiser)  # a person has looked
    canary.refresh_from_db()
    assert canary.state == State.RUNNING
    assert pump.pump().accepted == 280


def test_one_of_twenty_that_fails_is_no_reason_to_stop(canary):
    pump.pump()
    row = Delivery.objects.filter(state="accepted").first()
    Delivery.objects.filter(pk=row.pk).update(state="bounced_hard")
    rounds.settle()
    canary.refresh_from_db()
    assert canary.state == State.CANARY


def test_a_refusal_by_policy_pulls_the_brake_at_once(canary, smtp):
    smtp.script["RCPT"] = b"550 5.7.1 we do not know you\r\n"
    pump.pump()
    canary.refresh_from_db()
    assert canary.state == State.PAUSED
    assert "5.7" in canary.pause_reason


def test_a_small_audience_needs_no_first_few(campaign, send_now):
    send_now(campaign)
    assert (campaign.canary_size, campaign.state) == (0, State.RUNNING)


def test_two_workers_together_send_no_more_than_the_first_few(canary):
    first = claims.claim("a" * 32, "bulk", 15)
    second = claims.claim("b" * 32, "bulk", 15)
    assert (len(first), len(second)) == (15, 5)


# -- stopping -------------------------------------------------------------------------------------------------------------


def test_pausing_stops_and_resuming_goes_on_and_cancelling_ends_it(campaign, organiser, send_now):
    send_now(campaign)
    services.pause(campaign=campaign, by=organiser)
    assert pump.pump().accepted == 0
    services.resume(campaign=campaign, by=organiser)
    worker = pump.Worker("bulk", pump.Report())
    worker._send(claims.claim(worker.owner, "bulk", 1), 1e12)
    services.cancel(campaign=campaign, by=organiser)
    assert pump.pump().accepted == 0
    assert counts(campaign) == {"accepted": 1, "cancelled": 3}


def test_a_worker_that_holds_messages_of_a_cancelled_campaign_lets_them_go(campaign, organiser, send_now):
    send_now(campaign)
    worker = pump.Worker("bulk", pump.Report())
    rows = claims.claim(worker.owner, "bulk", 10)
    services.cancel(campaign=campaign, by=organiser)
    worker._send(rows, 1e12)
    assert counts(campaign) == {"cancelled": 4}


def test_a_cancelled_campaign_of_many_is_emptied_by_the_clock(crowd, organiser, send_now, monkeypatch):
    send_now(crowd)
    monkeypatch.setattr(services.cancel_waiting, "__defaults__", (100,))
    services.cancel(campaign=crowd, by=organiser)
    assert counts(crowd) == {"cancelled": 100, "ready": 200}
    assert pump.pump().accepted == 0  # nothing of it leaves meanwhile
    rounds.settle()
    assert counts(crowd) == {"cancelled": 300}


def test_who_unsubscribes_while_it_waits_is_left_out_at_the_last_moment(campaign, send_now, narni):
    send_now(campaign)
    recipients.unsubscribe(address_hash=hash_address(narni.email))
    pump.pump()
    assert Delivery.objects.get(address=narni.email).state == Delivery.State.SUPPRESSED


def test_an_invitation_that_waited_too_long_is_not_sent_after_the_event_began(campaign, send_now, event):
    send_now(campaign)
    Delivery.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    pump.pump()
    assert counts(campaign) == {"expired": 4}


# -- again ------------------------------------------------------------------------------------------------------------------


def test_only_those_that_failed_go_out_again_with_the_same_message_id(campaign, organiser, send_now, smtp, narni):
    send_now(campaign)
    smtp.script["RCPT"] = b"550 5.1.1 no such mailbox\r\n"
    worker = pump.Worker("bulk", pump.Report())
    worker._send(claims.claim(worker.owner, "bulk", 1), 1e12)
    worker.close()
    del smtp.script["RCPT"]
    pump.pump()
    failed = Delivery.objects.get(state="failed")
    campaign.refresh_from_db()
    assert campaign.state == State.FINISHED
    assert services.send_failed_again(campaign=campaign, by=organiser) == 1
    pump.pump()
    assert counts(campaign) == {"accepted": 4}
    assert len(set(smtp.message_ids)) == 4
    outcomes = list(Attempt.objects.filter(delivery=failed).order_by("pk").values_list("outcome", flat=True))
    assert outcomes == ["refused", "settled", "accepted"]
    with pytest.raises(services.WrongState):
        services.send_failed_again(campaign=campaign, by=organiser)


def test_a_copy_is_a_draft_with_the_same_text_and_audience(campaign, organiser, send_now):
    send_now(campaign)
    copied = services.copy(campaign=campaign, by=organiser)
    assert (copied.state, copied.body_it, copied.audience) == (State.DRAFT, campaign.body_it, campaign.audience)
    # whoever has the first one gets the copy as well: it is another message
    assert sum(candidate.is_in for candidate in planning.audience(copied)) == 4


def test_a_text_is_kept_as_a_template_and_the_same_name_replaces_it(campaign, organiser):
    services.keep_as_template(campaign=campaign, name="Invito breve", by=organiser)
    campaign = services.edit(campaign=campaign, by=organiser, body_it="Nuovo testo")
    services.keep_as_template(campaign=campaign, name="Invito breve", by=organiser)
    assert MessageTemplate.objects.get().body_it == "Nuovo testo"


# -- who joins later ----------------------------------------------------------------------------------------------------------


def test_who_joins_later_is_written_to_only_where_that_was_chosen(campaign, organiser, send_now):
    services.edit(campaign=campaign, by=organiser, late_joiners=True)
    send_now(campaign)
    pump.pump()
    campaign.refresh_from_db()
    assert campaign.state == State.RUNNING  # it waits for newcomers until the event begins
    Organisation.objects.create(name="Arrivato tardi", kind="cso", email="tardi@example.org")
    later = timezone.now() + rounds.LOOK_EVERY + timedelta(seconds=1)
    rounds.settle(later)
    rounds.settle(later + rounds.LOOK_EVERY + timedelta(seconds=1))
    assert pump.pump().accepted == 1
    campaign.refresh_from_db()
    assert (campaign.planned, counts(campaign)) == (5, {"accepted": 5})


def test_who_joins_beyond_what_one_person_decides_waits_for_a_second(campaign, organiser, second, send_now, settings):
    settings.CAMPAIGN_SECOND_PERSON_ABOVE = 4
    services.edit(campaign=campaign, by=organiser, late_joiners=True)
    send_now(campaign)
    pump.pump()
    Organisation.objects.create(name="Arrivato tardi", kind="cso", email="tardi@example.org")
    later = timezone.now() + rounds.LOOK_EVERY + timedelta(seconds=1)
    rounds.settle(later)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.planned) == (State.PAUSED, 4)
    assert campaign.pause_reason
    with pytest.raises(services.SamePerson):
        services.resume(campaign=campaign, by=organiser)
    services.resume(campaign=campaign, by=second)
    rounds.settle(later + rounds.LOOK_EVERY + timedelta(seconds=1))
    assert pump.pump().accepted == 1
    campaign.refresh_from_db()
    assert (campaign.state, campaign.planned, campaign.approved_by) == (State.RUNNING, 5, second)
    assert list(campaign.acts.values_list("verb", "by", "count"))[-3:] == [
        ("paused", None, 1), ("approved", second.pk, None), ("resumed", second.pk, None)
    ]  # fmt: skip


def test_a_pause_for_another_reason_is_ended_by_whoever_sent_it_and_approves_nothing(campaign, organiser, send_now):
    send_now(campaign)
    services.pause(campaign=campaign, by=None, reason="It came back.")
    services.resume(campaign=campaign, by=organiser)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.approved_by) == (State.RUNNING, None)


def test_without_that_choice_the_audience_is_the_one_that_was_approved(campaign, send_now):
    send_now(campaign)
    Organisation.objects.create(name="Arrivato tardi", kind="cso", email="tardi@example.org")
    rounds.settle(timezone.now() + timedelta(hours=1))
    assert pump.pump().accepted == 4


def test_it_ends_when_the_event_begins_and_nobody_is_taken_in_any_more(campaign, organiser, send_now, event):
    services.edit(campaign=campaign, by=organiser, late_joiners=True)
    send_now(campaign)
    pump.pump()
    Organisation.objects.create(name="Arrivato tardi", kind="cso", email="tardi@example.org")
    rounds.settle(event.starts_at + timedelta(minutes=1))
    campaign.refresh_from_db()
    assert (campaign.state, campaign.planned) == (State.FINISHED, 4)


def test_each_recipient_reads_in_their_own_language_where_their_address_comes_from(campaign, organiser, narni):
    Organisation.objects.filter(pk=narni.pk).update(language="en")
    services.edit(campaign=campaign, by=organiser, subject_en="Invitation", body_en="For {organisation}.")
    services.send(campaign=campaign, expected=4, by=organiser)
    sources = dict(Delivery.objects.values_list("language", "payload__source"))
    assert sources == {"it": "l’elenco degli enti", "en": "the directory of organisations"}


def test_people_of_a_list_who_were_invited_and_did_not_answer_can_be_reminded(event, organiser, send_now, register):
    sent = Campaign.objects.create(
        event=event, name="x", subject_it="Invito", body_it="Testo", created_by=organiser,
        audience={"sources": [{"kind": "list", "list": _list(organiser, "anna@ente01.example.org", "zoe@altro.example.org")}]},
    )  # fmt: skip
    send_now(sent)
    pump.pump()
    register("Anna")
    for state, expected in (("unanswered", ["zoe@altro.example.org"]),
                            ("invited", ["anna@ente01.example.org", "zoe@altro.example.org"])):  # fmt: skip
        people = audiences.candidates({"sources": [{"kind": "event", "event": event.pk, "state": state}]})
        assert [candidate.address for candidate in people] == expected


def _list(organiser, *addresses: str) -> int:
    from datetime import date

    from notifications.audiences import services as lists

    upload = lists.keep_upload(
        content="\n".join(addresses).encode(), filename="", source="fiera", collected_on=date(2026, 1, 2), language="it",
        by=organiser, name="Fiera",
    )  # fmt: skip
    lists.apply_upload(upload=upload, by=organiser)
    upload.refresh_from_db()
    return upload.contact_list.pk
