"""From the bytes that SMTP would carry to the message object that anymail understands: the same letter, in parts."""

from email import message_from_bytes, policy
from email.headerregistry import AddressHeader
from email.message import EmailMessage, Message
from typing import Any

from django.core.mail import EmailMultiAlternatives

from notifications.providers.catalogue import Provider
from notifications.sending.relay import Envelope

#: Headers that travel as they are. To, Subject, From and Date the provider writes itself.
KEPT = (
    "Message-ID", "Auto-Submitted", "Content-Language", "Precedence", "List-Unsubscribe", "List-Unsubscribe-Post",
)  # fmt: skip
#: Under this name our key comes back in the provider's reports.
KEY = "delivery"


class Rebuilt(EmailMultiAlternatives):
    """A message in parts that still has its own bytes, for a provider that takes them as they are."""

    content: bytes
    metadata: dict[str, str]
    track_opens: bool
    track_clicks: bool
    anymail_status: Any

    def message(self, **_options: Any) -> Message:  # type: ignore[override]  # Amazon's way: raw MIME
        return message_from_bytes(self.content)


def rebuilt(envelope: Envelope, provider: Provider) -> Rebuilt:
    """The message for a provider. Nobody is followed: opens and clicks are switched off."""
    source = message_from_bytes(envelope.content, policy=policy.default)
    html, text, calendar = (_part(source, kind) for kind in ("text/html", "text/plain", "text/calendar"))
    message = Rebuilt(
        subject=str(source["Subject"] or ""),
        body=text.get_content() if text else "",
        from_email=_written(source["From"]),
        to=[_mailbox(_name(source["To"]), envelope.address)],
        reply_to=[str(source["Reply-To"])] if source["Reply-To"] else [],
        headers={name: str(source[name]) for name in KEPT if source[name]} | dict(provider.headers or {}),
    )
    message.content = envelope.content
    if html and html.get_content().strip():
        message.attach_alternative(html.get_content(), "text/html")
    if calendar:
        _enclose(message, calendar, provider)
    message.metadata, message.track_opens, message.track_clicks = {KEY: envelope.key}, False, False
    return message


def _part(source: EmailMessage, media_type: str) -> EmailMessage | None:
    found = (part for part in source.walk() if part.get_content_type() == media_type)
    return next(found, None)


def _enclose(message: Rebuilt, calendar: EmailMessage, provider: Provider) -> None:
    """Beside text and HTML where the provider can; else attached, with its method, which Outlook and Gmail read too.

    No charset is named: anymail and Django add it, and two are one too many.
    """
    content, method = calendar.get_payload(decode=True), calendar.get_param("method") or "PUBLISH"
    assert isinstance(content, bytes)
    kind = f"text/calendar; method={method}"
    if provider.keeps_calendar:
        message.attach_alternative(content.decode(), kind)
        message.attach("invite.ics", content, "application/ics")
    else:
        message.attach("invite.ics", content, kind)


def _name(header: AddressHeader | None) -> str:
    return header.addresses[0].display_name if header and header.addresses else ""


def _written(header: AddressHeader) -> str:
    return _mailbox(_name(header), header.addresses[0].addr_spec)


def _mailbox(name: str, address: str) -> str:
    """A name and an address as anymail reads them: quoted, not encoded."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>' if name else address
