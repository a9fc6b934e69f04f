"""The code on a pass: short enough to be typed, long enough not to be guessed.

Ten characters of Crockford's base 32 are 50 bits, cut from an HMAC of the site's secret like all links (decision 0006).
The row keeps a mark made with the same secret: a stolen database gives no pass away, not even to somebody with time.
"""

import re
import uuid

from organisations.links import sign

#: Crockford's alphabet: no letter that looks like a number.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
_LOOKALIKES = str.maketrans("OIL", "011")
#: What stands around a code where somebody scans or pastes the whole address of a pass.
_IN_ADDRESS = re.compile(r"/passes/([^/?#\s]+)")


def code_of(key: uuid.UUID, version: int) -> str:
    """The ten characters of one person's pass; another version is another pass."""
    number = int.from_bytes(sign("portal.passes.code", f"{key.hex}:{version}")[:8], "big") >> 14
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(LENGTH)))


def mark_of(code: str) -> str:
    """What the row stores: 64 hexadecimal characters. Expects a code as `normal` gives it."""
    return sign("portal.passes.mark", code).hex()


def normal(text: str) -> str:
    """The code in what somebody typed or a reader read, also a whole address; empty where there is none."""
    found = _IN_ADDRESS.search(text)
    code = re.sub(r"[\s-]+", "", found[1] if found else text).upper().translate(_LOOKALIKES)
    return code if len(code) == LENGTH and all(one in ALPHABET for one in code) else ""


def readable(code: str) -> str:
    """As it is printed: two groups of five."""
    return f"{code[:5]}-{code[5:]}"
