"""The cockpit: what it tells of each lane, its switches, and what a log settles."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from notifications.cockpit import services
from notifications.models import (
    Attempt,
    Delivery,
    NightlyCheck,
    OutboxAct,
    Station,
    Tally,
    Throttle,
)
from notifications.sending import pump, station
from organisations.models import RoleGrant, User
from organisations.roles import Role
from tests.notifications.test_pump import states, write

pytestmark = pytest.mark.django_db
State = Delivery.State
HERE = "/en/manage/outbox/"
SWITCHES = ("hold/", "release/", "settle/", "limits/bulk/all/", "limits/transactional/google/")


@pytest.fixture
def communications(db) -> User:
    """Cora, who sends campaigns and may see the outbox, and turns no switch."""
    user = User.objects.create_user("cora@socialneet.example.org", name="Cora Comunicatrice")
    RoleGrant.objects.create(user=user, role=Role.COMMUNICATIONS)
    return user


@pytest.fixture
def desk(client_of, organiser):
    """The organiser's browser."""
    return client_of(organiser)


def page(client, path: str = "") -> str:
    response = client.get(f"{HERE}{path}")
    assert response.status_code == 200
    return response.content.decode()


def put(state: str, count: int = 1, **changes) -> None:
    """Messages in a state, as the pump or a provider would leave them."""
    known = set(Delivery.objects.values_list("pk", flat=True))
    write(count, key=f"{state}{len(known)}", **changes)
    taken = {"accepted_at": timezone.now()} if state in Delivery.TAKEN else {}
    held = {"owner": "w", "lease_until": timezone.now()} if state in {State.LEASED, State.SENDING} else {}
    Delivery.objects.exclude(pk__in=known).update(state=state, **taken, **held)


# -- who may ----------------------------------------------------------------------------------------------------------------


def test_the_cockpit_is_for_those_who_may_see_the_outbox(
    client, client_of, organiser, communications, signatory, stranger
):
    for path in ("", "messages/"):
        assert client.get(f"{HERE}{path}").status_code == 302
        for user, status in ((organiser, 200), (communications, 200), (signatory, 403), (stranger, 403)):
            assert client_of(user).get(f"{HERE}{path}").status_code == status


def test_switches_are_for_organisers_alone(client, client_of, organiser, communications, signatory, stranger):
    station.hold(reason="prova", by=organiser)
    for path in SWITCHES:
        assert client.get(f"{HERE}{path}").status_code == 302
        assert client_of(organiser).get(f"{HERE}{path}").status_code == 200, path
        for user in (communications, signatory, stranger):
            assert client_of(user).get(f"{HERE}{path}").status_code == 403
            assert client_of(user).post(f"{HERE}{path}", {"reason": "x", "has_looked": "on"}).status_code == 403
    assert Station.current().is_held
    seen = page(client_of(communications))
    assert "Let mail flow again" not in seen
    assert "Settle by the log" not in seen


def test_looking_changes_nothing(desk, organiser):
    write(2)
    before = (states(), OutboxAct.objects.count(), Station.objects.count(), Throttle.objects.count())
    for path in ("", "messages/", *SWITCHES):
        desk.get(f"{HERE}{path}")
    assert (states(), OutboxAct.objects.count(), Station.objects.count(), Throttle.objects.count()) == before
    for path in ("limits/bulk/all/try-now/", "messages/decide/"):
        assert desk.get(f"{HERE}{path}").status_code == 405


# -- what it tells ------------------------------------------------------------------------------------------------------------


