"""Our own reasons are kept in English and shown in the reader's language; a mail server's words stay its own."""

import ast
from pathlib import Path

import pytest
from django.utils import translation

from notifications import sayings
from notifications.models import Delivery
from notifications.sending import pump
from tests.notifications.test_pump import write

SENDING = Path(sayings.__file__).parent / "sending"


def test_our_own_sentences_are_translated_and_others_are_not(monkeypatch):
    monkeypatch.setattr(sayings, "_", lambda words: words.replace("settled by", "risolto da").replace("the event", "X"))
    assert sayings.said("settled by olga@example.org") == "risolto da olga@example.org"
    assert sayings.said("overtaken by revision 3 of the event") == "overtaken by revision 3"
    assert sayings.said("the event was called off") == "X was called off"
    assert (
        sayings.said("550 5.1.1 settled by the event was called off") == "550 5.1.1 settled by the event was called off"
    )


def test_every_verdict_of_the_desk_is_listed():
    tree = ast.parse((SENDING / "desk.py").read_text())
    verdict = next(each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.name == "verdict")
    words = {
        node.value.elts[1].value
        for node in ast.walk(verdict)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple)
        and isinstance(node.value.elts[1], ast.Constant)
    }  # fmt: skip
    assert len(words) >= 3
    assert {word for word in words if word} <= sayings._SAID


@pytest.mark.django_db
def test_the_page_of_a_message_shows_them_translated(client_of, organiser, settings, monkeypatch):
    settings.MAIL_ALLOW_LIST = ["*@nowhere.example.org"]
    row = write(1)[0]
    pump.pump()
    assert Delivery.objects.get().reply == "not on the allow-list of this copy of the site"
    monkeypatch.setattr(sayings, "_", lambda words: f"<<{words}>>")
    with translation.override("en"):
        page = client_of(organiser).get(f"/en/manage/outbox/{row.key}/").content.decode()
    assert "&lt;&lt;not on the allow-list" in page
