"""Posts to public channels: once, at their time, with the event as it stands."""

import base64
import json
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.utils import timezone

from events import services as events
from events.models import Event
from notifications import checks
from notifications.channels import messengers, texts, worker
from notifications.models import ChannelAttempt, ChannelPost
from tests.notifications.channels.conftest import TOKEN, due, heard, telegram_ok

pytestmark = pytest.mark.django_db
State, Kind = ChannelPost.State, ChannelPost.Kind


# -- what is set up ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "telegram://", "telegram://abc", "telegram://token@?name=a", "telegram://@canale?name=a", "telegram://t@c",
        "gateway+https://?name=a", "gateway+https://x.example.org/", "gateway+https://x.example.org/?name=a&template={",
        'gateway+https://x.example.org/?name=a&template={"{text}":"b"}',
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


# -- what leaves ---------------------------------------------------------------------------------------------------------


def test_a_post_leaves_once_at_its_time_with_its_tagged_address(listener, post, organiser, event):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        planned = post(due_at=timezone.now() + timedelta(hours=1))
        due(planned, organiser)
        assert worker.send_due() == {"published": 0, "unpublished": 0}
        clock.shift(timedelta(hours=1))
        assert worker.send_due() == {"published": 1, "unpublished": 0}
        assert worker.send_due() == {"published": 0, "unpublished": 0}
        today = timezone.localdate()
    [(path, _headers, _content)] = listener.heard
    assert path == f"/bot{TOKEN}/sendMessage"
    [sent] = heard(listener)
    assert sent["chat_id"] == "@socialneet_terni"
    assert "parse_mode" not in sent
    assert sent["text"].endswith("\nhttp://localhost:8000/events/info-day/?via=canale-del-progetto")
    assert "Sala conferenze, Terni" in sent["text"]
    planned.refresh_from_db()
    assert (planned.state, planned.link) == (State.DELIVERED, "https://t.me/socialneet_terni/7")
    assert planned.published_on == today
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


def test_what_left_stays_as_it_was_when_the_event_moves_afterwards(listener, post, organiser, event, client_of):
    planned = due(post(), organiser)
    worker.send_due()
    event.refresh_from_db()
    events.change(event=event, by=organiser, venue="Teatro")
    page = client_of(organiser).get(f"/manage/events/{event.slug}/posts/{planned.key}/").content.decode()
    planned.refresh_from_db()
    assert planned.sent_text == heard(listener)[0]["text"]
    assert "Sala conferenze, Terni" in page
    assert "Teatro" not in page.split("mail-text")[1].split("</div>")[0]


def test_what_somebody_wrote_is_never_read_as_a_variable_again(post, event, organiser):
    Event.objects.update(title_it="{date} {address}")
    event.refresh_from_db()
    planned = post(text_it="{event} {unknown} {address}")
    assert texts.written(planned).startswith("{date} {address} {unknown} http")


def test_a_gateway_gets_its_template_filled_and_nothing_breaks_out_of_it(listener, settings, post, organiser):
    template = quote('{"msg": {"body": "<{text}>", "n": 1, "list": ["{event}", true]}, "ref": "{id}"}', safe="")
    settings.MESSENGER_URLS = [
        f"gateway+http://porta:p%40rola@127.0.0.1:{listener.port}/in?x=1&name=Bollettino&x=2&key=&template={template}"
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
    assert path == "/in?x=1&x=2&key="
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
