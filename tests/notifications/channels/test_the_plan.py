"""What people decide about posts, and the pages on which they do."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events.models import Event
from notifications.channels import messengers, services, worker
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
    "schedule": {"draft"}, "take_back": {"waiting"}, "cancel": {"draft", "waiting", "failed"}, "again": {"failed", "uncertain"},
    "published": {"uncertain"}, "reopen": set(), "edit": {"draft"}, "record": {"delivered"},
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


# -- pages ---------------------------------------------------------------------------------------------------------------


FIELDS = {"channel": "messenger:Canale Telegram", "label": "Canale", "text_it": "Ciao", "text_en": "", "due_at": ""}


def test_an_organiser_plans_a_post_looks_at_it_and_lets_it_go(listener, organiser, client_of, event):
    client, at = client_of(organiser), f"/manage/events/{event.slug}/posts/"
    assert "Non c’è ancora nulla" in client.get(at).content.decode()
    answer = client.post(f"{at}new/", FIELDS)
    assert answer.status_code == 302
    page = client.get(answer.url).content.decode()
    assert "Fallo uscire ora" in page
    assert "?via=canale" in page
    assert client.post(f"{answer.url}schedule/").status_code == 302
    assert client.post(f"{answer.url}schedule/", follow=True).content.decode().count("non è possibile") == 1
    worker.send_due()
    assert "https://t.me/socialneet_terni/7" in client.get(answer.url).content.decode()
    assert "pubblicato" in client.get(at).content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": ""}, {"channel": "messenger:Altro"}, {"channel": "messenger"}, {"channel": "fax"}, {"label": ""}, {"label": "a\nb"},
        {"text_it": ""}, {"text_it": "x" * 5000}, {"text_it": "a\x00"}, {"text_en": "y" * 5000}, {"due_at": "domani"},
    ],
)  # fmt: skip
def test_bad_input_is_named_and_plans_nothing(listener, organiser, client_of, event, changes):
    answer = client_of(organiser).post(f"/manage/events/{event.slug}/posts/new/", FIELDS | changes)
    assert answer.status_code == 422
    assert not ChannelPost.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"published_on": ""}, {"published_on": "3000-01-01"}, {"published_on": "ieri"}, {"link": "javascript:alert(1)"},
        {"link": "ftp://x.example.org/"}, {"link": "https://x.example.org/" + "y" * 500}, {"reach": "-1"}, {"reach": "molti"},
        {"reach": "99999999999"},
    ],
)  # fmt: skip
def test_a_bad_result_is_named_and_writes_nothing(by_hand, organiser, client_of, event, changes):
    planned = by_hand()
    fields = {"published_on": "2026-11-02", "link": "", "reach": ""} | changes
    answer = client_of(organiser).post(f"/manage/events/{event.slug}/posts/{planned.key}/record/", fields)
    assert answer.status_code == 422
    planned.refresh_from_db()
    assert planned.state == State.DRAFT


def test_every_button_does_what_it_says(listener, post, by_hand, organiser, client_of, event):
    client, at = client_of(organiser), f"/manage/events/{event.slug}/posts/"
    planned, paper = post(due_at=timezone.now() + timedelta(days=1)), by_hand()

    def press(row, verb, **fields):
        assert client.post(f"{at}{row.key}/{verb}/", fields, follow=True).status_code == 200
        row.refresh_from_db()
        return row.state

    assert press(planned, "schedule") == "waiting"
    assert press(planned, "take-back") == "draft"
    assert press(planned, "edit", **FIELDS) == "draft"
    assert planned.text_it == "Ciao"
    assert press(planned, "cancel") == "cancelled"
    assert press(planned, "edit", **FIELDS) == "cancelled"
    assert press(paper, "record", published_on="2026-11-02", link="https://g.example.org/", reach="900") == "recorded"
    assert press(paper, "reopen") == "draft"
    other = post(label="Altro")
    ChannelPost.objects.filter(pk=other.pk).update(state="uncertain", due_at=timezone.now())
    assert press(other, "again") == "waiting"
    ChannelPost.objects.filter(pk=other.pk).update(state="uncertain")
    assert press(other, "published") == "delivered"


def test_too_long_and_gone_are_said_in_words(listener, post, organiser, client_of, event, settings):
    client, at = client_of(organiser), f"/manage/events/{event.slug}/posts/"
    long, gone = post(text_it="x" * 4090), post("Bollettino", label="b")
    settings.MESSENGER_URLS = settings.MESSENGER_URLS[:1]
    said = client.post(f"{at}{long.key}/schedule/", follow=True).content.decode()
    assert "al massimo sono 4096" in said
    assert "non è più configurata" in client.post(f"{at}{gone.key}/schedule/", follow=True).content.decode()


@pytest.mark.parametrize("verb", ["schedule", "take-back", "cancel", "again", "published", "reopen"])
def test_opening_a_button_changes_nothing(post, organiser, client_of, event, verb, listener):
    assert client_of(organiser).get(f"/manage/events/{event.slug}/posts/{post().key}/{verb}/").status_code == 405


@pytest.mark.parametrize("number", [1, 30])
def test_the_plan_costs_the_same_whatever_its_length(
    by_hand, organiser, client_of, event, number, django_assert_num_queries
):
    for place in range(number):
        by_hand(label=f"Giornale {place}")
    client = client_of(organiser)
    with django_assert_num_queries(8):
        client.get(f"/manage/events/{event.slug}/posts/")


def test_only_who_sends_invitations_sees_the_plan(by_hand, client, client_of, signatory, stranger, event):
    at, planned = f"/manage/events/{event.slug}/posts/", by_hand()
    for path in ("", "new/", f"{planned.key}/", f"{planned.key}/edit/", f"{planned.key}/record/"):
        assert client.get(f"{at}{path}").status_code == 302
        for user in (signatory, stranger):
            assert client_of(user).get(f"{at}{path}").status_code == 403


def test_registrations_by_a_posts_address_stand_beside_it(by_hand, register, organiser, client_of, event):
    planned = by_hand()
    register("Anna", source=planned.source.code)
    page = client_of(organiser).get(f"/manage/events/{event.slug}/posts/").content.decode()
    assert "1 iscrizione" in page
