"""What must not be read over a shoulder or in a log: mail addresses, and the tokens of personal links.

A token opens somebody's registration to whoever has it (see `links`), so it stands in no log and in no view of a
message, only in the mail itself.
"""

import re

MASK = "…"
#: Local part and domain, also percent-encoded as in an address line; an IP domain in brackets too.
_ADDRESS = re.compile(
    r"(?P<local>\"[^\"\n]{1,64}\"|\w(?:[\w.!#$&'*+~-]|%2[bB])*)(?:@|%40)"
    r"(?P<domain>\w[\w-]*(?:\.\w[\w-]*)+|\[[0-9a-fA-F.:]+\])"
)
#: A Message-ID of ours: it names a message in the relay's log and no person.
_MESSAGE_ID = re.compile(r"[0-9a-f]{32}")
#: Sign-in of a relay, a database or a broker inside its address.
_SIGN_IN = re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]*(?=@)")
#: What follows these is a token whatever it looks like.
_AFTER_PLACE = re.compile(
    r"(?P<place>/(?:registrations|attendees|meeting-point/appointments|unsubscribe|questionnaires|me/calendar)/"
    r"|/messages/(?=[\w%:=-]{16})|[?&](?:invitation|token)=|\bBearer\s+)"
    r"[^\s/?&#\"'<>)]+?(?P<end>\.ics\b|(?=[\s/?&#\"'<>)]|$))"
)
#: Anything as long and as mixed as a token of ours. Digests and UUIDs have one case only and open nothing.
_SHAPE = re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[A-Za-z0-9_-]{32,}={0,2}(?![\w-])")


def mask_addresses(text: str) -> str:
    """The text with `…@…` for every mail address; Message-IDs of ours stay."""
    if "@" not in text and "%40" not in text:
        return text
    text = _SIGN_IN.sub(MASK, text)
    return _ADDRESS.sub(lambda found: found[0] if _MESSAGE_ID.fullmatch(found["local"]) else f"{MASK}@{MASK}", text)


def mask_tokens(text: str) -> str:
    """The text with `…` for the token of every personal link."""
    text = _AFTER_PLACE.sub(lambda found: f"{found['place']}{MASK}{found['end']}", text)
    return _SHAPE.sub(MASK, text)
