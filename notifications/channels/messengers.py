"""The messengers that are set up, from `MESSENGER_URLS`: Telegram's bot API, and any gateway that takes a POST.

`telegram://<bot token>@<channel>?name=…` posts into a channel whose administrator the bot is: `@name` without its at-sign,
or the number `-100…`. `gateway+https://[user:password@]host/path?name=…&template=…` posts JSON; `template` is the JSON with
`{text}`, `{id}` and `{event}` in its strings.
"""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from django.conf import settings

from notifications.posting import network

TELEGRAM = "https://api.telegram.org"
#: Characters of one message (UTF-16 units at Telegram's), and of one at a gateway: as long a post is not read anyway.
LONGEST = 4096
#: Bytes of an answer that are read: Telegram repeats the whole text in it.
ANSWER_BYTES = 64 * 1024
_USERNAME = re.compile(r"[A-Za-z0-9_]{1,64}")
#: Refusals that mean "not now": nothing was published, and a later attempt may go through.
NOT_NOW = frozenset({408, 425, 429, 503})
DEFAULT_TEMPLATE = '{"id": "{id}", "event": "{event}", "text": "{text}"}'


class NotUnderstood(ValueError):
    """An entry of MESSENGER_URLS that names no messenger; its words carry no secret."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted where."""

    url: str
    content: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Published:
    """What an answer says: `link` where it can be read; `is_final`: asking again would change nothing."""

    is_published: bool
    words: str
    link: str = ""
    wait: int = 0
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Messenger:
    """One channel."""

    name: str
    request: Callable[[str, str, str], Request]
    read: Callable[[network.Answer], Published]

    def post(self, *, text: str, key: str, event: str) -> tuple[network.Answer, Published]:
        """Publish a text. Never raises; an answer without a status that has left may be published."""
        wanted = self.request(text, key, event)
        answer = network.post(wanted.url, wanted.content, wanted.headers, most=ANSWER_BYTES)
        return answer, self.read(answer)


def configured() -> dict[str, Messenger]:
    """Name -> messenger, in the order of the setting; entries that are not understood are left out (see `problems`)."""
    return _read()[0]


def problems() -> list[str]:
    """What is wrong with the setting, without its secrets."""
    return _read()[1]


def _read() -> tuple[dict[str, Messenger], list[str]]:
    found: dict[str, Messenger] = {}
    wrong: list[str] = []
    for place, url in enumerate(settings.MESSENGER_URLS, start=1):
        try:
            messenger = _messenger(url, place)
        except NotUnderstood as error:
            wrong.append(str(error))
            continue
        if messenger.name in found:
            wrong.append(f"entry {place} bears the name of another one")
        found.setdefault(messenger.name, messenger)
    return found, wrong


