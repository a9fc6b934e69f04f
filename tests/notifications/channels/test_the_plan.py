"""What people decide about posts, and how the plan shows them."""

import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from events.attribution import services as attribution
from events.models import Event
from events.services.locking import lock
from notifications.channels import messengers, overview, services, texts, worker
from notifications.models import ChannelPost
from tests.notifications.channels.conftest import due

pytestmark = pytest.mark.django_db
State, Kind = ChannelPost.State, ChannelPost.Kind


# -- what people decide --------------------------------------------------------------------------------------------------


def test_only_a_public_event_a_text_and_a_known_messenger_let_a_post_go(listener, post, by_hand, organiser, event):
    with pytest.raises(services.NoSuchMessenger):
        services.schedule(post=post("Altro"), by=organiser)
    with pytest.raises(services.TooLong):
        services.schedule(post=post(label="Lungo", text_it="x" * 4096), by=organiser)
    with pytest.raises(services.WrongState):
        services.schedule(post=post(label="Muto", text_it=""), by=organiser)
    with pytest.raises(services.WrongState):
        services.schedule(post=by_hand(), by=organiser)
    Event.objects.update(state="draft")
    with pytest.raises(services.WrongState):
        services.schedule(post=post(label="Bozza"), by=organiser)


def test_nothing_is_let_go_for_an_event_that_is_over(listener, post, organiser, event):
    late = event.ends_at + timedelta(minutes=1)
    with pytest.raises(services.WrongState):
        services.schedule(post=post(), by=organiser, now=late)
    failed = post(label="Altro")
    ChannelPost.objects.filter(pk=failed.pk).update(state="failed", due_at=timezone.now())
    with pytest.raises(services.WrongState):
        services.send_again(post=failed, by=organiser, now=late)


def test_an_address_that_a_post_carries_is_not_taken_from_under_it(by_hand, organiser):
    planned = by_hand()
    with pytest.raises(attribution.SourceInUse):
        attribution.withdraw(source=planned.source, by=organiser)
    services.cancel(post=planned, by=organiser)
    source, planned = planned.source, ChannelPost.objects.get(pk=planned.pk)
    assert planned.source is None  # nobody will read it
    attribution.withdraw(source=source, by=organiser)
    assert "?via=" not in texts.address_of(planned)


def test_every_act_of_a_person_is_written_down(post, by_hand, listener, organiser):
    planned, paper = post(due_at=timezone.now() + timedelta(hours=1)), by_hand()
    services.schedule(post=planned, by=organiser)
    services.take_back(post=planned, by=organiser)
    services.cancel(post=planned, by=organiser)
    services.record(post=paper, by=organiser, published_on=date(2026, 1, 1), link="", reach=None)
    services.reopen(post=paper, by=organiser)
    who = organiser.email
    assert [each.words for each in planned.tries.all()] == [
        f"scheduled by {who}", f"taken back by {who}", f"not to be published, by {who}",
    ]  # fmt: skip
    assert [each.words for each in paper.tries.all()] == [f"written down by {who}", f"a plan again, by {who}"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_a_plan_is_changed_while_its_event_is_called_off_and_neither_waits_for_the_other_for_ever(
    post, organiser, event, listener
):
    planned, outcome = post(), []

    def edit():
        try:
            services.edit(post=planned, by=organiser, label="Altro")
        except services.WrongState:
            outcome.append("too late")
        finally:
            connections.close_all()

    with transaction.atomic():
        lock(event)
        thread = threading.Thread(target=edit)
        thread.start()
        time.sleep(0.5)  # it holds what it can get without the event's row
        assert services.call_off(event=event) == 1
    thread.join()
    assert outcome == ["too late"]


def at(hours: int) -> datetime:
    return datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hours)


def test_the_plan_shows_what_needs_a_decision_then_what_comes_then_what_was(post, by_hand, event, organiser):
    by_hand(label="senza ora")
    by_hand(label="poi", due_at=at(2))
    by_hand(label="prima", due_at=at(1))
    uncertain = post(label="incerto", due_at=at(3))
    ChannelPost.objects.filter(pk=uncertain.pk).update(state="uncertain")
    for label, day in (("vecchio", 1), ("nuovo", 9)):
        services.record(post=by_hand(label=label), by=organiser, published_on=date(2026, 1, day), link="", reach=None)
    services.cancel(post=by_hand(label="annullato", due_at=at(0)), by=organiser)
    found = [each.label for each in overview.posts_of(event)]
    assert found == ["incerto", "prima", "poi", "senza ora", "nuovo", "vecchio", "annullato"]


