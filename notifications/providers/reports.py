"""A provider's report, proved to be its own, as our events: what happened to which message, and nobody's address.

anymail verifies and reads; here stands what it leaves to us: that nothing unproved passes, that a signature is fresh, whether a
message came back for good, and what is not kept. Opens and clicks are not: nobody is followed.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.http import HttpRequest
from django.utils import timezone

from notifications.models import DeliveryEvent
from notifications.providers.catalogue import Provider
from notifications.providers.rebuilding import KEY
from organisations.text import one_line

Type = DeliveryEvent.Type
#: A signature older than this is a replay: providers repeat a report for a day at most.
SIGNATURE_LIFE = timedelta(days=3)
#: What happened longer ago is no news any more. Shorter than events are kept, so that a replay is always recognised.
OLDEST = timedelta(days=30)
#: So far ahead a provider's clock may be.
AHEAD = timedelta(hours=1)

_TYPES = {
    EventType.DEFERRED: Type.DEFERRED,
    EventType.DELIVERED: Type.DELIVERED,
    EventType.BOUNCED: Type.BOUNCED_HARD,
    EventType.REJECTED: Type.REJECTED,
    EventType.FAILED: Type.REJECTED,
    EventType.COMPLAINED: Type.COMPLAINED,
    EventType.UNSUBSCRIBED: Type.UNSUBSCRIBED,
}
#: Enhanced status codes of RFC 3463; not a piece of an IP address.
_STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
#: Full, or the sender's own address: nothing against the recipient's.
_FULL, _OUR_ADDRESS = "5.2.2", frozenset({"5.1.7", "5.1.8"})
#: Where and how providers say that a message came back only for now, if no status code does.
_SAYS = frozenset({"type", "event", "bouncetype", "bounce_class", "hard_bounce"})
_FOR_NOW = frozenset({
    "softbounce", "soft_bounce", "soft_bounced", "transient", "undetermined", "blocked", "false",
    "20", "21", "22", "23", "24", "40", "70",  # SparkPost's classes
})  # fmt: skip
_LOCAL_PART = re.compile(r"[^\s<>\"'`,;:()\[\]]+@")


class NotProved(Exception):
    """Nobody knows that this comes from the provider."""


class NotUnderstood(Exception):
    """It does, and it makes no sense."""


def read(request: HttpRequest, provider: Provider) -> list[DeliveryEvent]:
    """The events of a report, unsaved. Raises NotProved, NotUnderstood."""
    if provider.missing_proof:
        raise NotProved("no secret is configured")
    try:
        view = getattr(import_module(f"anymail.webhooks.{provider.name}"), provider.reports)()
        view.setup(request)
        view.run_validators(request)
        signed_at = _signed_at(request, provider)
    except AnymailWebhookValidationFailure as error:
        raise NotProved(str(error)) from error
    except AnymailConfigurationError as error:
        raise NotProved(f"cannot be proved: {error}") from error
    except Exception as error:  # what strangers post may break any reader
        raise NotUnderstood(type(error).__name__) from error
    now = timezone.now()
    if signed_at is not None and not now - SIGNATURE_LIFE < signed_at < now + AHEAD:
        raise NotProved("the signature is not of these days")
    try:
        return list(_events(view.parse_events(request), provider, now))
    except Exception as error:
        raise NotUnderstood(type(error).__name__) from error


def _signed_at(request: HttpRequest, provider: Provider) -> datetime | None:
    """The moment that a signature covers, where it covers one and anymail does not look at it."""
    match provider.name:
        case "mailgun":  # it signs nothing but a token and this
            seconds = json.loads(request.body)["signature"]["timestamp"]
        case "sendgrid" if provider.setting("SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY"):
            seconds = request.headers["X-Twilio-Email-Event-Webhook-Timestamp"]
        case _:
            return None
    return datetime.fromtimestamp(float(seconds), tz=UTC)


def _events(found: list[Any], provider: Provider, now: datetime) -> Iterator[DeliveryEvent]:
    for event in found:
        kind = _TYPES.get(event.event_type) if isinstance(event, AnymailTrackingEvent) else None
        at = event.timestamp or now
        if kind is None or not now - OLDEST < at < now + AHEAD:
            continue
        words = one_line(f"{event.mta_response or event.description or ''}")
        code = _code(words, event.esp_event)
        if kind == Type.BOUNCED_HARD and _is_for_now(code, event.esp_event):
            kind = Type.BOUNCED_SOFT
        yield DeliveryEvent(
            provider=provider.name,
            event_id=_identity(event, provider),
            type=_wish(kind, event),
            code=code,
            description=_LOCAL_PART.sub("…@", words)[:300],
            is_address_unknown=kind in {Type.BOUNCED_HARD, Type.REJECTED} and _is_unknown(code, event),
            delivery_key=_key(event),
            message_name=one_line(str(event.message_id or ""))[:200],
            at=at,
        )


def _code(words: str, raw: Any) -> str:
    """The enhanced status in the receiving server's words, or in a field of its own (SendGrid)."""
    field = raw.get("status") if isinstance(raw, dict) else None
    found = _STATUS.search(words) or _STATUS.search(str(field or ""))
    return found.group() if found else ""


def _is_for_now(code: str, raw: Any) -> bool:
    if code:
        return code.startswith("4.") or code == _FULL
    return bool(_FOR_NOW & set(_said(raw)))


def _said(raw: Any, depth: int = 4) -> Iterator[str]:
    """What stands in the telling fields, wherever a provider nests them."""
    for name, value in raw.items() if isinstance(raw, dict) and depth else ():
        if isinstance(value, dict):
            yield from _said(value, depth - 1)
        elif str(name).lower() in _SAYS:
            yield str(value).lower()


def _is_unknown(code: str, event: AnymailTrackingEvent) -> bool:
    if code:
        return code.startswith("5.1.") and code not in _OUR_ADDRESS
    return bool(event.reject_reason == RejectReason.INVALID)


def _wish(kind: Type, event: AnymailTrackingEvent) -> Type:
    """Not sent, because the recipient once told the provider that it should not be."""
    if kind == Type.REJECTED and event.reject_reason == RejectReason.SPAM:
        return Type.COMPLAINED
    return kind


def _key(event: AnymailTrackingEvent) -> UUID | None:
    value = event.metadata.get(KEY) if isinstance(event.metadata, dict) else None
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None


def _identity(event: AnymailTrackingEvent, provider: Provider) -> str:
    """The provider's number of the event; a fingerprint where it has none, or a new one at each repetition."""
    if event.event_id and provider.has_steady_ids and len(str(event.event_id)) <= 64:
        return one_line(str(event.event_id))
    parts = [event.event_type, event.event_id if provider.has_steady_ids else "", event.message_id, str(_key(event)),
             event.timestamp.isoformat() if event.timestamp else "", event.recipient, event.mta_response]  # fmt: skip
    return f"sha256:{hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()}"
