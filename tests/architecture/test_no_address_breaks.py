"""Every address, asked oddly by everybody: never a server error."""

import itertools
import re

import pytest
from django.test import Client

from agreements.models import Agreement
from notifications.models import Delivery
from organisations.models import User
from portal import demo
from tests.architecture.test_rules import OURS, patterns

pytestmark = pytest.mark.django_db
SAMPLES = {
    "slug": ["giornata-informativa-2020", "protocollo-socialneet", "non-esiste"],
    "int": ["1", "999999999999999999999999"],
    "str": ["up", "x" * 300, "%00", "à"],
    "uuid": ["6f1d5f0e-6a3e-4a0f-9a50-0d6b2f1f7f10"],
}
QUERY = {
    "page": "x",
    "q": "\x00'%",
    "to": "9" * 40,
    "from": "-1",
    "invitation": "\x00",
    "state": "y",
    "kind": "z",
    "next": "//evil.example.org",
}
BODY = QUERY | {
    "number": "9" * 40,
    "closes_at": "x",
    "kind": "\x00",
    "body": "\x00",
    "visibility": "x",
    "reason": "",
    "code": "\x00",
    "email": "\x00",
}


def addresses():
    from django.urls import get_resolver

    for path, pattern in patterns(get_resolver()):
        if not pattern.callback.__module__.startswith(OURS) and "accounts" not in path:
            continue
        path = re.sub(r"\\Z|\^|\$|\(\?P<.*", "", path).replace("(?:|en/)", "")
        kinds = re.findall(r"<(\w+):\w+>", path)
        for values in itertools.islice(itertools.product(*(SAMPLES[kind] for kind in kinds)), 6):
            filled = path
            for kind, value in zip(kinds, values, strict=True):
                filled = re.sub(rf"<{kind}:\w+>", value, filled, count=1)
            if "<" not in filled:
                yield "/" + filled.lstrip("/")


@pytest.mark.parametrize("who", ["nobody", "signatory", "organiser"])
def test_no_address_answers_with_a_server_error(who):
    demo.load()
    client = Client(raise_request_exception=False)
    email = {"signatory": "assessore@comune.terni.example.org", "organiser": demo.ORGANISER}.get(who)
    asked = 0
    for path in sorted(set(addresses())):
        if email and not client.session.get("_auth_user_id"):
            client.force_login(User.objects.get(email=email))
        for answer in (
            client.get(path),
            client.get(path, QUERY),
            client.post(path, BODY),
            client.post(path),
            client.head(path),
        ):
            assert answer.status_code < 500, f"{who} {answer.request['REQUEST_METHOD']} {path}: {answer.status_code}"
            asked += 1
    assert asked > 300
    assert Agreement.objects.get(slug="protocollo-socialneet").audit_length >= 3
    assert Delivery.objects.exists()
