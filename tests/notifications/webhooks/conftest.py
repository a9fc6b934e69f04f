"""A program that listens on this machine, and is told everything."""

import json

import pytest

from notifications.models import (
    Fact,
    Webhook,
)
from notifications.webhooks import services
from tests.notifications.listener import Listener


@pytest.fixture
def listener(settings):
    settings.POSTING_MAY_STAY_HERE = True
    server = Listener()
    yield server
    server.close()


@pytest.fixture
def webhook(listener, organiser) -> Webhook:
    return services.register(name="Calendario del Comune", url=listener.url, facts=Fact.values, by=organiser)


def told(listener) -> list[dict]:
    return [json.loads(content) for _path, _headers, content in listener.heard]
