"""Mail by SMTP, over one kept connection. What each answer means for the message, and for those behind it."""

import smtplib
import ssl
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.core.mail.message import sanitize_address

from notifications.sending import relay
from notifications.sending.relay import ENDING, FINAL_REPLY_SECONDS, Began, Envelope, Outcome, Result
from organisations.text import one_line

#: A connection is renewed after this many messages: some servers count, some leak.
MESSAGES_PER_CONNECTION = 5000
Reply = tuple[int, bytes]


class _Answer(Exception):
    """An answer that ends a message's way."""

    def __init__(self, outcome: Outcome, words: str) -> None:
        super().__init__(words)
        self.outcome, self.words = outcome, words
        self.is_next_announced = False


@dataclass
class SmtpRelay:
    """An SMTP relay on a kept connection; pipelined where it is offered (RFC 2920): one round trip a message."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    starttls: bool = False
    implicit_tls: bool = False
    sender: str = ""
    #: Whether the relay must prove by its certificate that it is the host; only one on our own machine need not.
    verify: bool = True
    is_idempotent = False
    is_local = False

    def __post_init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None
        self._count = 0
        self._early: list[Reply] = []
        self._heard = b""
        self.sender = self.sender or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]

    def accepts_8bit(self) -> bool:
        try:
            return self._connected().has_extn("8bitmime")
        except _Answer:
            return True  # the attempt itself will say what is wrong

    def hand_over(self, envelopes: Iterable[Envelope], began: Began) -> Iterator[Result]:
        if self._count >= MESSAGES_PER_CONNECTION:
            self.close()
        waiting, is_announced = list(envelopes), False
        for number, envelope in enumerate(waiting):
            following = waiting[number + 1] if number + 1 < len(waiting) else None
            try:
                if not is_announced:
                    self._announce(envelope)
                self._judge(self._answers())
                words, is_announced = self._text(envelope, following, began)
            except _Answer as answer:
                is_announced = answer.is_next_announced
                if answer.outcome in ENDING:
                    self._hang_up()
                elif not is_announced:
                    self._reset()
                yield Result(envelope.pk, answer.outcome, answer.words)
                if answer.outcome in ENDING:
                    return
            else:
                yield Result(envelope.pk, Outcome.ACCEPTED, words)

    def close(self) -> None:
        smtp, self._smtp, self._count = self._smtp, None, 0
        if smtp:
            try:
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _announce(self, envelope: Envelope) -> None:
        """Say who and to whom. Where commands may not be pipelined, each waits for its answer."""
        smtp = self._connected()
        commands = self._commands(envelope)
        try:
            if smtp.has_extn("pipelining"):
                smtp.send(b"".join(commands))
                return
            for command in commands:
                smtp.send(command)
                self._early.append(smtp.getreply())
                if self._early[-1][0] >= 400:
                    break
        except (OSError, smtplib.SMTPException) as error:
            raise _Answer(Outcome.RELAY_DOWN, str(error)) from error

    def _commands(self, envelope: Envelope) -> list[bytes]:
        smtp = self._connected()
        body = " BODY=8BITMIME" if smtp.has_extn("8bitmime") and not envelope.content.isascii() else ""
        recipient = _envelope_address(envelope.address)
        return [f"MAIL FROM:<{self.sender}>{body}\r\n".encode("ascii"), f"RCPT TO:<{recipient}>\r\n".encode("ascii"),
                b"DATA\r\n"]  # fmt: skip

    def _answers(self) -> list[Reply]:
        """To MAIL, RCPT and DATA."""
        if self._early:
            answers, self._early = self._early, []
            return answers
        try:
            return [self._reply() for _command in ("MAIL", "RCPT", "DATA")]
        except (OSError, smtplib.SMTPException) as error:
            raise _Answer(Outcome.RELAY_DOWN, str(error)) from error

    def _judge(self, answers: list[Reply]) -> None:
        """Raises what the first refusal means; leaves the connection ready for the next message."""
        refusal = None
        for answer, codes in zip(answers, ((250,), (250, 251), (354,)), strict=False):
            try:
                _expect(answer, *codes)
            except _Answer as found:
                refusal = refusal or found
        if refusal is None:
            return
        if len(answers) == 3 and answers[2][0] == 354:
            # refused, and yet the text is awaited: an empty one ends it (RFC 2920 section 3.1)
            with suppress(OSError, smtplib.SMTPException):
                self._connected().send(b".\r\n")
                self._reply()
        raise refusal

    def _text(self, envelope: Envelope, following: Envelope | None, began: Began) -> tuple[str, bool]:
        """From the first byte on, silence means uncertain. The next message is announced in the same breath."""
        smtp = self._connected()
        try:
            began(envelope.pk)
        except OSError:  # the journal's disk is full: nothing may leave, and the relay waits for a text
            self._hang_up()
            raise
        ahead = b""
        if following is not None and smtp.has_extn("pipelining"):
            with suppress(_Answer):  # an address that cannot be written is refused when its turn comes
                ahead = b"".join(self._commands(following))
        try:
            smtp.send(_with_final_dot(envelope.content) + ahead)
            answer = self._final_reply()
        except (OSError, smtplib.SMTPException) as error:
            raise _Answer(Outcome.UNCERTAIN, str(error) or "no answer after the final dot") from error
        self._count += 1
        try:
            return _expect(answer, 250), bool(ahead)
        except _Answer as refusal:
            if refusal.outcome == Outcome.DEFERRED:
                refusal.outcome = Outcome.STRAINED
            refusal.is_next_announced = bool(ahead)
            raise

    def _final_reply(self) -> Reply:
        """The answer to the final dot, for which more patience is owed than for any other."""
        smtp = self._connected()
        assert smtp.sock is not None
        try:
            return self._reply()
        except TimeoutError:
            smtp.sock.settimeout(FINAL_REPLY_SECONDS - relay.CONNECT_SECONDS)
            answer = self._reply()
            smtp.sock.settimeout(relay.CONNECT_SECONDS)
            return answer

    def _reply(self) -> Reply:
        """The next answer. smtplib's own reader takes several times as long for the same lines."""
        smtp = self._connected()
        words = []
        while True:
            line, found, rest = self._heard.partition(b"\r\n")
            if not found:
                assert smtp.sock is not None
                more = smtp.sock.recv(65536)
                if not more:
                    raise smtplib.SMTPServerDisconnected("connection closed")
                self._heard += more
                continue
            self._heard = rest
            words.append(line[4:])
            if line[3:4] != b"-":
                break
        try:
            return int(line[:3]), b"\n".join(words)
        except ValueError:
            raise smtplib.SMTPServerDisconnected(f"not an SMTP answer: {line[:80]!r}") from None

    def _hang_up(self) -> None:
        """Without good-bye: the relay may be waiting for something that must not come."""
        smtp, self._smtp, self._count = self._smtp, None, 0
        self._early, self._heard = [], b""
        if smtp:
            smtp.close()

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        smtp = None
        try:
            smtp = self._dialled()
            smtp.ehlo_or_helo_if_needed()
            if self.starttls:
                smtp.starttls(context=self._context())
                smtp.ehlo()
            if self.user:
                smtp.login(self.user, self.password)
        except (OSError, smtplib.SMTPException) as error:
            if smtp is not None:
                smtp.close()
            raise _why_not(error) from error
        self._smtp = smtp
        return smtp

    def _dialled(self) -> smtplib.SMTP:
        patience, name = relay.CONNECT_SECONDS, settings.MAIL_DOMAIN
        if self.implicit_tls:
            return smtplib.SMTP_SSL(
                self.host, self.port, timeout=patience, local_hostname=name, context=self._context()
            )
        return smtplib.SMTP(self.host, self.port, timeout=patience, local_hostname=name)

    def _context(self) -> ssl.SSLContext:
        """smtplib's own would take any certificate, and the password would go to whoever shows one."""
        context = ssl.create_default_context()
        if not self.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def _reset(self) -> None:
        """A refused recipient leaves a half-made transaction behind."""
        try:
            if self._smtp:
                self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.close()