def test_there_is_no_plot_while_nobody_was_reached(by_hand, event, organiser):
    planned = by_hand()
    assert overview.by_kind(overview.posts_of(event))[1] == ""
    services.record(post=planned, by=organiser, published_on=date(2026, 1, 1), link="", reach=5)
    assert "<svg" in overview.by_kind(overview.posts_of(event))[1]


def test_length_is_counted_as_telegram_counts():
    assert messengers.length("a😀") == 3


def test_a_record_keeps_date_link_and_reach_and_can_be_corrected_or_undone(by_hand, organiser):
    planned = by_hand()
    values = {"published_on": date(2026, 11, 2), "link": "https://giornale.example.org/a", "reach": 12_000}
    services.record(post=planned, by=organiser, **values)
    planned.refresh_from_db()
    assert (planned.state, planned.reach) == (State.RECORDED, 12_000)
    services.record(post=planned, by=organiser, **(values | {"reach": None}))
    planned.refresh_from_db()
    assert planned.reach is None
    services.reopen(post=planned, by=organiser)
    planned.refresh_from_db()
    assert (planned.state, planned.published_on) == (State.DRAFT, None)


def test_of_a_post_that_left_link_and_reach_can_be_added(listener, post, organiser):
    planned = due(post(), organiser)
    values = {"published_on": date(2026, 11, 2), "link": "https://t.me/x/1", "reach": 300}
    with pytest.raises(services.WrongState):
        services.record(post=planned, by=organiser, **values)
    worker.send_due()
    services.record(post=planned, by=organiser, **values)
    planned.refresh_from_db()
    assert (planned.state, planned.reach) == (State.DELIVERED, 300)


VERBS = {
    "schedule": (services.schedule, {}), "take_back": (services.take_back, {}), "cancel": (services.cancel, {}),
    "again": (services.send_again, {}), "published": (services.mark_published, {}), "reopen": (services.reopen, {}),
    "edit": (services.edit, {"label": "x"}),
    "record": (services.record, {"published_on": date(2026, 1, 1), "link": "", "reach": None}),
}  # fmt: skip
ALLOWED = {
    "schedule": {"draft"}, "take_back": {"waiting"}, "again": {"failed", "uncertain"},
    "cancel": {"draft", "waiting", "failed", "uncertain"}, "published": {"uncertain", "failed"},
    "reopen": set(), "edit": {"draft"}, "record": {"delivered"},
}  # fmt: skip


@pytest.mark.parametrize("state", [state for state in State.values if state != "recorded"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_post_moves_along_its_table_and_no_other_way(listener, post, organiser, state, verb):
    planned, now = post(), timezone.now()
    held = {"owner": "x", "lease_until": now} if state == "sending" else {}
    published = {"published_on": date(2026, 1, 1)} if state == "delivered" else {}
    ChannelPost.objects.update(state=state, due_at=now, **held, **published)
    service, fields = VERBS[verb]
    if state in ALLOWED[verb]:
        service(post=planned, by=organiser, **fields)
        planned.refresh_from_db()
        assert planned.state == state or planned.state in ChannelPost.TRANSITIONS[state]
    else:
        with pytest.raises(services.WrongState):
            service(post=planned, by=organiser, **fields)


def test_the_database_refuses_what_no_service_writes(post, by_hand, listener):
    planned, paper = post(), by_hand()
    now = timezone.now()
    for pk, values in (
        (planned.pk, {"messenger": ""}), (paper.pk, {"messenger": "x"}), (paper.pk, {"state": "waiting", "due_at": now}),
        (planned.pk, {"state": "recorded", "published_on": date(2026, 1, 1)}), (paper.pk, {"state": "recorded"}),
        (planned.pk, {"state": "waiting"}), (planned.pk, {"state": "waiting", "due_at": now, "text_it": ""}),
        (planned.pk, {"state": "sending", "due_at": now}), (planned.pk, {"published_on": date(2026, 1, 1)}),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            ChannelPost.objects.filter(pk=pk).update(**values)
