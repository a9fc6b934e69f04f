"""One-click unsubscription (RFC 8058): a signed token of the address's hash, no row needed to make the link."""

from notifications.models import hash_address
from notifications.recipients.links import UNSUBSCRIBE, address_hash_in


def unsubscribe_token(address: str) -> str:
    """The address's hash and its signature, 64 URL-safe characters; it does not contain the address."""
    return UNSUBSCRIBE.token(bytes.fromhex(hash_address(address)))


def unsubscribe_url(address: str, language: str) -> str:
    """The link of an address, in its language."""
    return UNSUBSCRIBE.url(bytes.fromhex(hash_address(address)), language)


def address_hash_of(token: str) -> str | None:
    """The address hash of a token; None for an altered one. A link in an old mail never expires."""
    return address_hash_in(UNSUBSCRIBE, token)
