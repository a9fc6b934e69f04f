"""Two public channels that listen on this machine, and posts for them."""

import json
from urllib.parse import quote

import pytest

from notifications.channels import services
from notifications.models import ChannelPost
from tests.notifications.listener import Listener

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
