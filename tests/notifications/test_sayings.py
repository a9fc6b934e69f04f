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


@pytest.mark.parametrize(
    "module", ["channels/worker.py", "channels/services.py", "webhooks/services.py", "posting/network.py"]
)
def test_every_sentence_of_posts_and_of_other_programs_is_listed(module):
    """What a row or an attempt keeps of our own words: `reply`, `words`, `_why_not`, `_note`, `give_up_waiting`, `_FAILURES`."""
    found = list(_own_words(ast.parse((SENDING.parent / module).read_text())))
    assert len(found) >= 3
    for words in found:
        assert words in sayings._SAID or any(words.startswith(beginning) for beginning in sayings._BEGUN), words


def _own_words(tree):
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name="_why_not" | "_failure" | "post"):
                yield from (text for text in _texts(node) if " " in text)
            case ast.Assign(targets=[ast.Name(id="why")], value=value):  # of an address that is switched off
                yield from (f"not tried: {text}" for text in _texts(value))
            case ast.Call(func=ast.Name(id="_note"), args=[_, words]):
                yield from _texts(words)
            case ast.Assign(targets=[ast.Name(id="words" | "_FAILURES")], value=value):
                yield from _texts(value)
            case ast.Call(func=ast.Name(id="give_up_waiting"), args=[_, ast.Constant(value=why)]):
                yield f"not tried: {why}"


def _texts(node):
    """Constants, and the beginnings of what is put together; no docstring."""
    docstring = ast.get_docstring(node, clean=False) if isinstance(node, ast.FunctionDef) else None
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str | bytes) and inner.value != docstring:
            yield inner.value.decode() if isinstance(inner.value, bytes) else inner.value


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
