"""A delivery as the bytes that go to the relay: the same bytes at every attempt.

mixed{ alternative{ text, html, text/calendar; method=X }, invite.ics }: Outlook reads the calendar only in the first
child, Google and Apple want METHOD in the header to equal METHOD inside (RFC 6047 section 2.4).
"""

import base64
import re
from email.charset import QP, Charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.mail.message import sanitize_address

from notifications.letters import Letter, Rendered
from notifications.models import Delivery
from notifications.sending.skeleton import mailbox
from organisations.text import one_line

_UTF8 = Charset("utf-8")
_UTF8.body_encoding = QP


def build(delivery: Delivery, letter: Letter, rendered: Rendered) -> bytes:
    """The message of RFC 5322, CRLF line ends, reproducible."""
    mark = delivery.key.hex
    alternative = MIMEMultipart("alternative", boundary=f"=_alternative_{mark}")
    alternative.attach(_text(rendered.text, "plain"))
    alternative.attach(_text(rendered.html, "html"))
    message = alternative
    if letter.calendar:
        alternative.attach(_calendar(letter.calendar, delivery.calendar_method))
        message = MIMEMultipart("mixed", boundary=f"=_mixed_{mark}")
        message.attach(alternative)
        message.attach(_invite(letter.calendar))
    for header, value in fixed_headers(delivery).items():
        message[header] = value
    message["To"] = _to(delivery)
    message["Subject"] = Header(one_line(letter.subject), "utf-8").encode()
    message["Date"] = format_datetime(delivery.created_at)
    message["Message-ID"] = delivery.message_id
    if letter.unsubscribe_url:
        message["Precedence"] = "bulk"
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return re.sub(rb"\r?\n", b"\r\n", message.as_bytes())


def _to(delivery: Delivery) -> str:
    try:
        return mailbox(delivery.name, delivery.address).decode().replace("\r\n", "\n")
    except UnicodeEncodeError:  # an address in another script: the domain in ASCII, the rest encoded
        return sanitize_address((one_line(delivery.name), delivery.address), "utf-8")


def fixed_headers(delivery: Delivery) -> dict[str, str]:
    """What is alike in every message of a lane and language, ready to be written."""
    sender = settings.MAIL_FROM_BULK if delivery.lane == Delivery.Lane.BULK else settings.DEFAULT_FROM_EMAIL
    return {
        "From": sanitize_address(parseaddr(sender), "utf-8"),
        "Reply-To": settings.ASSOCIATION_EMAIL,
        "Auto-Submitted": "auto-generated",
        "Content-Language": delivery.language,
    }


def _text(text: str, subtype: str) -> MIMEText:
    return MIMEText(text, subtype, _UTF8)  # type: ignore[arg-type]  # a Charset is taken too


def _calendar(content: bytes, method: str) -> MIMENonMultipart:
    part = MIMENonMultipart("text", "calendar", method=method, charset="utf-8")
    _payload(part, content)
    return part


def _invite(content: bytes) -> MIMENonMultipart:
    part = MIMENonMultipart("application", "ics", name="invite.ics")
    part["Content-Disposition"] = 'attachment; filename="invite.ics"'
    _payload(part, content)
    return part


def _payload(part: MIMENonMultipart, content: bytes) -> None:
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(content).decode("ascii"))
