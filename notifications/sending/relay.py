"""Where mail is handed over. A relay says exactly how far each message came, so that nobody has to guess.

Phases of SMTP (RFC 5321): before the text is sent a message has surely not arrived; after the final dot without an
answer it is uncertain, and nobody may simply send it again.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Protocol
from urllib.parse import parse_qs, unquote

from django.conf import settings
from django.db import models

from notifications.models import Lane
from notifications.providers import catalogue

CONNECT_SECONDS = 10
#: RFC 5321 section 4.5.3.2.6 asks a client to wait ten minutes for the answer to the final dot.
FINAL_REPLY_SECONDS = 600


class Outcome(models.TextChoices):
    """How a message's way to the relay ended. All but ACCEPTED and UNCERTAIN are surely not sent."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # 4xx to this recipient: try this message again later
    STRAINED = "strained"  # 4xx to the text: the same, and this house gets less; perhaps it is the text
    SLOWED = "slowed"  # 421: the relay wants less; no message is to blame
    CROWDED = "crowded"  # 432: too many connections
    REFUSED = "refused"  # 5xx: this message fails
    POLICY = "policy"  # 5.7.x: a quarrel with us, perhaps not this recipient's fault
    RELAY_DOWN = "relay_down"  # no connection, sign-in, certificate: no message is to blame
    UNCERTAIN = "uncertain"  # the text went out and no answer came: it may have arrived


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message on its way: which row, where to, and the bytes."""

    pk: int
    message_id: str
    address: str
    content: bytes
    #: The row's public key, for a provider to name the message by.
    key: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """How it ended, in the relay's words."""

    pk: int
    outcome: Outcome
    reply: str


Began = Callable[[int], None]


class Relay(Protocol):
    """Hands over messages one after another on a kept connection."""

    #: whether the same Message-ID handed over twice arrives once
    is_idempotent: bool
    #: whether it writes into our own database, on the caller's connection
    is_local: bool

    def accepts_8bit(self) -> bool:
        """Whether bytes above 127 may stand in the text (RFC 6152). Connects if need be."""

    def hand_over(self, envelopes: Iterable[Envelope], began: Began) -> Iterator[Result]:
        """Hand over in order; `began` is called just before a message's text leaves.

        Ends early after STRAINED, SLOWED, CROWDED, RELAY_DOWN and UNCERTAIN: what follows was not touched.
        """

    def close(self) -> None:
        """Let go of the connection."""


#: After these the relay is left in peace and nothing more is tried on this connection.
ENDING = frozenset({Outcome.STRAINED, Outcome.SLOWED, Outcome.CROWDED, Outcome.RELAY_DOWN, Outcome.UNCERTAIN})


def from_settings(lane: str = Lane.TRANSACTIONAL) -> Relay:
    """The relay of a lane: MAIL_URL, or MAIL_URL_BULK where it is set. Raises ValueError for an unknown scheme."""
    bulk = lane == Lane.BULK
    url = catalogue.split(settings.MAIL_URL_BULK if bulk and settings.MAIL_URL_BULK else settings.MAIL_URL)
    if url.scheme == "mailbox":
        from notifications.sending.local import MailboxRelay  # as below: a relay knows this module

        return MailboxRelay()
    if url.scheme.startswith(catalogue.SCHEME):
        from notifications.providers.relay import ProviderRelay  # brings an HTTP client along: only where it is used

        return ProviderRelay(url)
    if url.scheme not in {"smtp", "smtp+tls", "smtp+ssl"}:
        raise ValueError(f"MAIL_URL: unknown scheme {url.scheme!r}")
    from notifications.sending.smtp import SmtpRelay  # it needs the words of this module

    return SmtpRelay(
        host=url.hostname or "localhost",
        port=url.port or (465 if url.scheme == "smtp+ssl" else 25),
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        starttls=url.scheme == "smtp+tls",
        implicit_tls=url.scheme == "smtp+ssl",
        sender=parseaddr(settings.MAIL_FROM_BULK)[1] if bulk else "",
        verify=parse_qs(url.query).get("verify") != ["no"],
    )
