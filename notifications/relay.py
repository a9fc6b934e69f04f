"""Where mail is handed over. A relay says exactly how far a message came, so that nobody has to guess.

Phases of SMTP (RFC 5321): before DATA is answered the message is surely not sent; after the final dot without an
answer it is uncertain, and nobody may simply send it again.
"""

import re
import smtplib
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail.message import sanitize_address

from notifications.models import LocalMail

CONNECT_SECONDS = 10
#: RFC 5321 section 4.5.3.2.6 asks a client to wait ten minutes for the answer to the final dot.
FINAL_REPLY_SECONDS = 600


class RelayError(Exception):
    """The relay's words, for the outbox page."""


class Deferred(RelayError):
    """Not now (4xx): try this message again later. Surely not sent."""


class Refused(RelayError):
    """Never (5xx): this message fails. Surely not sent."""


class RelayDown(RelayError):
    """The relay itself is unwell (no connection, 421, sign-in, policy): no message is to blame. Surely not sent."""


class Unanswered(RelayError):
    """The message went out and no answer came: it may have arrived."""


class Relay(Protocol):
    """Hands over one message at a time over a kept connection."""

    #: whether the same Message-ID handed over twice arrives once
    is_idempotent: bool

    def send(self, message_id: str, address: str, content: bytes) -> str:
        """Hand over; the relay's words. Raises Deferred, Refused, RelayDown, Unanswered."""

    def close(self) -> None:
        """Let go of the connection."""


class MailboxRelay:
    """The local mailbox of the trial mode: a row per Message-ID."""

    is_idempotent = True

    def send(self, message_id: str, address: str, content: bytes) -> str:
        subject = str(make_header(decode_header(message_from_bytes(content)["Subject"] or "")))
        LocalMail.objects.get_or_create(
            message_id=message_id, defaults={"address": address, "subject": subject[:300], "content": content}
        )
        return "250 kept in the local mailbox"

    def close(self) -> None:
        pass


@dataclass
class SmtpRelay:
    """An SMTP relay on a kept connection."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    starttls: bool = False
    implicit_tls: bool = False
    is_idempotent = False

    def __post_init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None
        self._sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]

    def send(self, message_id: str, address: str, content: bytes) -> str:
        smtp = self._connected()
        recipient = parseaddr(sanitize_address(address, "utf-8"))[1]
        try:
            _expect(smtp.mail(self._sender), 250)
            _expect(smtp.rcpt(recipient), 250, 251)
            _expect(smtp.docmd("DATA"), 354)
        except RelayDown:
            self.close()
            raise
        except (Deferred, Refused):
            self._reset()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise RelayDown(str(error)) from error
        return self._hand_over(smtp, content)

    def _hand_over(self, smtp: smtplib.SMTP, content: bytes) -> str:
        """From the first byte on, silence means uncertain."""
        try:
            smtp.send(_with_final_dot(content))
            if smtp.sock:
                smtp.sock.settimeout(FINAL_REPLY_SECONDS)
            answer = smtp.getreply()
            if smtp.sock:
                smtp.sock.settimeout(CONNECT_SECONDS)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Unanswered(str(error) or "no answer after the final dot") from error
        return _expect(answer, 250)

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        try:
            kind = smtplib.SMTP_SSL if self.implicit_tls else smtplib.SMTP
            smtp = kind(self.host, self.port, timeout=CONNECT_SECONDS, local_hostname=settings.MAIL_DOMAIN)
            smtp.ehlo_or_helo_if_needed()
            if self.starttls:
                smtp.starttls()
                smtp.ehlo()
            if self.user:
                smtp.login(self.user, self.password)
        except (OSError, smtplib.SMTPException) as error:
            raise RelayDown(str(error)) from error
        self._smtp = smtp
        return smtp

    def _reset(self) -> None:
        try:
            if self._smtp:
                self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.close()

    def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp:
            try:
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()


def _with_final_dot(content: bytes) -> bytes:
    """The text of DATA: lines that begin with a dot get a second one (RFC 5321 section 4.5.2)."""
    stuffed = re.sub(rb"(?m)^\.", b"..", content)
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _expect(answer: tuple[int, bytes], *codes: int) -> str:
    """The relay's words, or the exception that its code means."""
    code, words = answer
    text = f"{code} {words.decode('utf-8', 'replace')}"
    if code in codes:
        return text
    if code in {421, -1, 530, 535} or words.startswith(b"5.7."):
        raise RelayDown(text)  # policy and sign-in are the relay's quarrel with us, not the recipient's fault
    raise (Deferred if 400 <= code < 500 else Refused)(text)


def from_settings() -> Relay:
    """The relay that MAIL_URL names. Raises ValueError for an unknown scheme."""
    url = urlsplit(settings.MAIL_URL)
    if url.scheme == "mailbox":
        return MailboxRelay()
    if url.scheme not in {"smtp", "smtp+tls", "smtp+ssl"}:
        raise ValueError(f"MAIL_URL: unknown scheme {url.scheme!r}")
    return SmtpRelay(
        host=url.hostname or "localhost",
        port=url.port or (465 if url.scheme == "smtp+ssl" else 25),
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        starttls=url.scheme == "smtp+tls",
        implicit_tls=url.scheme == "smtp+ssl",
    )