def test_each_lane_tells_what_waits_and_what_went_wrong(desk):
    write(3)
    for state, count in ((State.SENDING, 2), (State.UNCERTAIN, 4), (State.FAILED, 5), (State.BOUNCED_SOFT, 1),
                         (State.BOUNCED_HARD, 6), (State.COMPLAINED, 2)):  # fmt: skip
        put(state, count, lane="bulk")
    context = desk.get(HERE).context
    single, bulk = context["lanes"]
    assert (single.waiting, single.came_back) == (3, 0)
    assert (bulk.waiting, bulk.being_sent, bulk.came_back) == (0, 2, 9)
    assert (bulk.counts["uncertain"], bulk.counts["failed"]) == (4, 5)
    text = page(desk)
    assert "1 for now, 6 for good, 2 reported as unwanted" in text
    for choice in ("uncertain", "failed", "came_back"):
        assert f"?state={choice}&amp;lane=bulk" in text


def test_numbers_come_from_the_tally_and_never_from_counting(desk, django_assert_max_num_queries):
    write(1)
    with django_assert_max_num_queries(25) as queries:
        assert desk.get(HERE).status_code == 200
    assert not [each["sql"] for each in queries if "COUNT(" in each["sql"] and "notifications_delivery" in each["sql"]]
    Tally.objects.create(campaign=0, lane="bulk", state="ready", count=987_654)
    assert "987654" in page(desk)


@pytest.mark.parametrize("count", [1, 30])
def test_the_cockpit_costs_the_same_whatever_there_is(desk, organiser, count, django_assert_max_num_queries):
    put(State.UNCERTAIN, count, lane="bulk")
    put(State.READY, count)
    for number in range(count):
        services.set_limits(lane="bulk", group="google", limits=services.Limits(base_rate=10 + number), by=organiser)
    with django_assert_max_num_queries(20):
        assert desk.get(HERE).status_code == 200


def test_certified_mail_is_shown_only_when_there_is_some_and_as_not_in_use(desk):
    assert "not in use yet" not in page(desk)
    write(1, lane="pec")
    assert "not in use yet" in page(desk)


def test_a_pause_is_shown_with_its_reason_and_its_next_attempt(desk):
    until = timezone.now() + timedelta(minutes=5)
    Throttle.objects.create(lane="bulk", domain_group="google", paused_until=until, reason="421 too fast")
    Throttle.objects.create(lane="transactional", paused_until=until, is_broken=True, reason="535 bad password")
    text = page(desk)
    for words in (
        "421 too fast",
        "535 bad password",
        f"{timezone.localtime(until):%H:%M:%S}",
        "somebody must look",
        "Google",
    ):
        assert words in text


def test_the_oldest_message_that_could_leave_is_told(desk):
    write(1)
    assert "waits for" in page(desk)
    Delivery.objects.update(not_before=timezone.now() - timedelta(hours=3, minutes=5))
    assert "waits for 3 hours" in page(desk)


def test_what_the_night_found_is_told_here_and_on_the_first_page(desk):
    for path in (HERE, "/en/manage/"):
        assert "Not checked yet" in desk.get(path).content.decode()
    check = NightlyCheck.objects.create(on=timezone.localdate(), began_at=timezone.now(), ended_at=timezone.now())
    for path in (HERE, "/en/manage/"):
        assert (
            f"Checked tonight at {timezone.localtime(check.ended_at):%H:%M}: all in order"
            in desk.get(path).content.decode()
        )
    NightlyCheck.objects.update(broken=["event info-day: a place above 5 is held"])
    for path in (HERE, "/en/manage/"):
        assert "a place above 5 is held" in desk.get(path).content.decode()


def test_an_older_check_says_which_night_it_was(desk):
    yesterday = timezone.now() - timedelta(days=1)
    NightlyCheck.objects.create(on=timezone.localdate(yesterday), began_at=yesterday, ended_at=yesterday)
    text = page(desk)
    assert "Checked last on" in text
    assert "tonight" not in text


# -- hold and release -----------------------------------------------------------------------------------------------------------


