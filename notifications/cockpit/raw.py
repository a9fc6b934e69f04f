"""A message as it leaves or left, for a look at it: every byte, but the tokens of personal links.

A token opens somebody's registration to whoever reads it, so it is replaced; the part it stood in is then shown
unencoded. A sign-in code is shown to nobody.
"""

import re
from email import message_from_bytes
from email.message import Message

from notifications.models import SECRET_KINDS, Delivery
from notifications.sending.desk import Desk
from organisations.masks import mask_tokens

#: Headers that carry personal links. The others are left alone: an encoded subject looks like a token.
#: A long one goes on in the next line, behind a blank.
_LINKS = re.compile(rb"(?im)^list-.*(?:\n[ \t].*)*$")


class IsSecret(Exception):
    """This message is shown to nobody but its recipient."""


def raw(row: Delivery) -> bytes:
    """The message rebuilt from what the database holds now, masked.

    Raises IsSecret; CannotWrite or whatever a broken template or a vanished object raises.
    """
    if row.kind in SECRET_KINDS:
        raise IsSecret
    desk = Desk()
    desk.lay_out([row])
    return masked(desk.write(row))


def masked(content: bytes) -> bytes:
    """The message with `…` for every token, in its headers and in whatever encoding its parts have."""
    message = message_from_bytes(content)
    for part in message.walk():
        if not part.is_multipart():
            _mask_part(part)
    whole = message.as_bytes(policy=message.policy.clone(max_line_length=None))
    head, mark, body = whole.partition(b"\n\n")
    head = _LINKS.sub(lambda line: mask_tokens(line[0].decode("ascii", "replace")).encode(), head)
    return re.sub(rb"\r?\n", b"\r\n", head + mark + body)


def _mask_part(part: Message) -> None:
    payload = part.get_payload(decode=True)
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if part.get_content_type() in {"text/calendar", "application/ics"}:
        text = _unfolded(text)
    hidden = mask_tokens(text)
    if hidden == text:
        return
    del part["Content-Transfer-Encoding"]
    part["Content-Transfer-Encoding"] = "8bit"
    # bytes above 127 as the email package keeps them inside a str
    part.set_payload(hidden.encode().decode("ascii", "surrogateescape"))


def _unfolded(text: str) -> str:
    """Calendar lines put together again: a fold may stand in the middle of a token (RFC 5545 section 3.1)."""
    return text.replace("\r\n ", "").replace("\n ", "")
