"""What a review of the campaigns found: facts that move while messages wait, and people who decide again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events import services as events
from events.models import Event
from notifications.campaigns import rounds, services
from notifications.models import Campaign, CampaignAct, Delivery, Tally
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
