"""Messages one by one: found without counting, decided in numbers, told with their reasons, shown without secrets."""

import re
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from notifications.models import Attempt, Campaign, Delivery, OutboxAct, Station, Throttle
from notifications.reminders import planning
from notifications.reminders import services as reminder_services
from notifications.sending import patterns, pump, station
from tests.events.conftest import rome
from tests.notifications.test_cockpit import HERE, communications, desk, page, put  # noqa: F401
from tests.notifications.test_pump import states, write

pytestmark = pytest.mark.django_db
State = Delivery.State


def shown(client, **filters: object) -> list[str]:
    """The addresses on a page of the list."""
    text = page(client, f"messages/?{urlencode(filters)}")
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', text)


def campaign_of(event, organiser, **changes) -> Campaign:
    fields = {"state": "running", "starts_at": timezone.now(), "name": "Inviti", "subject_it": "s", "body_it": "b"}
    return Campaign.objects.create(event=event, created_by=organiser, **(fields | changes))


# -- the list -------------------------------------------------------------------------------------------------------------------


def test_the_list_is_filtered_by_recipient_state_kind_lane_and_campaign(desk, event, organiser):  # noqa: F811
    campaign = campaign_of(event, organiser)
    write(1, address="anna@ente01.example.org")
    write(1, key="b", address="bruno@ente02.example.org", lane="bulk", campaign=campaign, kind="invitation")
    put(State.FAILED, 1, address="carla@ente03.example.org")
    assert len(shown(desk)) == 3
    assert shown(desk, q="anna@ente01.example.org") == ["anna@ente01.example.org"]
    assert shown(desk, q="Anna@Ente01.example.org") == ["anna@ente01.example.org"]
    assert shown(desk, q="ente02") == ["bruno@ente02.example.org"]
    assert shown(desk, q="@ente02.example.org") == ["bruno@ente02.example.org"]
    assert shown(desk, state="failed") == ["carla@ente03.example.org"]
    assert shown(desk, kind="invitation") == shown(desk, lane="bulk") == shown(desk, campaign=campaign.pk)
    assert shown(desk, kind="invitation") == ["bruno@ente02.example.org"]
    assert shown(desk, kind="invitation", state="failed") == []


def test_what_came_back_is_one_choice(desk):  # noqa: F811
    for state in (State.BOUNCED_SOFT, State.BOUNCED_HARD, State.COMPLAINED, State.ACCEPTED):
        put(state, 1, address=f"{state}@ente01.example.org")
    found = shown(desk, state="came_back")
    assert found == [f"{state}@ente01.example.org" for state in ("complained", "bounced_hard", "bounced_soft")]


@pytest.mark.parametrize(
    "filters", [{"state": "x"}, {"campaign": "99999"}, {"lane": "y"}, {"before": "a"}, {"after": "-1"}]
)
def test_a_strange_filter_shows_the_list_and_no_error(desk, filters):  # noqa: F811
    write(1)
    assert desk.get(f"{HERE}messages/?{urlencode(filters)}").status_code == 200


def test_pages_by_keys_show_everything_once_in_both_directions(desk):  # noqa: F811
    write(120)
    rows = [f"a{number}@example.org" for number in reversed(range(120))]
    seen, query = [], {}
    for _page in range(3):
        text = page(desk, f"messages/?{urlencode(query)}")
        seen.append(shown(desk, **query))
        older = re.search(r'before=(\d+)">Older', text)
        query = {"before": older[1]} if older else {}
    assert seen[0] + seen[1] + seen[2] == rows
    assert query == {}
    last = Delivery.objects.order_by("pk")[19].pk  # the newest of the last page
    assert shown(desk, after=last) == seen[1]
    assert shown(desk, after=Delivery.objects.order_by("pk")[69].pk) == seen[0]


def test_the_list_counts_no_rows_and_asks_nothing_when_the_tally_says_none(desk, django_assert_max_num_queries):  # noqa: F811
    write(60)
    with django_assert_max_num_queries(8) as queries:
        assert len(shown(desk)) == 50
    sql = [each["sql"] for each in queries]
    assert not [each for each in sql if "COUNT(" in each and "notifications_delivery" in each]
    with django_assert_max_num_queries(7) as queries:
        assert shown(desk, state="failed") == []
    assert not [each["sql"] for each in queries if 'FROM "notifications_delivery"' in each["sql"]]


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_whatever_its_length(desk, event, organiser, count, django_assert_max_num_queries):  # noqa: F811
    for number in range(count):
        write(1, key=f"c{number}", lane="bulk", campaign=campaign_of(event, organiser, name=f"c{number}"))
    with django_assert_max_num_queries(8):
        assert len(shown(desk)) == count


# -- decisions about many ---------------------------------------------------------------------------------------------------------


def decide(client, rows, decision: str) -> str:
    answer = client.post(
        f"{HERE}messages/decide/", {"keys": [row.key for row in rows], "decision": decision}, follow=True
    )
    return answer.content.decode()


