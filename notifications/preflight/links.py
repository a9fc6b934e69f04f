"""Where the links of a mail lead: by their spelling always, by asking only when somebody wants it.

`unreachable` talks to other people's servers and takes its seconds: call it where a person asked for the whole check.
"""

import http.client
import socket
import ssl
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from notifications.posting import network

SHORTENERS = frozenset({
    "bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "buff.ly", "cutt.ly", "rb.gy", "t.ly", "shorturl.at",
    "rebrand.ly", "tiny.cc", "v.gd",
})  # fmt: skip
#: Web servers stand at these; anything else is somebody's other service.
PORTS = frozenset({80, 443})
HERE = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
#: Words that say nothing when they are read alone, as screen readers list them.
VAGUE = frozenset({
    "qui", "clicca qui", "clicca", "link", "vai", "leggi", "leggi qui", "leggi tutto", "scopri", "questo link", "here",
    "click here", "click", "read", "read more", "more", "this link", "go",
})  # fmt: skip


@lru_cache(maxsize=256)  # the same few for a hundred thousand recipients
def fault(address: str) -> str:
    """What is wrong with the spelling of an address: `syntax`, `http`, `short`, `here`, or nothing."""
    if address.startswith("mailto:"):
        return "" if _is_mailbox(address.removeprefix("mailto:").partition("?")[0]) else "syntax"
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "syntax"
    if host in HERE:
        return "here"
    if parts.scheme not in {"https", "http"} or parts.username is not None or not _is_host(host) or " " in address:
        return "syntax"
    if parts.scheme == "http":
        return "http"
    return "short" if host.removeprefix("www.") in SHORTENERS else ""


def _is_mailbox(address: str) -> bool:
    name, at, domain = address.rpartition("@")
    return bool(name and at) and _is_host(domain) and " " not in address


def _is_host(host: str) -> bool:
    labels = host.split(".")
    return len(labels) >= 2 and all(label and label.strip("-") == label for label in labels) and host.isprintable()


def is_vague(text: str, target: str) -> bool:
    """Whether the words of a link say nothing about where it leads."""
    said = text.strip(" .:!>»→").lower()
    return said in VAGUE or said == "" or said == target.lower()


def unreachable(addresses: Iterable[str], seconds: float = 5.0, may_be_private: bool = False) -> Mapping[str, str]:
    """The addresses that do not answer, with the reason. Redirections count as an answer and are not followed.

    A server of the house's own network is not asked unless `may_be_private`: whoever writes a link must not be able to
    send the portal there.
    """
    reasons = {address: _refusal(address, seconds, may_be_private) for address in dict.fromkeys(addresses)}
    return {address: reason for address, reason in reasons.items() if reason}


def _refusal(address: str, seconds: float, may_be_private: bool) -> str:
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = network.resolved(parts.hostname or "", port)
        if not may_be_private and not (port in PORTS and found and all(map(network.is_public, found))):
            return _("it is not a public address")
        status = _ask(parts, port, found[0], seconds)
    except (OSError, http.client.HTTPException, ValueError, IndexError):
        # one sentence for all that went wrong: this is no tool to look around with
        return _("nobody answers there")
    # Some servers forbid questions without a browser; a page is there all the same.
    return "" if status < 400 or status in {401, 403, 405, 429} else _("it answers %(status)s") % {"status": status}


def _ask(parts: SplitResult, port: int, address: str, seconds: float) -> int:
    """HEAD, at exactly this address whatever the name says by now; the status."""
    host = parts.hostname or ""
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    connection.sock = socket.create_connection((address, port), seconds)
    if parts.scheme == "https":
        connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
    try:
        connection.request("HEAD", parts._replace(scheme="", netloc="", fragment="").geturl() or "/")
        return connection.getresponse().status
    finally:
        connection.close()
