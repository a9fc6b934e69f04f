"""Posts to public channels: once, at their time, with the event as it stands; uncertain where nobody knows; the rest by hand."""

import base64
import json
import threading
from datetime import date, timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from events import services as events
from events.models import Event
from notifications import checks
from notifications.channels import messengers, services, texts, worker
from notifications.models import ChannelAttempt, ChannelPost, Station
from notifications.posting import network, rows
from notifications.sending import station
from tests.notifications.listener import Listener

pytestmark = pytest.mark.django_db
State, Kind = ChannelPost.State, ChannelPost.Kind
TOKEN = "123456:ABC-secret"


def telegram_ok(number: int = 7, username: str | None = "socialneet_terni") -> tuple[int, dict, bytes]:
    chat = {"id": -100, "type": "channel", **({"username": username} if username else {})}
    answer = {"ok": True, "result": {"message_id": number, "chat": chat, "text": "x" * 5000}}
    return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()


@pytest.fixture
def listener(settings):
    settings.POSTING_MAY_STAY_HERE = True
    server = Listener()
    server.answers = [telegram_ok()]
    api = quote(f"http://127.0.0.1:{server.port}", safe="")
    settings.MESSENGER_URLS = [
        f"telegram://{TOKEN}@socialneet_terni?name=Canale%20Telegram&api={api}",
        f"gateway+http://porta:parola@127.0.0.1:{server.port}/in?x=1&name=Bollettino",
    ]
    yield server
    server.close()


@pytest.fixture
def post(event, organiser):
    def post(messenger="Canale Telegram", **changes) -> ChannelPost:
        fields = {
            "kind": Kind.MESSENGER, "messenger": messenger, "label": "Canale del progetto",
            "text_it": "Vi aspettiamo il {date} a {place}.", "text_en": "",
        }  # fmt: skip
        return services.plan(event=event, by=organiser, **(fields | changes))

    return post


@pytest.fixture
def by_hand(event, organiser):
    def by_hand(**changes) -> ChannelPost:
        return services.plan(
            event=event, by=organiser, **({"kind": Kind.PRESS, "label": "Corriere di prova"} | changes)
        )

    return by_hand


def due(post: ChannelPost, organiser) -> ChannelPost:
    return services.schedule(post=post, by=organiser)


def heard(listener) -> list[dict]:
    return [json.loads(content) for _path, _headers, content in listener.heard]


# -- what is set up ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "telegram://", "telegram://abc", "telegram://token@?name=a", "telegram://@canale?name=a", "telegram://t@c",
        "gateway+https://?name=a", "gateway+https://x.example.org/", "gateway+https://x.example.org/?name=a&template={",
        'gateway+https://x.example.org/?name=a&template={"a":"b"}', "gateway+http://x.example.org/?name=a",
        "gateway+https://127.0.0.1/?name=a", "gateway+https://10.0.0.1/?name=a", "sms://x?name=a", "https://x.example.org/?name=a",
        "telegram://t@c?name=a&api=http://x.example.org", "gateway+https://[::1?name=a", "telegram://t/../x@c?name=a",
    ],
)  # fmt: skip
def test_an_entry_that_is_not_understood_is_said_and_left_out(settings, url):
    settings.MESSENGER_URLS = ["telegram://secret@canale?name=Buono", url]
    assert list(messengers.configured()) == ["Buono"]
    [found] = checks.messenger_settings(None)
    assert found.id == "portal.E011"
    assert "secret" not in found.msg


def test_two_entries_of_the_same_name_are_said(settings):
    settings.MESSENGER_URLS = ["telegram://a@b?name=X", "telegram://c@d?name=X"]
    assert len(checks.messenger_settings(None)) == 1


def test_without_the_setting_there_is_no_messenger_and_nothing_wrong(settings):
    settings.MESSENGER_URLS = []
    assert messengers.configured() == {}
    assert checks.messenger_settings(None) == []


# -- what leaves -------------------------------------------------------------------------------------------------------------


