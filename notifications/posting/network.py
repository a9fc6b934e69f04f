"""A request to somebody else's server, at an address that was looked at: never into our own network.

The name is resolved once, every address it has must lie in the open Internet, and the connection goes to exactly the one
that was judged, so that a second answer of the name server changes nothing (DNS rebinding). Redirections are not followed.
"""

import contextlib
import http.client
import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

#: Seconds for one step of the network, and for the whole exchange, the name server's answer included, however slowly it drips.
STEP_SECONDS, WHOLE_SECONDS = 5.0, 10.0
#: Bytes of an answer that are read: its first words are for the ledger.
READ_BYTES = 2048
#: All that is given out of IPv6 (RFC 4291): NAT64, IPv4-mapped and local addresses lie outside of it.
_GIVEN_OUT = ipaddress.IPv6Network("2000::/3")
#: Of that, what carries an IPv4 address inside (6to4, Teredo), and what is for books only (RFC 9637).
_WRAPPING = tuple(map(ipaddress.IPv6Network, ("2002::/16", "2001::/32", "3fff::/20")))
#: A public address that a cloud keeps for its own machines.
_CLOUDS_OWN = frozenset({"168.63.129.16"})
#: Labels of letters, digits, hyphens and underscores (RFC 1035, 63 each); anything else is no name that can be asked for.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*{_LABEL}\.?")
#: Control characters, lone halves of a character, and marks that turn the direction of what stands behind them.
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")

_FAILURES = (
    (TimeoutError, "no answer in time"), (socket.gaierror, "no server has this name"),
    (ConnectionRefusedError, "the connection was refused"),
)  # fmt: skip


class NotPublic(Exception):
    """The address is none of the open Internet, or not written as one; the words say what is wrong."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How one request ended: `status` is None where nobody answered."""

    status: int | None
    #: The first words of the answer, or what went wrong.
    words: str
    milliseconds: int
    #: Seconds that the other side asks to wait (Retry-After), 0 if it does not.
    wait: int = 0
    #: The answer's first bytes, for who knows what it says.
    content: bytes = b""
    #: Whether the request had left this machine: without a status it may have arrived.
    has_left: bool = True

    @property
    def is_taken(self) -> bool:
        """Any 2xx; what a server redirects to was not asked."""
        return self.status is not None and 200 <= self.status < 300


def readable(text: str) -> str:
    """The first words of what somebody else's server says, as a page and a database can bear them."""
    return _UNREADABLE.sub(" ", text).strip()[:300]


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name, asked once: a second answer could be another one. Raises OSError, also where none comes in time.

    Asked by a thread of its own: nobody can interrupt the resolver, and a silent name server would hold us for half a minute.
    """
    found: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as error:  # handed on to whoever asked
            found.put(error)
        else:
            found.put(list(dict.fromkeys(str(row[4][0]) for row in rows)))

    threading.Thread(target=ask, daemon=True, name="resolver").start()
    try:
        answer = found.get(timeout=STEP_SECONDS)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def is_public(address: str) -> bool:
    """Whether it lies in the open Internet, also where an IPv6 address only wraps one of IPv4."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if found.version == 6 and (found not in _GIVEN_OUT or any(found in network for network in _WRAPPING)):
        return False
    return found.is_global and not found.is_multicast and str(found) not in _CLOUDS_OWN