def test_holding_needs_a_reason_stops_all_mail_and_is_recorded(desk, organiser, smtp):
    assert desk.post(f"{HERE}hold/", {"reason": " "}).status_code == 422
    assert not Station.current().is_held
    write(1)
    assert desk.post(f"{HERE}hold/", {"reason": "Verifica degli elenchi"}).status_code == 302
    pump.pump()
    assert states() == [State.READY]
    text = page(desk)
    assert "All mail is held" in text
    assert "Held all mail: Verifica degli elenchi" in text
    act = OutboxAct.objects.get()
    assert (act.verb, act.by) == ("held", organiser)
    assert "All mail is held" in desk.get("/en/manage/").content.decode()


def test_holding_twice_keeps_the_first_reason_and_one_record(desk, organiser):
    for reason in ("prima", "seconda"):
        desk.post(f"{HERE}hold/", {"reason": reason})
    assert Station.current().reason == "prima"
    assert OutboxAct.objects.count() == 1


def test_releasing_says_what_will_go_out_and_what_to_do_after_a_restore(desk, organiser):
    write(3)
    put(State.UNCERTAIN, 2, lane="bulk")
    put(State.READY, 1, lane="bulk")
    station.hold(reason="ripristino", by=None)
    text = page(desk, "release/")
    for words in ("3 messages wait", "1 message waits", "ripristino", "Settle by the log", "2 uncertain messages stay"):
        assert words in text
    assert Station.current().is_held


def test_releasing_asks_whether_somebody_has_looked_then_lets_mail_flow(desk, organiser, smtp):
    write(1)
    station.hold(reason="prova", by=organiser)
    response = desk.post(f"{HERE}release/", {})
    assert response.status_code == 422
    assert "Compare with the log first" in response.content.decode()
    assert Station.current().is_held
    assert desk.post(f"{HERE}release/", {"has_looked": "on"}).status_code == 302
    pump.pump()
    assert states() == [State.ACCEPTED]
    assert [act.verb for act in OutboxAct.objects.all()] == ["released", "held"]


def test_there_is_nothing_to_release_while_mail_flows(desk):
    response = desk.get(f"{HERE}release/", follow=True)
    assert "Mail is not held" in response.content.decode()
    desk.post(f"{HERE}release/", {"has_looked": "on"})
    assert OutboxAct.objects.count() == 0


def test_the_server_can_hold_and_release_when_nobody_can_sign_in(capsys):
    with pytest.raises(CommandError, match="say why"):
        call_command("mail_switch", "hold")
    call_command("mail_switch", "hold", "--reason", "trasloco")
    assert "held: trasloco" in capsys.readouterr().out
    call_command("mail_switch", "release")
    assert "mail flows" in capsys.readouterr().out
    assert [(act.verb, act.by) for act in OutboxAct.objects.all()] == [("released", None), ("held", None)]


def test_a_hold_by_the_clock_after_a_restore_is_recorded_without_a_name(desk):
    station.hold(reason="older than this machine remembers", by=None)
    text = page(desk)
    assert "by the portal itself" in text
    assert "the portal, or a command" in text


# -- copies of the site ------------------------------------------------------------------------------------------------------------


def test_a_copy_with_real_rows_says_that_nothing_leaves_and_whose_they_are(desk, settings, smtp):
    Station.objects.create(pk=1, site="https://production.example.org")
    text = page(desk)
    assert "This is a copy of another site: nothing leaves." in text
    assert "https://production.example.org" in text
    write(1)
    pump.pump()
    assert states() == [State.READY]
    assert "sends them to the same real people" in page(desk, "release/")
    assert "copy of another site" in desk.get("/en/manage/").content.decode()


def test_a_released_copy_is_its_own_site(desk, settings, smtp):
    Station.objects.create(pk=1, site="https://production.example.org")
    desk.post(f"{HERE}release/", {"has_looked": "on"})
    assert "copy of another site" not in page(desk)
    assert OutboxAct.objects.get().facts["site"] == "https://production.example.org"


