"""What an e-mail address tells by itself: whether it can be one, what was probably meant, whether it is certified mail."""

import re
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

MAX_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets
#: The plain majority, recognised without the validator's three passes; whatever is not here goes to the validator.
_PLAIN = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
_validate_email = EmailValidator()

#: Parts of a domain that nobody means -> what was meant. Seen in real lists.
_MISTYPED = {
    "gmial": "gmail", "gmal": "gmail", "gmai": "gmail", "gmil": "gmail", "gamil": "gmail", "gnail": "gmail",
    "hotmial": "hotmail", "hotmal": "hotmail", "hotmai": "hotmail", "yaho": "yahoo", "yahho": "yahoo",
    "outlok": "outlook", "outloook": "outlook", "outllok": "outlook", "tiscalli": "tiscali", "virgillio": "virgilio",
    "libbero": "libero",
}  # fmt: skip
#: Last parts that do not exist -> what was meant.
_MISTYPED_ENDINGS = {"ti": "it", "itt": "it", "con": "com", "cmo": "com", "ocm": "com", "comm": "com", "ogr": "org"}

#: Certified mail (PEC, presidential decree 68/2005) by the names that providers and public bodies give their domains.
_CERTIFIED = frozenset({
    "pec", "legalmail", "arubapec", "postecert", "postacert", "postacertificata", "pecimprese", "pecveneto", "gigapec",
    "mypec", "registerpec", "casellapec", "sicurezzapostale", "actaliscertymail", "certymail", "messaggipec",
    "cgilpec", "ticertifica", "cert-posta", "posta-certificata", "pecmail", "pecprofessionisti", "pecavvocati",
})  # fmt: skip


def normalise(address: str) -> str:
    """The form in which addresses are compared and kept."""
    return address.strip().lower()


def is_address(address: str) -> bool:
    """Whether a normalised text can be an e-mail address. It asks no server."""
    if len(address) > MAX_ADDRESS:
        return False
    if _PLAIN.fullmatch(address):
        return True
    try:
        _validate_email(address)
    except ValidationError:
        return False
    return True


def meant_domain(address: str) -> str:
    """The domain that was probably meant, empty where nothing looks mistyped."""
    return _meant(address.rpartition("@")[2])


@lru_cache(maxsize=4096)
def _meant(domain: str) -> str:
    labels = domain.split(".")
    meant = [_MISTYPED.get(label, label) for label in labels]
    meant[-1] = _MISTYPED_ENDINGS.get(meant[-1], meant[-1])
    return ".".join(meant) if meant != labels else ""


def is_certified(address: str) -> bool:
    """Whether it looks like a PEC mailbox, which takes no ordinary mail, least of all in bulk."""
    return _certified(address.rpartition("@")[2])


@lru_cache(maxsize=4096)
def _certified(domain: str) -> bool:
    labels = domain.split(".")
    # “cert.comune.x.it” is how many municipalities name it; abroad “cert” is a response team's mailbox
    return not _CERTIFIED.isdisjoint(labels) or (labels[0] == "cert" and len(labels) > 2 and labels[-1] == "it")
