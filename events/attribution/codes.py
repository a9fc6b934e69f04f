"""The code itself: short, small letters, readable on a poster."""

import re

from django.utils.text import slugify

#: Its name in an address. First-party and our own: `utm_…` is read by other people's counters, and cut off by browsers.
PARAMETER = "via"
LONGEST = 32
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
#: Kept for campaigns, whose code is made from their key.
_OF_A_CAMPAIGN = re.compile(r"c[0-9]+")


def well_formed(text: str) -> str:
    """The code in what an address says, or nothing: whoever copies one from paper may write capitals."""
    code = text.strip().lower()
    return code if len(code) <= LONGEST and _CODE.fullmatch(code) else ""


def of_campaign(pk: int) -> str:
    """The code of a campaign's letters."""
    return f"c{pk}"


def suggested(kind: str, label: str) -> str:
    """A code from the words that people chose, never one of a campaign; room is left for a number behind it."""
    words = slugify(re.sub(r"['’_]", " ", label)).split("-")
    code = words[0][:24]
    for word in words[1:]:  # whole words, as many as fit
        if len(code) + 1 + len(word) > 24:
            break
        code = f"{code}-{word}"
    return f"{kind}-{code}" if _OF_A_CAMPAIGN.fullmatch(code) else code or kind