def length(text: str) -> int:
    """As Telegram counts: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _messenger(url: str, place: int) -> Messenger:
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        asked = dict(pairs)
        scheme, name = parts.scheme, asked.pop("name", "")[:60].strip()
        host, user, password = parts.hostname or "", unquote(parts.username or ""), unquote(parts.password or "")
    except ValueError as error:
        raise NotUnderstood(f"entry {place} is no address") from error
    if not name:
        raise NotUnderstood(f"entry {place} has no name: add ?name=…")
    if scheme == "telegram":
        token, _at, chat = url.removeprefix("telegram://").partition("?")[0].rpartition("@")
        return _telegram(name, unquote(token), unquote(chat), asked.pop("api", TELEGRAM), place)
    if scheme in {"gateway+https", "gateway+http"} and host:
        template = asked.pop("template", DEFAULT_TEMPLATE)
        netloc = parts.netloc.rpartition("@")[2]
        query = urlencode([(word, value) for word, value in pairs if word not in {"name", "template"}])
        target = parts._replace(scheme=scheme.removeprefix("gateway+"), netloc=netloc, query=query).geturl()
        return _gateway(name, target, f"{user}:{password}" if user else "", template, place)
    raise NotUnderstood(f"entry {place}: telegram:// or gateway+https:// is understood")


# -- Telegram ----------------------------------------------------------------------------------------------------------


def _telegram(name: str, token: str, chat: str, api: str, place: int) -> Messenger:
    if not token or not chat or "/" in token + chat:
        raise NotUnderstood(f"entry {place}: telegram://<bot token>@<channel>?name=…")
    _check_target(api, place)
    target = chat if chat.lstrip("-").isdecimal() else f"@{chat.lstrip('@')}"

    def request(text: str, key: str, event: str) -> Request:
        # no parse_mode: nothing that an organiser wrote becomes markup
        content = json.dumps({"chat_id": target, "text": text}, ensure_ascii=False).encode()
        url = f"{api}/bot{quote(token, safe=':')}/sendMessage"
        return Request(url, content, {"Content-Type": "application/json"})

    return Messenger(name, request, _telegram_said)


def _telegram_said(answer: network.Answer) -> Published:
    found = _json(answer.content)
    result = found.get("result") if isinstance(found.get("result"), dict) else {}
    if answer.is_taken and found.get("ok") is True:
        return Published(True, "", _telegram_link(result if isinstance(result, dict) else {}))
    words = network.readable(str(found.get("description") or answer.words))
    parameters = found.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    wait = min(wait, 86_400) if isinstance(wait, int) and wait > 0 else answer.wait
    return Published(False, words, wait=wait, is_final=_is_final(answer.status))


def _telegram_link(result: dict[str, Any]) -> str:
    """Where a public channel shows it; a private one has no address for everybody."""
    chat, number = result.get("chat"), result.get("message_id")
    name = chat.get("username") if isinstance(chat, dict) else None
    is_named = isinstance(name, str) and _USERNAME.fullmatch(name)
    return f"https://t.me/{name}/{number}" if is_named and isinstance(number, int) and 0 < number < 2**63 else ""


def _check_target(url: str, place: int) -> None:
    try:
        network.judged(url)
    except network.NotPublic as error:
        raise NotUnderstood(f"entry {place}: an https address of the open Internet is asked for") from error


# -- any gateway -------------------------------------------------------------------------------------------------------


def _gateway(name: str, target: str, credentials: str, template: str, place: int) -> Messenger:
    _check_target(target, place)
    try:
        shape = json.loads(template)
    except ValueError as error:
        raise NotUnderstood(f"entry {place}: its template is no JSON") from error
    if _filled(shape, {"text": "x"}) == shape:
        raise NotUnderstood(f"entry {place}: its template has no {{text}}")

    def request(text: str, key: str, event: str) -> Request:
        content = json.dumps(_filled(shape, {"text": text, "id": key, "event": event}), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        if credentials:
            headers["Authorization"] = f"Basic {base64.b64encode(credentials.encode()).decode()}"
        return Request(target, content, headers)

    return Messenger(name, request, _gateway_said)


def _filled(shape: Any, values: dict[str, str]) -> Any:
    """The template with its values, put into parsed strings: no text can break out of its place."""
    if isinstance(shape, dict):
        return {name: _filled(inner, values) for name, inner in shape.items()}
    if isinstance(shape, list):
        return [_filled(inner, values) for inner in shape]
    if isinstance(shape, str):
        pieces = [shape]
        for name, value in values.items():
            pieces = [part for piece in pieces for part in _split(piece, f"{{{name}}}", value)]
        return "".join(pieces)
    return shape


class _Value(str):
    """What was put in already and is not read again."""

    __slots__ = ()


def _split(piece: str, slot: str, value: str) -> list[str]:
    if isinstance(piece, _Value) or slot not in piece:
        return [piece]
    parts: list[str] = []
    for part in piece.split(slot):
        parts += [part, _Value(value)]
    return parts[:-1]


def _gateway_said(answer: network.Answer) -> Published:
    return Published(
        answer.is_taken, answer.words, wait=answer.wait, is_final=not answer.is_taken and _is_final(answer.status)
    )


def _is_final(status: int | None) -> bool:
    """A refusal that no waiting changes: a wrong token, a channel that is not there."""
    return status is not None and 400 <= status < 500 and status not in NOT_NOW


def is_surely_absent(answer: network.Answer) -> bool:
    """Whether an answer that is no success leaves no doubt: it never left, was sent elsewhere, or was refused for now.

    A server that broke down (500), a proxy that gave up waiting (502, 504), a success that cannot be read: it may be there.
    """
    if answer.status is None:
        return not answer.has_left
    return 300 <= answer.status < 400 or answer.status in NOT_NOW


def _json(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):  # the latter: brackets in brackets in brackets
        return {}
    return found if isinstance(found, dict) else {}
