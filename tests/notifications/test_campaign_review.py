"""What a review of the campaigns found: facts that move while messages wait, and people who decide again."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone, translation

from events import services as events
from events.models import Event
from notifications import audiences
from notifications import services as messages
from notifications.campaigns import examination, planning, rounds, services
from notifications.models import (
    Attempt,
    Campaign,
    CampaignAct,
    Delivery,
    MessageTemplate,
    OutboxAct,
    Segment,
    Suppression,
    Tally,
    Throttle,
    hash_address,
)
from notifications.sending import claims, pump
from organisations.models import Organisation
from tests.notifications.conftest import DIRECTORY

pytestmark = pytest.mark.django_db
State = Campaign.State


@pytest.fixture
def campaign(event, organiser, terni, orvieto, narni, cso) -> Campaign:
    return services.prepare(
        by=organiser, event=event, name="Inviti", subject_it="Invito: {event}", body_it="Per {organisation}: {date}.",
        audience=DIRECTORY,
    )  # fmt: skip


def counts(campaign) -> dict[str, int]:
    return {state: number for state, number in Tally.objects.by_state(campaign=campaign.pk).items() if number}


def fresh(campaign) -> Campaign:
    return Campaign.objects.get(pk=campaign.pk)


# -- the event is called off ------------------------------------------------------------------------------------------


def test_a_cancelled_event_invites_nobody_any_more_and_the_campaign_says_why(campaign, event, organiser, send_now):
    send_now(campaign)
    services.pause(campaign=campaign, by=organiser)
    events.cancel(event=event, reason="Sciopero", by=organiser)
    assert pump.pump().accepted == 0
    assert (fresh(campaign).state, counts(campaign)) == (State.CANCELLED, {"cancelled": 4})
    act = CampaignAct.objects.filter(verb="cancelled").get()
    assert (act.by, act.reason) == (None, "the event was called off")
    assert set(campaign.deliveries.values_list("reply", flat=True)) == {"the event was called off"}


@pytest.mark.parametrize("second_person_above", [3, 100])
def test_a_campaign_that_has_not_begun_is_cancelled_with_its_event(
    campaign, event, organiser, settings, second_person_above
):
    settings.CAMPAIGN_SECOND_PERSON_ABOVE = second_person_above
    services.send(campaign=campaign, expected=4, by=organiser)
    events.cancel(event=event, reason="Sciopero", by=organiser)
    rounds.settle(timezone.now() + timedelta(days=1))
    assert pump.pump().accepted == 0
    assert (fresh(campaign).state, counts(campaign)) == (State.CANCELLED, {"cancelled": 4})


def test_an_ended_campaign_and_a_draft_stay_as_they_are_when_the_event_is_called_off(
    campaign, event, organiser, send_now
):
    draft = services.copy(campaign=campaign, by=organiser)
    send_now(campaign)
    pump.pump()
    events.cancel(event=event, reason="Sciopero", by=organiser)
    assert (fresh(campaign).state, fresh(draft).state) == (State.FINISHED, State.DRAFT)
    assert not CampaignAct.objects.filter(verb="cancelled").exists()


def test_what_a_worker_holds_already_does_not_leave_for_a_cancelled_event(campaign, event, send_now):
    send_now(campaign)
    worker = pump.Worker("bulk", pump.Report())
    rows = claims.claim(worker.owner, "bulk", 10)
    Event.objects.filter(pk=event.pk).update(state="cancelled", cancelled_at=timezone.now())
    worker._send(rows, 1e12)
    assert counts(campaign) == {"cancelled": 4}


def test_a_campaign_confirmed_while_the_event_was_being_called_off_does_not_start(campaign, event, organiser):
    services.send(campaign=campaign, expected=4, by=organiser)
    Event.objects.filter(pk=event.pk).update(state="cancelled", cancelled_at=timezone.now())
    rounds.settle(timezone.now() + timedelta(days=1))
    assert (fresh(campaign).state, counts(campaign)) == (State.CANCELLED, {"cancelled": 4})


# -- the event moves --------------------------------------------------------------------------------------------------


def test_invitations_to_an_event_that_moved_to_a_later_day_still_leave(
    campaign, event, organiser, send_now, time_machine_at
):
    send_now(campaign)
    first = event.starts_at
    later = {"starts_at": first + timedelta(days=30), "ends_at": event.ends_at + timedelta(days=30)}
    events.change(event=event, by=organiser, **later)
    with time_machine_at(first.year, first.month, first.day, 12):
        assert pump.pump().accepted == 4


def test_invitations_to_an_event_that_moved_to_an_earlier_day_do_not_leave_after_it_began(
    campaign, event, organiser, send_now
):
    send_now(campaign)
    now = timezone.now()
    events.change(event=event, by=organiser, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1))
    assert pump.pump().accepted == 0
    assert counts(campaign) == {"expired": 4}


def test_no_invitation_leaves_after_registrations_have_closed_but_news_does(campaign, event, organiser, send_now):
    news = services.prepare(
        by=organiser, event=event, name="Notizie", purpose="news", subject_it="Programma", body_it="Ecco il programma.",
        audience=DIRECTORY,
    )  # fmt: skip
    send_now(campaign)
    send_now(news)
    Event.objects.filter(pk=event.pk).update(registration_closes_at=timezone.now())
    pump.pump()
    assert (counts(campaign), counts(news)) == ({"expired": 4}, {"accepted": 4})
    assert fresh(campaign).state == State.FINISHED


def test_nobody_is_taken_into_an_invitation_after_registrations_have_closed(campaign, event, organiser, send_now):
    services.edit(campaign=campaign, by=organiser, late_joiners=True)
    send_now(campaign)
    pump.pump()
    Organisation.objects.create(name="Arrivato tardi", kind="cso", email="tardi@example.org")
    Event.objects.filter(pk=event.pk).update(registration_closes_at=timezone.now() + timedelta(hours=1))
    rounds.settle(timezone.now() + timedelta(hours=2))
    assert (fresh(campaign).state, fresh(campaign).planned) == (State.FINISHED, 4)


# -- the end ----------------------------------------------------------------------------------------------------------


def test_messages_given_back_after_the_campaign_ended_still_go_out(campaign, send_now):
    send_now(campaign)
    held = claims.claim("a" * 32, "bulk", 1)
    claims.begin(held, "a" * 32)
    Delivery.objects.filter(pk=held[0].pk).update(state="uncertain", lease_until=None)  # its worker was thought dead
    pump.pump()
    assert fresh(campaign).state == State.FINISHED
    Delivery.objects.filter(pk=held[0].pk).update(state="ready", owner="")  # its diary says: surely not sent
    assert pump.pump().accepted == 1
    assert (fresh(campaign).state, counts(campaign)) == (State.FINISHED, {"accepted": 4})


# -- a person lets messages go again ----------------------------------------------------------------------------------


@pytest.fixture
def failed(campaign, send_now) -> Delivery:
    """A message of a finished campaign that was tried for two days."""
    send_now(campaign)
    row = campaign.deliveries.order_by("pk").first()
    long_ago = timezone.now() - timedelta(days=3)
    Delivery.objects.filter(pk=row.pk).update(state="failed", attempts=7, created_at=long_ago, reply="452 4.2.2 full")
    pump.pump()
    assert fresh(campaign).state == State.FINISHED
    row.refresh_from_db()
    return row


def one(row, organiser) -> None:
    messages.send_again(delivery=row, by=organiser)


def all_that_failed(row, organiser) -> None:
    services.send_failed_again(campaign=row.campaign, by=organiser)


@pytest.fixture(params=[one, all_that_failed])
def send_again(request, organiser):
    """Both ways to let it go again do the same."""
    return lambda row: request.param(row, organiser)


def test_what_is_sent_again_is_tried_for_two_days_anew_with_the_date_it_had(failed, send_again, smtp):
    send_again(failed)
    smtp.script["RCPT"] = b"452 4.2.2 mailbox full\r\n"
    pump.pump()
    again = Delivery.objects.get(pk=failed.pk)
    assert (again.state, again.attempts, again.created_at) == ("ready", 1, failed.created_at)


def test_what_is_sent_again_is_written_down_with_the_message_and_with_the_campaign(failed, send_again, organiser):
    send_again(failed)
    assert fresh(failed.campaign).state == State.RUNNING
    assert failed.tries.get().reply == "to be sent again, by olga@socialneet.example.org"
    assert CampaignAct.objects.filter(verb="sent_again", by=organiser, count=1).count() == 1
    assert OutboxAct.objects.filter(verb=OutboxAct.Verb.SENT_AGAIN, by=organiser, facts__count=1).count() == 1


def test_what_a_person_lets_go_again_leaves_though_its_time_was_over(failed, send_again):
    Delivery.objects.filter(pk=failed.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    send_again(failed)
    assert pump.pump().accepted == 1


def test_an_address_refused_again_after_it_was_sent_again_is_written_to_no_more(failed, send_again, smtp):
    Delivery.objects.filter(pk=failed.pk).update(reply="550 5.1.1 no such mailbox")
    Attempt.objects.create(delivery=failed, outcome="refused", reply="550 5.1.1 no such mailbox")
    smtp.script["RCPT"] = b"550 5.1.1 no such mailbox\r\n"
    send_again(failed)
    pump.pump()
    assert Suppression.objects.get().address_hash == hash_address(failed.address)


@pytest.mark.django_db(transaction=True)
def test_both_ways_to_send_again_lock_the_campaign_before_its_messages(failed, send_again):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")

    def run() -> None:
        send_again(failed)
        connections.close_all()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        Campaign.objects.select_for_update().get(pk=failed.campaign_id)
        thread.start()
        thread.join(timeout=1)
        assert thread.is_alive()  # it waits for the campaign
        Delivery.objects.select_for_update(nowait=True, of=("self",)).get(
            pk=failed.pk
        )  # and holds no message meanwhile
    thread.join(timeout=30)
    assert Delivery.objects.get(pk=failed.pk).state == "ready"


# -- pausing the first few --------------------------------------------------------------------------------------------


def test_pausing_while_the_first_few_are_watched_does_not_let_the_rest_go(campaign, organiser, send_now, settings):
    settings.CAMPAIGN_CANARY_ABOVE = 4
    services.edit(campaign=campaign, by=organiser, canary_percent=50)
    send_now(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(canary_since=timezone.now())
    services.pause(campaign=campaign, by=organiser)
    services.resume(campaign=campaign, by=organiser)
    assert fresh(campaign).state == State.CANARY
    services.pause(campaign=campaign, by=None, reason="too many came back")
    services.resume(campaign=campaign, by=organiser)  # a person has looked
    assert fresh(campaign).state == State.RUNNING


# -- who is invited ---------------------------------------------------------------------------------------------------


def standing(event, state: str) -> int:
    return len(audiences.candidates({"sources": [{"kind": "event", "event": event.pk, "state": state}]}))


@pytest.mark.parametrize("state", ["invited", "unanswered"])
def test_who_was_only_planned_for_is_not_among_the_invited(campaign, event, organiser, send_now, state):
    services.send(campaign=campaign, expected=4, by=organiser)
    assert standing(event, state) == 0
    services.start_now(campaign=campaign, by=organiser)
    pump.pump()
    assert standing(event, state) == 4


def test_taking_a_campaign_back_takes_back_the_invitations_that_it_made_and_no_other(
    campaign, event, organiser, terni, orvieto, narni, register
):
    before = events.invite(event=event, organisation=terni)
    services.send(campaign=campaign, expected=4, by=organiser)
    opened = event.invitations.get(organisation=orvieto)
    events.record_opening(invitation=opened)
    used = event.invitations.get(organisation=narni)
    register("Anna", invitation=used)
    services.withdraw(campaign=campaign, by=organiser)
    assert set(event.invitations.all()) == {before, opened, used}


def test_an_invitation_that_another_campaign_carries_is_not_taken_back(campaign, event, organiser):
    second = services.copy(campaign=campaign, by=organiser)
    services.send(campaign=campaign, expected=4, by=organiser)
    services.send(campaign=second, expected=4, by=organiser)
    services.withdraw(campaign=campaign, by=organiser)
    assert event.invitations.count() == 4


# -- the preview while one writes -------------------------------------------------------------------------------------


@pytest.fixture
def page(client_of, organiser):
    """Posts to a page of campaigns, in English."""
    client = client_of(organiser)
    return lambda path, **fields: client.post(f"/en/manage/campaigns/{path}", fields)


def test_the_live_preview_of_a_segment_that_cannot_be_read_says_so_and_shows_the_text(page, event, organiser):
    segment = Segment.objects.create(
        name="Vecchio", definition={"sources": [{"kind": "waiting_list", "event": 1}]}, created_by=organiser
    )
    texts = {"event": event.pk, "subject_it": "Invito", "body_it": "Per {organisation}.", "preview_as": "terni"}
    answer = page("live/", whom=f"segment:{segment.pk}", **texts)
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "The audience names something that is not understood any more: choose it anew." in shown
    assert "<strong>Invito</strong>" in shown


def test_the_live_preview_of_a_draft_finds_its_audience_as_it_is(page, campaign, event, organiser, register):
    register("Anna")
    kept = {"sources": [{"kind": "event", "event": event.pk, "state": "registered"}]}
    services.edit(campaign=campaign, by=organiser, audience=kept)
    edit = page(f"{campaign.pk}/edit/", name="").content.decode()
    assert f'formaction="/en/manage/campaigns/{campaign.pk}/live/"' in edit
    texts = {"event": event.pk, "subject_it": "Invito", "body_it": "Per {organisation}."}
    assert "As Carla Contatto would get it." in page(f"{campaign.pk}/live/", whom="kept", **texts).content.decode()


def test_only_a_draft_is_previewed_while_it_is_written_and_only_for_organisers(
    page, campaign, client_of, stranger, send_now
):
    assert client_of(stranger).post(f"/en/manage/campaigns/{campaign.pk}/live/").status_code == 403
    send_now(campaign)
    assert page(f"{campaign.pk}/live/").status_code == 404


# -- a test mail ------------------------------------------------------------------------------------------------------


def send_test(campaign, organiser) -> Delivery:
    services.send_test(campaign=campaign, candidate=planning.audience(campaign)[0], by=organiser)
    return Delivery.objects.get(kind="campaign_test")


def test_a_test_goes_the_way_that_the_campaign_will_go(campaign, organiser, sink, dead_port, settings):
    settings.MAIL_URL, settings.MAIL_URL_BULK = f"smtp://127.0.0.1:{dead_port}", sink.url
    settings.MAIL_FROM_BULK = "Inviti <inviti@liste.socialneet.example.org>"
    send_test(campaign, organiser)
    assert pump.pump().accepted == 1
    assert b"From: Inviti <inviti@liste.socialneet.example.org>" in sink.messages[0]


def test_a_test_leaves_at_night_before_what_waits_and_whatever_its_reader_wishes(
    campaign, organiser, send_now, time_machine_at
):
    second = services.copy(campaign=campaign, by=organiser)
    send_now(campaign)
    Suppression.objects.create(address_hash=hash_address(organiser.email), reason="unsubscribed")
    with time_machine_at(2027, 3, 7, 3):  # a Sunday night
        row = send_test(second, organiser)
        assert [claimed.pk for claimed in claims.claim("a" * 32, "bulk", 1)] == [row.pk]
        claims.release("a" * 32)
        pump.pump()
    row.refresh_from_db()
    assert row.state == "accepted"


def test_a_test_carries_nobodys_personal_link(campaign, event, organiser, terni, orvieto, narni, cso):
    for organisation in (terni, orvieto, narni, cso):
        events.invite(event=event, organisation=organisation)
    key = send_test(campaign, organiser).payload["key"]
    assert key not in {invitation.key.hex for invitation in event.invitations.all()}


# -- kept texts -------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(campaign, organiser) -> MessageTemplate:
    campaign = services.edit(campaign=campaign, by=organiser, text_it="Solo testo", text_en="Plain words")
    return services.keep_as_template(campaign=campaign, name="Invito breve", by=organiser)


def test_a_kept_text_brings_its_plain_version_along(kept, client_of, organiser):
    page = client_of(organiser).get(f"/en/manage/campaigns/new/?template={kept.pk}").content.decode()
    assert "Solo testo" in page
    assert "Plain words" in page


def test_a_kept_text_can_be_renamed_but_not_to_a_name_that_another_has(kept, campaign, organiser, page):
    services.keep_as_template(campaign=campaign, name="Altro", by=organiser)
    refused = page(f"templates/{kept.pk}/rename/", kept_as="Altro")
    assert refused.status_code == 422
    assert "Another template has this name" in refused.content.decode()
    assert page(f"templates/{kept.pk}/rename/", kept_as="").status_code == 422
    assert page(f"templates/{kept.pk}/rename/", kept_as="Invito lungo").status_code == 302
    assert set(MessageTemplate.objects.values_list("name", flat=True)) == {"Altro", "Invito lungo"}


def test_a_kept_text_is_deleted_after_a_question(kept, page, client_of, organiser):
    asked = client_of(organiser).get(f"/en/manage/campaigns/templates/{kept.pk}/delete/")
    assert "Delete the template" in asked.content.decode()
    assert MessageTemplate.objects.exists()
    page(f"templates/{kept.pk}/delete/")
    assert not MessageTemplate.objects.exists()


@pytest.mark.parametrize("verb", ["rename", "delete"])
def test_kept_texts_are_changed_by_organisers_alone(kept, client_of, signatory, stranger, verb):
    for user in (signatory, stranger):
        for method in ("get", "post"):
            assert getattr(client_of(user), method)(f"/manage/campaigns/templates/{kept.pk}/{verb}/").status_code == 403
    assert MessageTemplate.objects.get().name == "Invito breve"


# -- the check --------------------------------------------------------------------------------------------------------


def seconds(campaign) -> float | None:
    return examination.examine(campaign, planning.audience(campaign)).seconds


def test_the_duration_knows_the_lanes_limits(campaign, time_machine_at):
    with time_machine_at(2026, 12, 1, 10):
        assert seconds(campaign) is None
        limit = Throttle.objects.create(lane="bulk", rate=2)
        assert seconds(campaign) == pytest.approx(120)
        Throttle.objects.filter(pk=limit.pk).update(daily_cap=1)
        assert seconds(campaign) == pytest.approx(
            14 * 3600 + 2 * 86_400 + 30
        )  # the fourth just after the third midnight


def test_the_duration_knows_the_quiet_hours(campaign, time_machine_at):
    Throttle.objects.create(lane="bulk", rate=2)
    campaign.also_at_quiet_times = False
    with time_machine_at(2026, 12, 5, 20, 59):  # Saturday: two today, nothing on Sunday, two on Monday at eight
        assert seconds(campaign) == pytest.approx((3 + 24 + 8) * 3600 + 60 + 60)


def test_the_campaign_shows_the_check_it_was_confirmed_with_in_the_readers_language(
    campaign, send_now, client_of, organiser
):
    outcome = examination.examine(campaign, planning.audience(campaign)).outcome
    send_now(campaign)
    assert fresh(campaign).verdict["outcome"] == outcome
    assert set(fresh(campaign).verdict["findings"]) == {"it", "en"}
    page = client_of(organiser).get(f"/en/manage/campaigns/{campaign.pk}/").content.decode()
    assert "The check that it was confirmed with" in page
    assert "There is no text in English." in page
    assert "Looked at 4 messages." in page
    with translation.override("it"):
        italian = str(translation.gettext("There is no text in %(language)s."))
    assert italian.split("%")[0] in client_of(organiser).get(f"/manage/campaigns/{campaign.pk}/").content.decode()