def _why_not(error: Exception) -> _Answer:
    """What it means that no connection came about."""
    if not isinstance(error, smtplib.SMTPResponseException):
        return _Answer(Outcome.RELAY_DOWN, str(error))
    crowded, slow = error.smtp_code == 432, 400 <= error.smtp_code < 500 and error.smtp_code != 454
    outcome = Outcome.CROWDED if crowded else Outcome.SLOWED if slow else Outcome.RELAY_DOWN
    return _Answer(outcome, _words((error.smtp_code, _as_bytes(error.smtp_error))))


def _envelope_address(address: str) -> str:
    """The address as SMTP carries it: the domain in ASCII. An unwritable one is refused here."""
    try:
        plain = address if address.isascii() else parseaddr(sanitize_address(address, "ascii"))[1]
    except (UnicodeError, ValueError) as error:
        raise _Answer(Outcome.REFUSED, f"553 5.6.7 {error}") from error
    if not plain or any(character in "\r\n<> \0" for character in plain):
        raise _Answer(Outcome.REFUSED, "553 5.1.3 this is not an address")
    return plain


def _with_final_dot(content: bytes) -> bytes:
    """The text of DATA: lines that begin with a dot get a second one (RFC 5321 section 4.5.2)."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")


def _as_bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode()


def _words(answer: Reply) -> str:
    return one_line(f"{answer[0]} {answer[1].decode('utf-8', 'replace')}")


def _expect(answer: Reply, *codes: int) -> str:
    """The relay's words, or what its code means."""
    code, words = answer
    if code in codes:
        return _words(answer)
    if code in {-1, 530, 534, 535, 538}:
        outcome = Outcome.RELAY_DOWN
    elif code == 432:
        outcome = Outcome.CROWDED
    elif code == 421:
        outcome = Outcome.SLOWED
    elif words.startswith(b"5.7."):
        outcome = Outcome.POLICY
    else:
        outcome = Outcome.DEFERRED if 400 <= code < 500 else Outcome.REFUSED
    raise _Answer(outcome, _words(answer))
