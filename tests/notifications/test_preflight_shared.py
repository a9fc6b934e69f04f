"""What all recipients share is looked at once, and comes to the verdict it would come to in everybody's row."""

import pytest
from django.utils import translation

from notifications import compose, preflight
from notifications.compose import Source

BODY = """{greeting}

L’associazione invita {organisation} di {municipality} alla giornata, {date}, {place}. [Il programma]({event_page}).

[Iscrivi il tuo ente]({link})"""
#: Nobody has these to themselves.
SHARED = ("event", "date", "place", "deadline", "event_page", "link", "unsubscribe", "preferences", "browser")


def both_ways(changed: dict[str, str]) -> list[preflight.Verdict]:
    messages = {
        language: compose.compile(Source(f"{{event}}: invito a {{organisation}} ({language})", BODY), language)
        for language in ("it", "en")
    }
    whole = {**compose.examples(), **changed}
    shared = {name: whole[name] for name in SHARED if name in whole}
    own = {name: value for name, value in whole.items() if name not in shared}
    people = [
        {"organisation": f"Ente «{n}» & figli", "municipality": "" if n % 3 == 0 else "Terni", "name": "",
         "address": f"info@ente{n}.example.org", "language": "en" if n % 4 == 0 else "it"}
        for n in range(1, 14)
    ]  # fmt: skip
    facts = preflight.Facts(needs_link=True, speed=100.0)
    return [
        preflight.examine(messages, [{**whole, **person} for person in people], facts),
        preflight.examine(messages, [{**own, **person} for person in people], facts, dict.fromkeys(messages, shared)),
    ]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, ""),
        ({"place": ""}, "missing_value"),
        ({"place": " \n"}, "missing_value"),
        ({"event": "Giornata informativa sul lavoro dei giovani e sul terzo settore " * 3}, "long_subject"),
        ({"place": "Sala <grande> " * 10_000}, "too_large"),
        ({"event_page": "javascript:alert(1)"}, "bad_link"),
    ],
)
def test_a_shared_value_is_examined_once_for_all_with_the_same_verdict(changed, code):
    with translation.override("en"):
        everybodys, shared = both_ways(changed)
        assert shared == everybodys
        assert not code or code in {finding.code for finding in shared.findings}