def judged(url: str) -> SplitResult:
    """The parts of an address that may be written to. Raises NotPublic. Asks nobody: where it leads is seen when it is used."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise NotPublic("syntax") from None
    if parts.username is not None or parts.password is not None or parts.fragment or not host:
        raise NotPublic("syntax")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise NotPublic("syntax")
    if _is_loopback(host) and settings.POSTING_MAY_STAY_HERE and parts.scheme in {"http", "https"}:
        return parts
    if parts.scheme != "https":
        raise NotPublic("https")
    if "." not in host.strip(".") and ":" not in host:
        raise NotPublic("private")
    try:
        literal = is_public(host)
    except ValueError:  # a name
        if not _NAME.fullmatch(host):
            raise NotPublic("syntax") from None
        return parts
    if not literal:
        raise NotPublic("private")
    return parts


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def post(url: str, content: bytes, headers: Mapping[str, str], *, most: int = READ_BYTES) -> Answer:
    """POST and the first bytes of the answer. Never raises: what went wrong is an answer, too."""
    began, left = time.monotonic(), threading.Event()
    try:
        status, words, wait = _exchange(url, content, headers, most, left)
    except NotPublic:
        status, words, wait = None, b"not a public address", 0
    except ssl.SSLError as error:
        status, words, wait = None, f"no secure connection: {error.reason or type(error).__name__}".encode(), 0
    except (OSError, http.client.HTTPException, ValueError, IndexError) as error:
        status, words, wait = None, _failure(error).encode(), 0
    text, milliseconds = readable(words.decode("utf-8", "replace")), round(1000 * (time.monotonic() - began))
    return Answer(status, text, milliseconds, wait, words, left.is_set())


def _failure(error: Exception) -> str:
    """What went wrong, in words that `notifications.sayings` knows."""
    for kind, words in _FAILURES:
        if isinstance(error, kind):
            return words
    return f"no answer: {type(error).__name__}"


def _exchange(
    url: str, content: bytes, headers: Mapping[str, str], most: int, left: threading.Event
) -> tuple[int, bytes, int]:
    ends = time.monotonic() + WHOLE_SECONDS
    parts = judged(url)
    host, default = parts.hostname or "", 443 if parts.scheme == "https" else 80
    port = parts.port if parts.port is not None else default
    held = [_connected(host, port, ends)]
    # each step has its time, and so has the whole: a server that sends a byte a second would hold us for hours
    watch = threading.Timer(max(0.0, ends - time.monotonic()), _cut, [held])
    watch.daemon = True
    watch.start()
    connection = http.client.HTTPConnection(host, port, timeout=STEP_SECONDS)
    connection.default_port = default  # the usual port is not named in Host (RFC 9110 section 4.2.3)
    try:
        if parts.scheme == "https":
            _secure(held, host)
        connection.sock = held[-1]
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        left.set()  # from here on nobody can say that it has not arrived
        connection.request("POST", target, body=content, headers={**headers, "Connection": "close"})
        response = connection.getresponse()
        return response.status, _first_bytes(response, most), _wait(response.getheader("Retry-After", ""))
    finally:
        watch.cancel()
        connection.close()
        held[-1].close()


def _first_bytes(response: http.client.HTTPResponse, most: int) -> bytes:
    """What can be had of the answer's body. The status was said before it: a body that breaks off takes nothing back."""
    try:
        return response.read(most)
    except (OSError, http.client.HTTPException, ValueError):
        return b""


def _connected(host: str, port: int, ends: float) -> socket.socket:
    """A connection to one of the name's addresses, all of which must be public. Raises NotPublic, OSError.

    The first one that answers: a name may have an address that is down, or one of a kind that this machine cannot reach.
    """
    found = resolved(host, port)
    may_be_here = settings.POSTING_MAY_STAY_HERE and all(map(_is_loopback, found))
    if not found or not (may_be_here or all(map(is_public, found))):
        raise NotPublic("private")
    failure: OSError = TimeoutError()
    for address in found:
        seconds = min(STEP_SECONDS, ends - time.monotonic())
        if seconds <= 0:
            break
        try:
            connected = socket.create_connection((address, port), seconds)
        except OSError as error:
            failure = error
        else:
            connected.settimeout(STEP_SECONDS)
            return connected
    raise failure


def _secure(held: list[socket.socket], host: str) -> None:
    """TLS with a certificate of that name by a known authority. The shaking of hands is within the watch, too."""
    wrapped = ssl.create_default_context().wrap_socket(held[-1], server_hostname=host, do_handshake_on_connect=False)
    held.append(wrapped)
    wrapped.do_handshake()


def _cut(held: list[socket.socket]) -> None:
    """End an exchange that takes too long, in the middle of whatever waits."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(held[-1], socket.SHUT_RDWR)  # not TLS's own, which first forgets its state under us


def _wait(text: str) -> int:
    """Retry-After in seconds, at most a day; dates are passed over."""
    return min(int(text), 86_400) if text.isascii() and text.isdigit() and len(text) < 9 else 0
