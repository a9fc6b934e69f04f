"""Tokens for links in mail: derived, never stored.

A token is HMAC-SHA256(site secret, purpose + row's UUID + version), cut to 192 bits. The row keeps only the SHA-256 of
its token, so a stolen database opens no link, and yet the server can write the same link again into the next mail.
Raising the row's version makes a new link and kills the old one. See docs/decisions/0006.
"""

import base64
import hashlib
import hmac
import uuid
from functools import lru_cache

from django.conf import settings

TOKEN_BYTES = 24


def make_token(purpose: str, key: uuid.UUID, version: int = 1) -> str:
    """The URL-safe token of 32 characters for one purpose of one row."""
    mac = sign(f"portal.links.{purpose}", f"{key.hex}:{version}")
    return base64.urlsafe_b64encode(mac[:TOKEN_BYTES]).decode()


def sign(purpose: str, text: str) -> bytes:
    """HMAC-SHA256 under a key of this purpose: Django's `salted_hmac` with its key derived once, ten times faster."""
    return hmac.digest(_key(purpose, settings.SECRET_KEY), text.encode(), "sha256")


@lru_cache(maxsize=32)
def _key(purpose: str, secret: str) -> bytes:
    return hashlib.sha256(f"{purpose}{secret}".encode()).digest()


def hash_token(token: str) -> str:
    """What the row stores: the hexadecimal SHA-256 of the token, 64 characters."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