def test_an_allow_list_is_shown_in_words(desk, settings, smtp):
    assert "writes only to certain addresses" not in page(desk)
    settings.MAIL_ALLOW_LIST = ["*@socialneet.example.org", "prova@ente.example.org"]
    text = page(desk)
    assert "writes only to certain addresses" in text
    assert "*@socialneet.example.org, prova@ente.example.org" in text


def test_a_machine_that_keeps_its_mail_says_so(desk, settings):
    assert "No mail leaves this machine" in page(desk)
    settings.MAIL_URL = "smtp://localhost:1"
    assert "No mail leaves this machine" not in page(desk)


# -- limits and pauses -----------------------------------------------------------------------------------------------------------------


def test_limits_of_a_lane_are_set_and_recorded(desk, organiser):
    response = desk.post(f"{HERE}limits/bulk/all/", {"base_rate": "600", "daily_cap": "5000", "connections": "2"})
    assert response.status_code == 302
    throttle = Throttle.objects.get()
    assert (throttle.lane, throttle.domain_group, throttle.base_rate, throttle.rate) == ("bulk", "", 600, 600)
    assert (throttle.daily_cap, throttle.connections) == (5000, 2)
    act = OutboxAct.objects.get()
    assert (act.verb, act.by, act.lane, act.facts["before"]["base_rate"]) == ("limited", organiser, "bulk", None)
    assert "no limit became 600 a minute, 5000 a day, connections: 2" in page(desk)


def test_the_same_limits_again_are_no_act(desk):
    for _again in range(2):
        desk.post(f"{HERE}limits/bulk/google/", {"base_rate": "60"})
    assert OutboxAct.objects.count() == 1


def test_an_empty_field_takes_a_limit_away(desk, organiser):
    services.set_limits(lane="bulk", group="google", limits=services.Limits(base_rate=60, daily_cap=9), by=organiser)
    desk.post(f"{HERE}limits/bulk/google/", {"base_rate": "", "daily_cap": ""})
    throttle = Throttle.objects.get()
    assert (throttle.base_rate, throttle.rate, throttle.daily_cap) == (None, None, None)


def test_new_limits_hold_for_the_next_pump(desk, smtp):
    desk.post(f"{HERE}limits/transactional/all/", {"daily_cap": "2"})
    write(3)
    pump.pump()
    assert states().count(State.ACCEPTED) == 2
    assert "used up" in page(desk)


def test_saving_limits_ends_a_slow_down(desk, organiser):
    Throttle.objects.create(lane="bulk", base_rate=600, rate=75)
    assert "Slowed down to 75 a minute" in page(desk, "limits/bulk/all/")
    services.set_limits(lane="bulk", group="", limits=services.Limits(base_rate=300), by=organiser)
    assert Throttle.objects.get().rate == 300


@pytest.mark.parametrize(("field", "value"), [("base_rate", "0"), ("base_rate", "-3"), ("base_rate", "presto"),
                                          ("daily_cap", "0"), ("connections", "0")])  # fmt: skip
def test_limits_that_make_no_sense_are_refused(desk, field, value):
    assert desk.post(f"{HERE}limits/bulk/all/", {field: value}).status_code == 422
    assert Throttle.objects.count() == OutboxAct.objects.count() == 0


def test_connections_belong_to_the_lane_and_not_to_a_mail_house(desk):
    assert 'name="connections"' in page(desk, "limits/bulk/all/")
    assert 'name="connections"' not in page(desk, "limits/bulk/google/")


@pytest.mark.parametrize(
    "path", ["limits/pec/all/", "limits/posta/all/", "limits/bulk/nessuno/", "limits/posta/all/try-now/"]
)
def test_there_are_no_limits_of_what_is_not_there(desk, path):
    assert desk.post(f"{HERE}{path}", {"base_rate": "60"}).status_code == 404
    assert Throttle.objects.count() == 0


