"""What providers post, signed as they sign."""

import base64
import hashlib
import hmac
import json
from uuid import uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.utils import timezone

from notifications.models import Delivery
from notifications.sending import pump
from tests.notifications.test_pump import write

SECRET = "portal:only-for-tests"
KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC_KEY = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()


def accepted(count: int, **changes) -> list[Delivery]:
    write(count, lane="bulk", **changes)
    pump.pump()
    return list(Delivery.objects.order_by("pk"))


#: What a mail server said, as a provider reports it.
FULL, UNKNOWN, POLICY = "smtp;552 5.2.2 full", "smtp;550 5.1.1 no such user", "smtp;550 5.7.1 not from you"
BASIC = {"Authorization": f"Basic {base64.b64encode(SECRET.encode()).decode()}"}


def post(name: str, body, headers=None, content_type: str = "application/json", client=None):
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    return (client or Client()).post(
        f"/webhooks/mail/{name}/", content, content_type=content_type, headers=headers or {}
    )


def postmark(record: str, row: Delivery | None = None, **fields):
    """Postmark proves itself by the shared secret alone."""
    moment = fields.pop("at", timezone.now()).isoformat()
    when = {"Delivery": "DeliveredAt", "Bounce": "BouncedAt", "SpamComplaint": "BouncedAt"}.get(record, "ReceivedAt")
    body = {"RecordType": record, when: moment, "MessageID": "pm-?", "Recipient": "a0@example.org"}
    body["Metadata"] = {"delivery": row.key.hex} if row else {}
    return post("postmark", body | fields, BASIC)


def bounce(row: Delivery, details: str, kind: str = "HardBounce", number: int | None = None):
    return postmark("Bounce", row, Type=kind, Details=details, ID=number or uuid4().int % 10**9, Email=row.address)


def mailgun(event: str, row: Delivery | None = None, *, key: str = "mailgun-key", token: str = "", at=None, **fields):
    """HMAC over a token and the time."""
    moment, token = at or timezone.now(), token or uuid4().hex
    stamp = str(int(moment.timestamp()))
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    told = {"event": event, "timestamp": moment.timestamp(), "recipient": "a0@example.org", "user-variables": {}}
    if row:
        told["user-variables"] = {"delivery": row.key.hex}
    body = {"signature": {"timestamp": stamp, "token": token, "signature": signature}, "event-data": told | fields}
    return post("mailgun", body, BASIC)


def sendgrid(told: list[dict], *, key=KEY, change=None, at=None, **options):
    """ECDSA over the time and the body."""
    stamp, body = str(int((at or timezone.now()).timestamp())), json.dumps(told).encode()
    signature = base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {"X-Twilio-Email-Event-Webhook-Signature": signature, "X-Twilio-Email-Event-Webhook-Timestamp": stamp}
    return post("sendgrid", change(body) if change else body, BASIC | headers, **options)


def sendgrid_event(row: Delivery, event: str = "delivered", **fields) -> dict:
    moment = int(timezone.now().timestamp())
    return {"event": event, "email": row.address, "timestamp": moment, "sg_event_id": uuid4().hex,
            "delivery": row.key.hex, **fields}  # fmt: skip
