"""What is kept of an address where the address itself need not be: its hash, and the group of its mail domain."""

import hashlib
import uuid

from django.conf import settings

from organisations.addresses import normalise

OTHER = "other"
#: Mail domains served by one house, which counts and refuses as one: they share a token bucket.
DOMAIN_GROUPS: dict[str, tuple[str, ...]] = {
    "google": ("gmail.com", "googlemail.com"),
    "microsoft": ("outlook.com", "outlook.it", "hotmail.com", "hotmail.it", "live.com", "live.it", "msn.com"),
    "yahoo": ("yahoo.com", "yahoo.it", "ymail.com", "aol.com"),
    "libero": ("libero.it", "virgilio.it", "iol.it", "inwind.it", "blu.it", "giallo.it"),
    "tim": ("tim.it", "alice.it", "tin.it"),
    "tiscali": ("tiscali.it",),
    "aruba": ("aruba.it", "technet.it"),
}
#: As people call them.
HOUSE_NAMES = {
    "google": "Google",
    "microsoft": "Microsoft",
    "yahoo": "Yahoo",
    "libero": "Libero",
    "tim": "TIM",
    "tiscali": "Tiscali",
    "aruba": "Aruba",
}
_GROUP_OF = {domain: group for group, domains in DOMAIN_GROUPS.items() for domain in domains}
GROUPS = (*DOMAIN_GROUPS, OTHER)


def hash_address(address: str) -> str:
    """SHA-256 of a normalised address: enough to recognise it again, not to write to it."""
    return hashlib.sha256(normalise(address).encode()).hexdigest()


def domain_group_of(address: str) -> str:
    """The house that receives mail of an address or domain; `other` for a domain of its own."""
    return _GROUP_OF.get(address.rpartition("@")[2].lower(), OTHER)


def message_id_of(key: uuid.UUID) -> str:
    """The Message-ID of a delivery, the same at every attempt (RFC 5322 section 3.6.4).

    Its key as it is: that opens no link (recipients/links.py), and rows with keys in order have Message-IDs in order.
    """
    return f"<{key.hex}@{settings.MAIL_DOMAIN}>"