def test_a_pause_can_be_ended_and_the_ladder_stays_where_it_is(desk, organiser, smtp):
    write(1)
    until = timezone.now() + timedelta(minutes=5)
    Throttle.objects.create(lane="transactional", paused_until=until, pause_step=3, is_broken=True, reason="550 5.7.1")
    pump.pump()
    assert states() == [State.READY]
    assert "Try again now" in page(desk)
    desk.post(f"{HERE}limits/transactional/all/try-now/")
    throttle = Throttle.objects.get()
    assert (throttle.paused_until, throttle.is_broken, throttle.pause_step) == (None, False, 3)
    pump.pump()
    assert states() == [State.ACCEPTED]
    act = OutboxAct.objects.get()
    assert (act.verb, act.by, act.facts["reason"]) == ("tried_now", organiser, "550 5.7.1")


def test_a_pause_that_is_over_is_no_act(desk):
    Throttle.objects.create(lane="bulk", base_rate=5)
    response = desk.post(f"{HERE}limits/bulk/all/try-now/", follow=True)
    assert "The pause is over already" in response.content.decode()
    assert OutboxAct.objects.count() == 0


# -- the record ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", ["UPDATE notifications_outboxact SET verb = 'released'", "DELETE FROM notifications_outboxact"]
)
def test_the_database_refuses_to_rewrite_what_somebody_did(organiser, change):
    station.hold(reason="prova", by=organiser)
    if connection.vendor == "sqlite" and change.startswith("DELETE"):
        pytest.skip("the suite takes this one trigger away, so that a flush may empty the table")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


# -- settle by log ---------------------------------------------------------------------------------------------------------------------


def line(row: Delivery) -> str:
    return f"Nov 25 10:00:00 mail postfix/cleanup[12]: 4Xy: message-id={row.message_id}"


def test_a_pasted_log_settles_what_is_uncertain(desk, organiser):
    put(State.UNCERTAIN, 3, lane="bulk")
    first, second, _third = Delivery.objects.order_by("pk")
    response = desk.post(f"{HERE}settle/", {"text": f"{line(first)}\nnoise\n{line(second)}"}, follow=True)
    text = response.content.decode()
    assert "The log names 2 messages of ours." in text
    assert "2 were open and are settled now." in text
    assert states() == [State.ACCEPTED, State.ACCEPTED, State.UNCERTAIN]
    assert Attempt.objects.filter(outcome="settled").count() == 2
    act = OutboxAct.objects.get()
    assert (act.verb, act.by, act.facts) == ("settled_by_log", organiser, {"named": 2, "settled": 2})


def test_a_log_as_a_file_settles_too_whatever_bytes_are_in_it(desk):
    put(State.UNCERTAIN, 1, lane="bulk")
    content = b"\xff\xfe rubbish \xe8\r\n" + line(Delivery.objects.get()).encode()
    desk.post(f"{HERE}settle/", {"file": SimpleUploadedFile("mail.log", content)})
    assert states() == [State.ACCEPTED]


def test_waiting_messages_are_settled_only_while_mail_is_held(desk, organiser):
    write(1)
    lines = {"text": line(Delivery.objects.get())}
    assert "only uncertain messages are settled" in page(desk, "settle/")
    response = desk.post(f"{HERE}settle/", lines, follow=True)
    assert "0 were open" in response.content.decode()
    assert states() == [State.READY]
    station.hold(reason="ripristino", by=organiser)
    assert "waiting messages that the log names are settled too" in page(desk, "settle/")
    desk.post(f"{HERE}settle/", lines)
    assert states() == [State.ACCEPTED]


def test_an_empty_form_and_a_file_too_large_are_refused(desk, settings):
    assert desk.post(f"{HERE}settle/", {"text": " "}).status_code == 422
    settings.MAX_LOG_BYTES = 10
    upload = SimpleUploadedFile("mail.log", b"x" * 11)
    response = desk.post(f"{HERE}settle/", {"file": upload})
    assert response.status_code == 422
    assert "too large" in response.content.decode()
    assert OutboxAct.objects.count() == 0