def test_boxes_stand_only_beside_uncertain_messages(desk):  # noqa: F811
    put(State.UNCERTAIN, 2)
    put(State.FAILED, 1)
    assert page(desk, "messages/?state=uncertain").count('name="keys"') == 2
    for filters in ("", "?state=failed"):
        assert 'name="keys"' not in page(desk, f"messages/{filters}")


def test_several_uncertain_messages_go_out_once_more(desk, organiser, smtp):  # noqa: F811
    put(State.UNCERTAIN, 3, lane="bulk")
    rows = list(Delivery.objects.order_by("pk"))
    assert "2 messages go out once more." in decide(desk, rows[:2], "again")
    assert states() == [State.READY, State.READY, State.UNCERTAIN]
    pump.pump()
    assert smtp.message_ids == [rows[0].message_id.encode(), rows[1].message_id.encode()]
    act = OutboxAct.objects.get()
    assert (act.verb, act.by, act.facts) == ("sent_again", organiser, {"count": 2})
    assert rows[0].tries.filter(reply=f"to be sent again, by {organiser.email}").count() == 1


def test_several_uncertain_messages_are_marked_as_arrived(desk, organiser):  # noqa: F811
    put(State.UNCERTAIN, 3, lane="bulk")
    rows = list(Delivery.objects.order_by("pk"))
    assert "2 messages are marked as arrived." in decide(desk, rows[1:], "arrived")
    assert states() == [State.UNCERTAIN, State.ACCEPTED, State.ACCEPTED]
    assert "2 messages marked as arrived" in page(desk)


def test_those_that_moved_on_are_left_alone_and_it_is_said(desk):  # noqa: F811
    put(State.UNCERTAIN, 1)
    put(State.FAILED, 1)
    text = decide(desk, Delivery.objects.all(), "again")
    assert "1 message goes out once more." in text
    assert "The others had moved on" in text
    assert sorted(states()) == [State.FAILED, State.READY]


def test_a_finished_campaign_goes_on_when_one_of_its_messages_goes_out_again(desk, event, organiser):  # noqa: F811
    campaign = campaign_of(event, organiser, state="finished")
    put(State.UNCERTAIN, 1, lane="bulk", campaign=campaign)
    decide(desk, Delivery.objects.all(), "again")
    campaign.refresh_from_db()
    assert campaign.state == "running"


def test_a_code_that_ended_has_no_text_left_to_send_again(desk):  # noqa: F811
    put("failed", kind="account", payload={})
    row = Delivery.objects.get()
    shown_page = page(desk, f"{row.key}/")
    assert "Its recipient asks for a new one" in shown_page
    assert "Send it again" not in shown_page
    answer = desk.post(f"{HERE}{row.key}/send-again/", follow=True)
    assert "Its recipient asks for a new one" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == State.FAILED


@pytest.mark.parametrize("posted", [{}, {"decision": "again"}, {"keys": ["rubbish"], "decision": "again"},
                                    {"keys": [str(uuid4())], "decision": "burn"}])  # fmt: skip
def test_nothing_ticked_or_nothing_chosen_changes_nothing(desk, posted):  # noqa: F811
    put(State.UNCERTAIN, 1)
    answer = desk.post(f"{HERE}messages/decide/", posted, follow=True)
    assert "Tick at least one message" in answer.content.decode()
    assert states() == [State.UNCERTAIN]


def test_who_may_decide(client, client_of, communications, signatory, stranger):  # noqa: F811
    put(State.UNCERTAIN, 1)
    row = Delivery.objects.get()
    posted = {"keys": [row.key], "decision": "arrived"}
    assert client.post(f"{HERE}messages/decide/", posted).status_code == 302
    for user in (signatory, stranger):
        assert client_of(user).post(f"{HERE}messages/decide/", posted).status_code == 403
        for verb in ("send-again", "arrived"):
            assert client_of(user).post(f"{HERE}{row.key}/{verb}/").status_code == 403
    assert states() == [State.UNCERTAIN]
    assert client_of(communications).post(f"{HERE}messages/decide/", posted).status_code == 302
    assert states() == [State.ACCEPTED]


# -- one message ------------------------------------------------------------------------------------------------------------------


def test_one_page_tells_who_why_and_every_attempt(desk, register):  # noqa: F811
    registration = register("Anna")
    row = Delivery.objects.get(kind="registration_confirmed")
    Attempt.objects.create(delivery=row, outcome="deferred", reply="450 4.2.0 greylisted")
    pump.pump()
    text = page(desk, f"{row.key}/")
    for words in ("carla@ente01.example.org", "Carla Contatto", f"Registration {registration.reference}", "single messages",
                  "450 4.2.0 greylisted", "not now", "handed over", "REQUEST, SEQUENCE", row.message_id.strip("<>"),
                  "confirmation of a registration"):  # fmt: skip
        assert words in text
    assert f"/manage/events/{registration.event.slug}/" in text
    assert registration.token not in text


