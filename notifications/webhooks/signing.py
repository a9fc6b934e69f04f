"""The signature by which a program knows that a fact is ours and fresh: Standard Webhooks 1.0, symmetric (v1)."""

import base64
import hmac
import json
from datetime import datetime
from typing import Any

from notifications.models import Webhook, WebhookMessage

AGENT = "SOCIALNEET-portal/1 (+https://www.standardwebhooks.com)"


def content_of(payload: dict[str, Any]) -> bytes:
    """The very bytes that are signed and sent, the same at every attempt whatever the database does to the order of keys."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def headers(webhook: Webhook, message: WebhookMessage, content: bytes, now: datetime) -> dict[str, str]:
    """Whose, when, and the signatures of `id.timestamp.content`, one for each secret that holds at the moment."""
    stamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": message.message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(
            f"v1,{signature(webhook.secret_bytes(version), message.message_id, stamp, content)}"
            for version in webhook.signing_versions(now)
        ),
    }


def signature(secret: bytes, message_id: str, stamp: str, content: bytes) -> str:
    """HMAC-SHA256 in base64."""
    mac = hmac.digest(secret, f"{message_id}.{stamp}.".encode() + content, "sha256")
    return base64.b64encode(mac).decode()
