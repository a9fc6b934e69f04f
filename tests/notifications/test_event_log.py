"""What reminders, campaigns and posts write into the change log of their event."""

from datetime import time

import pytest

from events import services as events
from events.log import reading
from events.log.kinds import KINDS
from events.models import LogEntry
from notifications.campaigns import planning
from notifications.campaigns import services as campaigns
from notifications.channels import services as channels
from notifications.models import CampaignAct
from notifications.reminders import services as reminders
from organisations.models import RoleGrant, User
from organisations.roles import Role
from tests.notifications.conftest import DIRECTORY

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(db) -> User:
    user = User.objects.create_user("oreste@socialneet.example.org", name="Oreste Organizzatore")
    RoleGrant.objects.create(user=user, role=Role.ORGANISER)
    return user


def said() -> list[str]:
    return [line.sentence for line in reading.lines(list(LogEntry.objects.select_related("by").order_by("pk")))]


def actions() -> list[str]:
    return list(LogEntry.objects.order_by("pk").values_list("action", flat=True))


def test_a_rule_from_its_making_to_its_end(event, organiser):
    rule = reminders.add_rule(target=event, by=organiser, days=1, local_time=time(9))
    reminders.change_rule(rule=rule, by=organiser, days=2, local_time=time(10))
    assert LogEntry.objects.latest("pk").values == {
        "audience": "place_holders",
        "changes": {"days": [1, 2], "local_time": ["09:00:00", "10:00:00"]},
    }
    for _click in range(2):
        reminders.switch_off(rule=rule, by=organiser)
    for _click in range(2):
        reminders.switch_on(rule=rule, by=organiser)
    reminders.delete_rule(rule=rule, by=organiser)
    assert actions() == [f"reminder.{verb}" for verb in ("added", "changed", "switched_off", "switched_on", "removed")]
    assert said()[2] == "Olga Organizzatrice ha spento un promemoria (a chi: chiunque ha un posto)."
    (line,) = reading.lines([LogEntry.objects.order_by("pk")[1]])
    assert [str(detail) for detail in line.details] == ["Giorni: da «1» a «2»", "Ora: da «09:00» a «10:00»"]


def test_a_campaign_by_two_people_with_whom_it_invited(event, organiser, second, terni, narni, settings):
    settings.CAMPAIGN_SECOND_PERSON_ABOVE = 1
    campaign = campaigns.prepare(
        by=organiser, event=event, name="Inviti", subject_it="Invito", body_it="x", audience=DIRECTORY
    )
    count = sum(one.is_in for one in planning.audience(campaign))
    campaigns.send(campaign=campaign, expected=count, by=organiser)
    campaigns.approve(campaign=campaign, by=second)
    campaigns.withdraw(campaign=campaign, by=second)
    assert actions() == [
        "invitation.made_for_many", "campaign.confirmed", "campaign.approved", "invitation.taken_back",
        "campaign.withdrawn",
    ]  # fmt: skip
    assert f"Olga Organizzatrice ha confermato la campagna «Inviti» per {count} indirizzi." in said()
    assert "Oreste Organizzatore ha approvato la campagna «Inviti»." in said()
    assert "Olga Organizzatrice ha invitato 2 enti con una campagna." in said()
    assert "Oreste Organizzatore ha ripreso 2 inviti che non erano partiti." in said()


def test_every_act_on_a_campaign_has_its_words():
    assert {key for key in KINDS if key.startswith("campaign.")} == {f"campaign.{verb}" for verb in CampaignAct.Verb}


def test_what_ends_with_its_event_is_the_portals_doing(event, organiser, terni):
    campaign = campaigns.prepare(
        by=organiser, event=event, name="Inviti", subject_it="Invito", body_it="x", audience=DIRECTORY
    )
    campaigns.send(campaign=campaign, expected=1, by=organiser)
    events.cancel(event=event, by=organiser, reason="Neve")
    assert "Il portale, da solo, ha annullato quel che restava della campagna «Inviti»." in said()


def test_a_post_by_hand(event, organiser):
    post = channels.plan(event=event, by=organiser, kind="press", label="Corriere di prova")
    channels.edit(post=post, by=organiser, text_it="Venite")
    channels.edit(post=post, by=organiser, text_it="Venite")
    channels.record(post=post, published_on=event.starts_at.date(), link="", reach=None, by=organiser)
    channels.reopen(post=post, by=organiser)
    channels.cancel(post=post, by=organiser)
    assert [action for action in actions() if action.startswith("post.")] == [
        f"post.{verb}" for verb in ("planned", "changed", "recorded", "reopened", "cancelled")
    ]
    assert "Olga Organizzatrice ha messo nel piano un post per «Corriere di prova» (giornale)." in said()