@pytest.mark.parametrize("count", [1, 30])
def test_one_page_costs_the_same_whatever_its_history(desk, register, count, django_assert_max_num_queries):  # noqa: F811
    register("Anna")
    row = Delivery.objects.get(kind="registration_confirmed")
    Attempt.objects.bulk_create(Attempt(delivery=row, outcome="deferred", reply="450") for _number in range(count))
    with django_assert_max_num_queries(13):
        page(desk, f"{row.key}/")


def test_a_message_of_a_campaign_leads_to_it(desk, event, organiser):  # noqa: F811
    campaign = campaign_of(event, organiser)
    write(1, lane="bulk", campaign=campaign, kind="invitation", payload={})
    text = page(desk, f"{Delivery.objects.get().key}/")
    assert "Campaign “Inviti”" in text
    assert f"/manage/campaigns/{campaign.pk}/" in text


def test_a_reminder_says_when_it_was_due_and_why_then(desk, event, register, organiser):  # noqa: F811
    type(event).objects.update(starts_at=rome(2027, 3, 12, 10, 30), ends_at=rome(2027, 3, 12, 12, 30))
    event.refresh_from_db()
    with time_machine.travel(rome(2027, 3, 1, 12), tick=False):
        register("Anna", event=event)
        reminder_services.add_default_rule(event=event, by=organiser)
    with time_machine.travel(rome(2027, 3, 11, 9, 1), tick=False):
        planning.plan_due()
    row = Delivery.objects.filter(kind="reminder").first()
    text = page(desk, f"{row.key}/")
    assert "A reminder that was due on 11 March 2027, 9:00, because 1 day before the start" in text
    assert f"/manage/events/{event.slug}/reminders/" in text
    assert "Not sent any more after" in text


def test_a_message_whose_object_is_gone_says_so(desk):  # noqa: F811
    write(1, kind="registration_link", payload={"registration": 999_999})
    assert "not there any more" in page(desk, f"{Delivery.objects.get().key}/")


# -- what it waits for --------------------------------------------------------------------------------------------------------------


def waits(client) -> str:
    return page(client, f"{Delivery.objects.get().key}/")


def test_a_message_that_nothing_holds_says_so(desk):  # noqa: F811
    write(1)
    assert "leaves as soon as its turn comes" in waits(desk)
    Delivery.objects.update(state=State.FAILED)
    assert "What it waits for" not in waits(desk)


def test_a_message_tells_of_the_hold_and_of_another_site(desk, organiser, smtp):  # noqa: F811
    write(1)
    station.hold(reason="trasloco", by=organiser)
    assert "All mail is held: trasloco" in waits(desk)
    Station.objects.update(held_at=None, held_by=None, site="https://production.example.org")
    assert "belong to another site" in waits(desk)


def test_a_message_tells_of_its_own_time_and_of_the_words_that_set_it(desk):  # noqa: F811
    write(1)
    Delivery.objects.update(not_before=rome(2027, 10, 17, 9))
    assert "Sends on 17 October 2027, 9:00: it is not to leave earlier." in waits(desk)
    Delivery.objects.update(reply="450 4.2.0 greylisted")
    assert "Sends on 17 October 2027, 9:00, because the mail server said: 450 4.2.0 greylisted" in waits(desk)


@pytest.mark.parametrize(("state", "words"), [
    ("scheduled", "Sends on 17 October 2027, 9:00, because its campaign starts then."), ("checked", "second person"),
    ("canary", "the first few"), ("paused", "Its campaign is paused. Troppe tornate"),
])  # fmt: skip
def test_a_message_tells_what_its_campaign_waits_for(desk, event, organiser, state, words):  # noqa: F811
    campaign = campaign_of(
        event, organiser, state=state, starts_at=rome(2027, 10, 17, 9), pause_reason="Troppe tornate"
    )  # fmt: skip
    write(1, lane="bulk", campaign=campaign)
    assert words in waits(desk)


def test_a_message_tells_of_the_quiet_hours(desk, event, organiser):  # noqa: F811
    campaign = campaign_of(event, organiser, also_at_quiet_times=False)
    write(1, lane="bulk", campaign=campaign)
    with time_machine.travel(rome(2027, 3, 9, 23), tick=False):
        from django.test import Client

        client = Client()  # a session that is young at that time
        client.force_login(organiser)
        assert "Sends on 10 March 2027, 8:00, because its campaign keeps the quiet hours." in waits(client)


def test_a_message_tells_of_a_pause_and_of_a_used_up_day(desk):  # noqa: F811
    write(1)
    until = timezone.now() + timedelta(minutes=5)
    Throttle.objects.create(lane="transactional", domain_group="other", paused_until=until, reason="421 too fast")
    assert "because of a pause for all other domains: 421 too fast" in waits(desk)
    Throttle.objects.update(paused_until=None, daily_cap=1, sent_that_day=1, day=timezone.localdate())
    assert "Sends tomorrow, because the day&#x27;s limit is used up" in waits(desk)


def test_every_kind_has_a_name_for_people():
    from notifications import kinds
    from notifications.cockpit.words import KINDS

    assert set(kinds.BUILDERS) | set(patterns.PATTERNS) | set(patterns.WRITERS) == set(KINDS)
