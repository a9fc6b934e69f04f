"""Sending: nothing lost, nothing doubled without being known, whatever the relay answers."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notifications import services
from notifications.models import Delivery, DeliveryEvent, LocalMail, Suppression, Throttle
from notifications.outbox import Message, enqueue
from notifications.providers import events
from notifications.sending import claims, pump, results, station
from notifications.sending.relay import Outcome
from organisations.models import User

pytestmark = pytest.mark.django_db
State = Delivery.State


def write(count: int = 1, **changes) -> list[Delivery]:
    """Messages that need no event."""
    payload = {"subject": "Prova", "text": "Buongiorno.\n\n.riga che comincia con un punto", "html": ""}
    enqueue(
        Message(**({"kind": "account", "key": f"k{n}", "address": f"a{n}@example.org", "name": "", "language": "it",
                    "payload": payload} | changes))
        for n in range(count)
    )  # fmt: skip
    return list(Delivery.objects.order_by("pk"))


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_mail_lands_in_the_local_mailbox():
    write(3)
    assert pump.pump().accepted == 3
    assert LocalMail.objects.count() == 3
    assert pump.pump().accepted == 0


def test_many_messages_go_over_one_kept_connection(smtp):
    write(20)
    assert pump.pump().accepted == 20
    assert smtp.connections == 1
    assert len(set(smtp.message_ids)) == 20


def test_a_line_that_begins_with_a_dot_arrives_whole(smtp):
    write(1)
    pump.pump()
    assert b"\r\n..riga" in smtp.messages[0]


def test_a_sign_in_code_is_cleared_once_it_is_handed_over():
    write(1)
    pump.pump()
    assert Delivery.objects.get().payload == {}


def ended_by_a_refusal(row):
    claims.begin(claims.claim("w", "transactional", 1), "w")
    results.write([(row, Outcome.REFUSED, "550 5.2.1 no")], "w")


def ended_too_late(row):
    Delivery.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    pump.pump()


def ended_by_a_person(row):
    Delivery.objects.update(state=State.UNCERTAIN)
    services.mark_arrived(delivery=row, by=User.objects.create_user("olga@example.org", name="Olga"))


def ended_by_a_log(row):
    Delivery.objects.update(state=State.UNCERTAIN)
    station.reconcile(lines=[f"message-id={row.message_id}"])


def ended_by_a_report(row):
    Delivery.objects.update(state=State.UNCERTAIN)
    event = {"provider": "postmark", "event_id": "1", "type": "delivered"}
    DeliveryEvent.objects.create(**event, delivery_key=row.key)
    events.take_in()


def ended_unwritten(row):
    Delivery.objects.update(payload={"text": "ABCD-EFGH"})  # no subject: the template breaks
    pump.pump()


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (ended_by_a_refusal, State.FAILED), (ended_too_late, State.EXPIRED), (ended_by_a_person, State.ACCEPTED),
        (ended_by_a_log, State.ACCEPTED), (ended_by_a_report, State.DELIVERED), (ended_unwritten, State.FAILED),
    ],
)  # fmt: skip
def test_a_sign_in_code_is_forgotten_however_its_way_ends(end, state):
    end(write(1)[0])
    row = Delivery.objects.get()
    assert (row.state, row.payload) == (state, {})


def test_a_temporary_refusal_climbs_the_ladder_and_then_arrives(smtp):
    write(1)
    smtp.script["RCPT"] = b"451 4.7.1 greylisted\r\n"
    assert pump.pump().deferred == 1
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == (State.READY, 1)
    assert row.not_before > timezone.now() + timedelta(seconds=50)
    assert pump.pump().accepted == 0
    smtp.script.clear()
    with time_machine.travel(row.not_before + timedelta(seconds=1)):
        assert pump.pump().accepted == 1


def test_after_the_last_rung_a_temporary_refusal_fails(smtp):
    write(1)
    Delivery.objects.update(attempts=len(results.RETRY_LADDER))
    smtp.script["RCPT"] = b"451 4.7.1 greylisted\r\n"
    assert pump.pump().failed == 1


def test_a_permanent_refusal_fails_that_message_alone(smtp):
    write(2)
    Delivery.objects.filter(address="a0@example.org").update(address="nessuno@example.org")
    smtp.script["RCPT"] = b"550 5.1.1 no such user\r\n"
    pump.pump()
    assert states() == [State.FAILED, State.FAILED]
    assert "5.1.1" in Delivery.objects.first().reply


def test_a_refusal_after_the_text_is_known_not_to_have_arrived(smtp):
    write(1)
    smtp.script["DOT"] = b"452 4.3.1 disk full\r\n"
    assert pump.pump().deferred == 1


def test_silence_after_the_final_dot_is_uncertain_and_never_sent_again_by_itself(smtp):
    write(1, lane="bulk")
    smtp.drop_after_data = True
    assert pump.pump().uncertain == 1
    smtp.drop_after_data = False
    assert pump.pump().accepted == 0
    assert len(smtp.messages) == 1


def test_a_relay_that_closes_down_is_no_messages_fault(smtp):
    write(3)
    smtp.script["MAIL"] = b"421 4.3.2 shutting down\r\n"
    pump.pump()
    assert states() == [State.READY] * 3
    assert Delivery.objects.filter(attempts=0).count() == 3
    assert Throttle.objects.get().paused_until > timezone.now()
    smtp.script.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        pump.pump()
        assert states()[0] == State.ACCEPTED
        assert Throttle.objects.get().paused_until is None


def test_one_refusal_for_policy_is_one_recipients_and_three_in_a_row_open_the_breaker(smtp):
    write(5)
    smtp.script["RCPT"] = b"550 5.7.1 policy\r\n"
    pump.pump()
    throttle = Throttle.objects.get()
    assert throttle.is_broken
    assert throttle.paused_until > timezone.now()
    assert states() == [State.READY] * 5
    assert not Suppression.objects.exists()


def test_with_the_mail_server_down_everything_waits_and_goes_out_afterwards(settings, dead_port, sink):
    write(3)
    settings.MAIL_URL = f"smtp://127.0.0.1:{dead_port}"
    pump.pump()
    assert states() == [State.READY] * 3
    settings.MAIL_URL = sink.url
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert pump.pump().accepted == 3


def test_a_message_that_cannot_be_written_fails_and_the_others_go_on(caplog):
    write(3)
    Delivery.objects.filter(address="a1@example.org").update(kind="unknown")
    assert pump.pump().accepted == 2
    assert states() == [State.ACCEPTED, State.FAILED, State.ACCEPTED]


def test_a_code_that_is_too_old_is_not_sent():
    write(1, expires_at=timezone.now() - timedelta(seconds=1))
    pump.pump()
    assert states() == [State.EXPIRED]


def test_single_messages_go_before_bulk(smtp):
    write(5, lane="bulk", key="b", kind="account")
    Delivery.objects.update(payload={"subject": "massa", "text": "x", "html": ""})
    write(1, key="t", address="codice@example.org")
    pump.pump()
    assert b"codice@example.org" in smtp.messages[0]


def taken(state: str = State.LEASED) -> Delivery:
    """A row in the hands of a worker that died without a diary, its lease over."""
    row = claims.claim("dead", "transactional", 1)[0]
    Delivery.objects.filter(pk=row.pk).update(state=state, lease_until=timezone.now() - timedelta(seconds=1))
    return row


def test_what_a_dead_worker_had_only_taken_goes_back(smtp):
    write(1)
    claims.claim("dead", "transactional", 1)
    assert pump.pump().accepted == 0
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert pump.pump().accepted == 1


def test_what_a_dead_worker_had_begun_in_bulk_is_uncertain_and_listed(smtp):
    write(1)
    taken(State.SENDING)
    Delivery.objects.update(lane="bulk")
    pump.pump()
    assert states() == [State.UNCERTAIN]
    assert smtp.messages == []


def test_a_single_message_that_is_uncertain_goes_once_more_and_not_twice(smtp):
    write(1)
    taken(State.SENDING)
    smtp.drop_after_data = True
    pump.pump()
    row = Delivery.objects.get()
    assert (row.state, row.uncertain_count) == (State.UNCERTAIN, 2)
    assert len(smtp.messages) == 1


def test_in_the_local_mailbox_a_begun_message_simply_goes_again_and_is_there_once():
    write(1)
    taken(State.SENDING)
    pump.pump()
    assert states() == [State.ACCEPTED]
    assert LocalMail.objects.count() == 1


def test_a_slow_worker_whose_lease_was_taken_writes_nothing(smtp):
    write(1)
    row = claims.claim("slow", "transactional", 1)
    Delivery.objects.update(owner="another")
    assert claims.begin(row, "slow") == []
    assert claims.put([row[0].pk], "slow", [State.LEASED], state=State.FAILED) == 0


def test_a_person_settles_an_uncertain_message(smtp, organiser):
    write(2, lane="bulk")
    smtp.drop_after_data = True
    pump.pump()
    Throttle.objects.all().delete()
    pump.pump()
    Throttle.objects.all().delete()
    smtp.drop_after_data = False
    first, second = Delivery.objects.order_by("pk")
    services.mark_arrived(delivery=first, by=organiser)
    services.send_again(delivery=second, by=organiser)
    pump.pump()
    assert states() == [State.ACCEPTED, State.ACCEPTED]
    assert smtp.message_ids.count(second.message_id.encode()) == 2
    with pytest.raises(services.WrongState):
        services.send_again(delivery=first, by=organiser)


def test_the_command_pumps_without_any_broker(capsys):
    import json

    from django.core.management import call_command

    write(2)
    call_command("pump", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["accepted"] == 2


def test_the_measured_speed_counts_no_rest(db):
    from datetime import timedelta

    from django.utils import timezone

    from notifications.models import Attempt
    from notifications.sending import lanes

    write(1)
    row, now = Delivery.objects.get(), timezone.now()
    Delivery.objects.update(lane="bulk")
    for seconds in [*range(-3600, -3590), *range(-19, 1)]:
        Attempt.objects.create(delivery=row, outcome="accepted", at=now + timedelta(seconds=seconds))
    assert lanes.measured_speed("bulk") == 1.0
