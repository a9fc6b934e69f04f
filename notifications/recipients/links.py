"""The links that a mail to many carries for its recipient alone: sealed, so that no row is needed to make or read one.

A token holds what it is about (a message's key, an address's hash) and a MAC of it under the site's secret, one secret
for each purpose (docs/decisions/0006, 0017). So a link in an old mail works as long as the site lives, a mail is found
by its key's own index, and nobody can walk from one message to the next.
"""

import base64
import binascii
import hmac
import uuid
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from notifications.models import hash_address
from organisations.links import sign


@dataclass(frozen=True, slots=True)
class Seal:
    """One purpose of a link. `length` and `mac` are bytes, together a multiple of three: base64 without padding."""

    purpose: str
    route: str
    length: int
    mac: int

    def token(self, content: bytes) -> str:
        """The URL-safe token of this content."""
        return base64.urlsafe_b64encode(content + self._mac(content)).decode()

    def content(self, token: str) -> bytes | None:
        """What a token holds; None for an altered one."""
        try:
            opened = base64.b64decode(token, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        content, mac = opened[: self.length], opened[self.length :]
        if base64.urlsafe_b64encode(opened).decode() != token:  # padding and other spellings of the same bytes
            return None
        return content if len(content) == self.length and hmac.compare_digest(mac, self._mac(content)) else None

    def url(self, content: bytes, language: str) -> str:
        """The whole address, as a mail carries it, in this language."""
        return _pattern(settings.SITE_URL, self.route, language) % self.token(content)

    def _mac(self, content: bytes) -> bytes:
        return sign(self.purpose, content.hex())[: self.mac]


@lru_cache(maxsize=16)
def _pattern(site: str, route: str, language: str) -> str:
    with translation.override(language):
        return site + reverse(route, args=["TOKEN"]).replace("TOKEN", "%s")


MESSAGE = Seal("notifications.message", "notifications:message", length=16, mac=20)
PREFERENCES = Seal("notifications.preferences", "notifications:preferences", length=32, mac=16)
UNSUBSCRIBE = Seal("notifications.unsubscribe", "notifications:unsubscribe", length=32, mac=16)


def message_url(key: uuid.UUID, language: str) -> str:
    """Where a message can be read in the browser."""
    return MESSAGE.url(key.bytes, language)


def message_key(token: str) -> uuid.UUID | None:
    """The key of the message behind a token; None for an altered one."""
    content = MESSAGE.content(token)
    return uuid.UUID(bytes=content) if content else None


def preferences_url(address: str, language: str) -> str:
    """Where the owner of an address says what they wish to get."""
    return PREFERENCES.url(bytes.fromhex(hash_address(address)), language)


def preferences_token(address_hash: str) -> str:
    """The same as a token, for an address known only by its hash."""
    return PREFERENCES.token(bytes.fromhex(address_hash))


def unsubscribe_token(address: str) -> str:
    """The one-click unsubscription (RFC 8058) of an address: its hash, sealed, and not the address itself."""
    return UNSUBSCRIBE.token(bytes.fromhex(hash_address(address)))


def unsubscribe_url(address: str, language: str) -> str:
    """The same as a link, in its language."""
    return UNSUBSCRIBE.url(bytes.fromhex(hash_address(address)), language)


def address_hash_in(seal: Seal, token: str) -> str | None:
    """The hash of the address behind a token; None for an altered one. Old mails' links never expire."""
    content = seal.content(token)
    return content.hex() if content else None
