"""One-click unsubscription (RFC 8058): a signed token of the address's hash, no row needed to make the link."""

import base64
import binascii
import hmac
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from notifications.models import hash_address
from organisations.links import sign

PURPOSE = "notifications.unsubscribe"
MAC_BYTES = 16


def unsubscribe_token(address: str) -> str:
    """The address's hash and its signature, 64 URL-safe characters; it does not contain the address."""
    digest = bytes.fromhex(hash_address(address))
    return base64.urlsafe_b64encode(digest + _mac(digest)).decode()


def unsubscribe_url(address: str, language: str) -> str:
    """The link of an address, in its language."""
    return _url(settings.SITE_URL, language) % unsubscribe_token(address)


@lru_cache(maxsize=8)
def _url(site: str, language: str) -> str:
    with translation.override(language):
        return site + reverse("notifications:unsubscribe", args=["TOKEN"]).replace("TOKEN", "%s")


def address_hash_of(token: str) -> str | None:
    """The address hash of a token; None for an altered one. A link in an old mail never expires."""
    try:
        content = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    digest, mac = content[:32], content[32:]
    return digest.hex() if len(digest) == 32 and hmac.compare_digest(mac, _mac(digest)) else None


def _mac(digest: bytes) -> bytes:
    return sign(PURPOSE, digest.hex())[:MAC_BYTES]