def test_a_post_leaves_once_at_its_time_with_its_tagged_address(listener, post, organiser, event):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        planned = post(due_at=timezone.now() + timedelta(hours=1))
        due(planned, organiser)
        assert worker.send_due() == {"published": 0, "unpublished": 0}
        clock.shift(timedelta(hours=1))
        assert worker.send_due() == {"published": 1, "unpublished": 0}
        assert worker.send_due() == {"published": 0, "unpublished": 0}
    [(path, _headers, _content)] = listener.heard
    assert path == f"/bot{TOKEN}/sendMessage"
    [sent] = heard(listener)
    assert sent["chat_id"] == "@socialneet_terni"
    assert "parse_mode" not in sent
    assert sent["text"].endswith("\nhttp://localhost:8000/events/info-day/?via=canale-del-progetto")
    assert "Sala conferenze, Terni" in sent["text"]
    planned.refresh_from_db()
    assert (planned.state, planned.link) == (State.DELIVERED, "https://t.me/socialneet_terni/7")
    assert planned.published_on == timezone.localdate()
    assert [attempt.status for attempt in planned.tries.all()] == [None, 200]  # scheduled by a person; taken


def test_both_languages_stand_in_one_post_each_with_its_address(listener, post, organiser):
    due(post(text_en="Join us on {date}: {address}, free of charge."), organiser)
    worker.send_due()
    text = heard(listener)[0]["text"]
    italian, english = text.split("\n\n")
    assert italian.endswith("http://localhost:8000/events/info-day/?via=canale-del-progetto")
    assert "http://localhost:8000/en/events/info-day/?via=canale-del-progetto, free of charge." in english


def test_an_event_that_moved_meanwhile_is_told_as_it_stands(listener, post, organiser, event):
    due(post(due_at=timezone.now() + timedelta(hours=1)), organiser)
    events.change(event=event, by=organiser, venue="Teatro")
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        worker.send_due()
    assert "Teatro, Terni" in heard(listener)[0]["text"]


def test_what_somebody_wrote_is_never_read_as_a_variable_again(post, event, organiser):
    Event.objects.update(title_it="{date} {address}")
    event.refresh_from_db()
    planned = post(text_it="{event} {unknown} {address}")
    assert texts.written(planned).startswith("{date} {address} {unknown} http")


def test_a_gateway_gets_its_template_filled_and_nothing_breaks_out_of_it(listener, settings, post, organiser):
    template = quote('{"msg": {"body": "<{text}>", "n": 1, "list": ["{event}", true]}, "ref": "{id}"}', safe="")
    settings.MESSENGER_URLS = [
        f"gateway+http://porta:p%40rola@127.0.0.1:{listener.port}/in?x=1&name=Bollettino&template={template}"
    ]
    listener.answers = [(202, {}, b"taken")]
    planned = post("Bollettino", text_it='"}], "x": "{id} {text} {address}')
    due(planned, organiser)
    worker.send_due()
    [(path, headers, content)] = listener.heard
    found = json.loads(content)
    address = "http://localhost:8000/events/info-day/?via=canale-del-progetto"
    written = f'"}}], "x": "{{id}} {{text}} {address}'
    assert found == {"msg": {"body": f"<{written}>", "n": 1, "list": ["info-day", True]}, "ref": planned.key.hex}
    assert path == "/in?x=1"
    assert headers["authorization"] == f"Basic {base64.b64encode(b'porta:p@rola').decode()}"
    assert headers["idempotency-key"] == planned.key.hex
    planned.refresh_from_db()
    assert (planned.state, planned.link) == (State.DELIVERED, "")


def test_a_private_channel_has_no_link(listener, post, organiser):
    listener.answers = [telegram_ok(username=None)]
    planned = due(post(), organiser)
    worker.send_due()
    planned.refresh_from_db()
    assert (planned.state, planned.link) == (State.DELIVERED, "")


