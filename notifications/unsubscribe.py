"""One-click unsubscription (RFC 8058): a signed token of the address's hash, no row needed to make the link."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from notifications.models import hash_address

SALT = "notifications.unsubscribe"


def unsubscribe_url(address: str) -> str:
    """The link of an address; it does not contain the address."""
    token = signing.dumps(hash_address(address), salt=SALT)
    return f"{settings.SITE_URL}{reverse('notifications:unsubscribe', args=[token])}"


def address_hash_of(token: str) -> str | None:
    """The address hash of a token; None for an altered one. A link in an old mail never expires."""
    try:
        return str(signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return None
