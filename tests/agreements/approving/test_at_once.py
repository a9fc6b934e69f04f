"""Two offices at once, freezing against a body that asks for changes: the agreement's row decides, and the control shows why."""

import threading
import time

import pytest
from django.db import IntegrityError, connection, connections

from agreements import audit, services
from agreements.approving import services as approving
from agreements.approving.standing import current_text
from agreements.models import Agreement, ApprovalAct, FrozenDocument, Objection
from agreements.services import reviewing, signing
from tests.agreements.conftest import act_of, mandate_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time anyway"),
]


def at_once(*calls) -> list[str]:
    """Run each in a thread of its own, from one start; what became of each."""
    start, outcomes = threading.Barrier(len(calls)), [""] * len(calls)

    def run(number: int, call) -> None:
        start.wait(timeout=30)
        try:
            call()
            outcomes[number] = "done"
        except (services.AlreadyDone, services.WrongState, services.StaleText, IntegrityError) as error:
            outcomes[number] = type(error).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


def without_lock(monkeypatch) -> None:
    """The same verbs reading the agreement's row without taking it, and a moment to think."""

    def lock(agreement, for_state=None):
        agreement = Agreement.objects.get(pk=agreement.pk)
        if for_state and for_state not in Agreement.TRANSITIONS[agreement.state]:
            raise services.WrongState
        time.sleep(0.5)
        return agreement

    for module in (approving, signing, reviewing):
        monkeypatch.setattr(module, "lock", lock)


def record_twice(party, organiser, reviewer):
    mandate = mandate_for(party, organiser)
    return at_once(
        lambda: act_of(party, reviewer, number="1", signatory=mandate),
        lambda: act_of(party, organiser, number="2", signatory=mandate),
    )


def test_two_offices_record_one_act_and_the_other_is_told(party, in_approval, organiser, reviewer):
    assert sorted(record_twice(party, organiser, reviewer)) == ["AlreadyDone", "done"]
    assert ApprovalAct.objects.count() == 1
    assert audit.verify(Agreement.objects.get()) is None


def test_without_the_lock_both_pass_the_check_and_only_the_database_refuses(
    party, in_approval, organiser, reviewer, monkeypatch
):
    mandate_for(party, organiser)
    without_lock(monkeypatch)
    assert sorted(record_twice(party, organiser, reviewer)) == ["IntegrityError", "done"]
    assert ApprovalAct.objects.count() == 1


def freeze_and_ask(in_approval, party, organiser, signatory):
    for one in in_approval.parties.all():
        act_of(one, organiser)
    text = current_text(in_approval)
    return lambda: at_once(
        lambda: services.freeze(agreement=in_approval, by=organiser),
        lambda: approving.ask_changes(party=party, body_label="Giunta", reason="Durata.", text=text, by=signatory),
    )


def test_freezing_and_asking_for_changes_at_once_leave_one_of_them(party, in_approval, organiser, signatory):
    outcomes = freeze_and_ask(in_approval, party, organiser, signatory)()
    assert sorted(outcomes) == ["WrongState", "done"]
    in_approval.refresh_from_db()
    frozen = in_approval.state == Agreement.State.FROZEN
    assert FrozenDocument.objects.count() == (1 if frozen else 0)
    assert Objection.objects.count() == (0 if frozen else 1)
    assert audit.verify(in_approval) is None


def test_without_the_lock_a_text_is_frozen_while_a_body_asks_for_changes(
    party, in_approval, organiser, signatory, monkeypatch
):
    together = freeze_and_ask(in_approval, party, organiser, signatory)
    without_lock(monkeypatch)
    monkeypatch.setattr(audit, "record", lambda *args, **kwargs: None)  # its unique numbers would refuse the second
    assert together() == ["done", "done"]
    assert FrozenDocument.objects.count() == Objection.objects.count() == 1, "the race is real"