def test_the_token_stands_in_no_row_and_on_no_page(listener, post, organiser, client_of, event):
    listener.answers = [(401, {}, b'{"ok":false,"error_code":401,"description":"Unauthorized"}')]
    planned = due(post(), organiser)
    worker.send_due()
    dump = f"{ChannelPost.objects.values_list().get()} {list(ChannelAttempt.objects.values_list())}"
    page = client_of(organiser).get(f"/manage/events/{event.slug}/posts/{planned.key}/").content.decode()
    assert "secret" not in dump + page
    assert "Unauthorized" in page


# -- what may go wrong ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        ((400, {}, b'{"ok":false,"description":"Bad Request: chat not found"}'), State.FAILED, "Bad Request: chat not found"),
        ((403, {}, b"no"), State.FAILED, "no"), ((500, {}, b"oops"), State.WAITING, "oops"),
        ((429, {}, b'{"ok":false,"description":"slow","parameters":{"retry_after":600}}'), State.WAITING, "slow"),
        ((200, {}, b"not json"), State.WAITING, "not json"), ((302, {"Location": "/x"}, b""), State.WAITING, ""),
        ((502, {}, b"bad gateway"), State.UNCERTAIN, "bad gateway"), ((504, {}, b""), State.UNCERTAIN, ""),
    ],
)  # fmt: skip
def test_each_answer_leads_where_it_must(listener, post, organiser, answer, state, words):
    listener.answers = [answer]
    planned = due(post(), organiser)
    assert worker.send_due() == {"published": 0, "unpublished": 1}
    planned.refresh_from_db()
    assert (planned.state, planned.reply) == (state, words)
    assert planned.tries.last().status == answer[0]


def test_telegrams_wish_to_wait_is_respected(listener, post, organiser):
    listener.answers = [(429, {}, b'{"ok":false,"parameters":{"retry_after":600}}')]
    with time_machine.travel(timezone.now(), tick=False):
        planned = due(post(), organiser)
        worker.send_due()
        planned.refresh_from_db()
        assert planned.not_before == timezone.now() + timedelta(seconds=600)


def test_an_answer_that_never_came_is_uncertain_and_not_sent_again_by_itself(listener, post, organiser, monkeypatch):
    monkeypatch.setattr(network, "STEP_SECONDS", 0.3)
    listener.delay = 1
    planned = due(post(), organiser)
    worker.send_due()
    planned.refresh_from_db()
    assert planned.state == State.UNCERTAIN
    with time_machine.travel(timezone.now() + timedelta(hours=5)):
        worker.send_due()
    assert len(listener.heard) == 1


def test_nobody_there_is_surely_not_published_and_tried_again(settings, post, organiser, dead_port, event):
    settings.POSTING_MAY_STAY_HERE = True
    settings.MESSENGER_URLS = [f"telegram://t@c?name=Canale%20Telegram&api=http://127.0.0.1:{dead_port}"]
    planned = due(post(), organiser)
    worker.send_due()
    planned.refresh_from_db()
    assert (planned.state, planned.attempts) == (State.WAITING, 1)


def test_a_worker_that_died_with_it_leaves_it_uncertain(listener, post, organiser):
    planned = due(post(), organiser)
    ChannelPost.objects.update(state="sending", owner="dead", lease_until=timezone.now() - timedelta(seconds=1))
    worker.send_due()
    planned.refresh_from_db()
    assert (planned.state, planned.reply) == (State.UNCERTAIN, "the worker died while handing over")
    assert listener.heard == []


def test_a_worker_whose_lease_was_over_writes_nothing(listener, post, organiser):
    planned = due(post(), organiser)
    [claimed] = rows.claim(ChannelPost.objects.due(timezone.now()), "slow", 1)
    ChannelPost.objects.update(owner="quick")
    assert worker._settle(claimed, "slow", network.Answer(200, "", 1), state="failed") is False
    planned.refresh_from_db()
    assert planned.state == State.SENDING


def test_a_day_of_failures_is_too_late_and_a_person_may_send_it_again(listener, post, organiser):
    listener.answers = [(500, {}, b"")]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        planned = due(post(), organiser)
        for _round in range(14):
            worker.send_due()
            clock.shift(timedelta(hours=2))
        planned.refresh_from_db()
        assert (planned.state, planned.reply) == (State.FAILED, "it is a day too late")
        listener.answers = [telegram_ok()]
        services.send_again(post=planned, by=organiser)
        assert worker.send_due()["published"] == 1


def test_what_is_uncertain_is_decided_by_a_person(listener, post, organiser):
    planned = post()
    ChannelPost.objects.update(state="uncertain", due_at=timezone.now())
    services.mark_published(post=planned, by=organiser)
    planned.refresh_from_db()
    assert (planned.state, planned.published_on) == (State.DELIVERED, timezone.localdate())
    other = post(label="Altro")
    ChannelPost.objects.filter(pk=other.pk).update(state="uncertain", due_at=timezone.now())
    services.send_again(post=other, by=organiser)
    worker.send_due()
    assert len(listener.heard) == 1


def test_an_event_called_off_takes_its_posts_along(listener, post, by_hand, organiser, event):
    waiting, draft, paper = due(post(), organiser), post(label="Bozza"), by_hand()
    events.cancel(event=event, by=organiser, reason="Neve")
    worker.send_due()
    for planned, state in ((waiting, State.CANCELLED), (draft, State.CANCELLED), (paper, State.DRAFT)):
        planned.refresh_from_db()
        assert planned.state == state
    assert listener.heard == []


def test_one_in_a_workers_hand_sees_just_before_it_leaves_that_the_event_is_off(listener, post, organiser, event):
    planned = due(post(), organiser)
    [claimed] = rows.claim(ChannelPost.objects.due(timezone.now()), "x", 1)
    events.cancel(event=event, by=organiser, reason="Neve")
    claimed = ChannelPost.objects.select_related("event", "source__event").get(pk=claimed.pk)
    assert worker._publish(claimed, "x", timezone.now()) is False
    planned.refresh_from_db()
    assert planned.state == State.CANCELLED
    assert listener.heard == []


def test_nothing_leaves_for_an_event_that_is_over_or_a_messenger_that_is_gone(
    listener, post, organiser, event, settings
):
    first, second = (
        due(post(due_at=event.ends_at + timedelta(minutes=1)), organiser),
        due(post("Bollettino"), organiser),
    )
    settings.MESSENGER_URLS = settings.MESSENGER_URLS[:1]
    worker.send_due()
    with time_machine.travel(event.ends_at + timedelta(minutes=2)):
        worker.send_due()
    for planned, words in ((first, "the event is over"), (second, "this messenger is not set up any more")):
        planned.refresh_from_db()
        assert (planned.state, planned.reply) == (State.FAILED, words)
    assert listener.heard == []


def test_nothing_leaves_while_all_mail_is_held_or_on_a_copy_of_the_site(listener, post, organiser):
    due(post(), organiser)
    station.hold(reason="prova", by=organiser)
    worker.send_due()
    station.release(by=organiser)
    Station.objects.update(site="https://originale.example.org")
    worker.send_due()
    assert listener.heard == []


def test_the_clock_publishes_without_any_bell(listener, post, organiser):
    from notifications import clock

    due(post(), organiser)
    assert clock.go_round(seconds=1)["published"] == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_publish_a_post_once(listener, post, organiser):
    for number in range(4):
        due(post(label=f"Canale {number}"), organiser)
    listener.delay = 0.03

    def work():
        worker.send_due(seconds=10)
        connections.close_all()

    threads = [threading.Thread(target=work) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(listener.heard) == 4
    assert set(ChannelPost.objects.values_list("state", flat=True)) == {State.DELIVERED}


# -- what people decide ---------------------------------------------------------------------------------------------------------


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


# -- pages -----------------------------------------------------------------------------------------------------------------------


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
