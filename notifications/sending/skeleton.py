"""One message compiled once per version and language; for each recipient only the slots are filled.

Building MIME with Python's email package takes a hundred times longer than handing the bytes over. Here a letter is
written once with markers where the recipient's own words go, and its bytes are cut at the markers: what remains is
joining. Each slot is escaped for the part it stands in. `tests/notifications/test_skeleton.py` proves that this and
the slow path (`mime.build`) parse to the same message.
"""

import re
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape

from icalendar import vCalAddress
from icalendar.parser import Contentline, Parameters

from notifications.letters import Letter, Rendered
from organisations.text import one_line

#: RFC 5322 section 2.1.1: a line has at most 998 octets; ours stay below.
LONGEST_LINE = 990
Encoder = Callable[[str], bytes]


class Markers:
    """Stands for each slot while the letter is written: letters and digits only, so that nothing escapes them.

    They are random, so that no text can imitate one.
    """

    def __init__(self, names: Mapping[str, object] | list[str]) -> None:
        mark = secrets.token_hex(6)
        self.of = {name: f"zq{mark}{number:03}qz" for number, name in enumerate(names)}
        self._names = {marker: name for name, marker in self.of.items()}
        self._pattern = re.compile("|".join(map(re.escape, self._names)) or r"(?!)")

    @classmethod
    def known(cls, pairs: Iterable[tuple[str, str]]) -> "Markers":
        """Markers that somebody else has put: pairs of marker and name."""
        markers = cls([])
        markers._names = dict(pairs)
        markers.of = {name: marker for marker, name in pairs}
        markers._pattern = re.compile("|".join(map(re.escape, markers._names)))
        return markers

    def cut(self, text: str) -> list[tuple[str, str]]:
        """Pairs of the text before a slot and the slot's name; the last name is empty."""
        pieces, end = [], 0
        for match in self._pattern.finditer(text):
            pieces.append((text[end : match.start()], self._names[match.group()]))
            end = match.end()
        return [*pieces, (text[end:], "")]


class CannotFill(Exception):
    """This recipient does not fit (a line too long, an address that is not ASCII): the slow path writes it."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Literal bytes, and after each the slot and its encoder (the last has none)."""

    literals: tuple[bytes, ...]
    slots: tuple[tuple[str, Encoder], ...]
    #: The subject before it is encoded: text and slot names in turn.
    subject: tuple[tuple[str, str], ...]
    #: Each different slot, and where in the message which of them stands.
    _different: tuple[tuple[str, Encoder], ...] = field(init=False)
    _places: tuple[int, ...] = field(init=False)
    #: As long as no value is longer than this, no line is too long.
    _slack: int = field(init=False)

    def __post_init__(self) -> None:
        different = tuple(dict.fromkeys(self.slots))
        lines = [line.split(b"\0") for line in b"\0".join(self.literals).split(b"\n")]
        slack = [(LONGEST_LINE - sum(map(len, pieces))) // max(1, len(pieces) - 1) for pieces in lines]
        object.__setattr__(self, "_slack", min(slack))
        object.__setattr__(self, "_different", different)
        object.__setattr__(self, "_places", tuple(different.index(slot) for slot in self.slots))

    def with_values(self, values: Mapping[str, str]) -> "Skeleton":
        """The same letter with these slots filled for good: what is alike for everybody is encoded once."""
        literals = [self.literals[0]]
        slots = []
        for (name, encode), literal in zip(self.slots, self.literals[1:], strict=True):
            if name in values:
                literals[-1] += encode(values[name]) + literal
            else:
                slots.append((name, encode))
                literals.append(literal)
        subject = [(text + values.get(name, ""), "" if name in values else name) for text, name in self.subject]
        return Skeleton(tuple(literals), tuple(slots), tuple(subject))

    def fill(self, values: Mapping[str, str]) -> bytes:
        """The message of one recipient. Raises KeyError for a missing value, CannotFill."""
        subject = "".join(text + (values[name] if name else "") for text, name in self.subject)
        values = {**values, "header_subject": subject}
        parts = [b""] * (2 * len(self.literals) - 1)
        parts[::2] = self.literals
        try:
            encoded = [encode(values[name]) for name, encode in self._different]
        except UnicodeEncodeError as error:
            raise CannotFill(str(error)) from error
        parts[1::2] = [encoded[place] for place in self._places]
        content = b"".join(parts)
        is_certain = max(map(len, encoded), default=0) <= self._slack
        if not is_certain and max(map(len, content.split(b"\n"))) > LONGEST_LINE:
            raise CannotFill("a line is too long")
        return content


class Builder:
    """Gathers literals and slots; neighbours are joined."""

    def __init__(self, markers: Markers) -> None:
        self._markers = markers
        self._literals: list[bytes] = [b""]
        self._slots: list[tuple[str, Encoder]] = []

    def literal(self, content: bytes) -> None:
        self._literals[-1] += content

    def slot(self, name: str, encode: Encoder) -> None:
        self._slots.append((name, encode))
        self._literals.append(b"")

    def text(self, text: str, encode: Encoder) -> None:
        """Text with markers, in UTF-8, lines ended by CRLF."""
        for before, name in self._markers.cut(text):
            self.literal(before.replace("\r\n", "\n").replace("\n", "\r\n").encode())
            if name:
                self.slot(name, encode)

    def done(self, subject: str) -> Skeleton:
        return Skeleton(tuple(self._literals), tuple(self._slots), tuple(self._markers.cut(subject)))


# -- encoders: what a value becomes in each part -----------------------------------------------------------------------


def in_text(value: str) -> bytes:
    """In the plain-text part."""
    return one_line(value).encode()


def in_html(value: str) -> bytes:
    """In the HTML part, in text and in attributes."""
    return escape(one_line(value)).encode()


def in_url(value: str) -> bytes:
    """Between angle brackets of a header: our own links, ASCII."""
    return value.encode("ascii")


@lru_cache(maxsize=1024)
def in_header(value: str) -> bytes:
    """An unstructured header's text: plain if it may be, else encoded."""
    value = one_line(value)
    return value.encode() if _is_plain(value) else _encoded_words(value)


@lru_cache(maxsize=1024)
def mailbox(name: str, address: str) -> bytes:
    """A name and an address as one header's value (RFC 5322 section 3.4)."""
    name = one_line(name)
    if not name:
        return address.encode("ascii")
    if _is_plain(name):
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'.encode("ascii")
    return _encoded_words(name) + f"\r\n <{address}>".encode("ascii")


def _is_plain(value: str) -> bool:
    return value.isascii() and "=?" not in value and len(value) < 60


def _encoded_words(value: str) -> bytes:
    """RFC 2047: words of at most 75 octets, no character torn apart."""
    whole = value.encode()
    if len(whole) <= 42:  # 56 octets in base 64, 12 of wrapping
        return b"=?utf-8?b?" + b64encode(whole) + b"?="
    words, piece = [], b""
    for character in value:
        octets = character.encode()
        if len(piece) + len(octets) > 42:
            words.append(piece)
            piece = b""
        piece += octets
    words.append(piece)
    return b"\r\n ".join(b"=?utf-8?b?" + b64encode(word) + b"?=" for word in words)


def _attendee_encoder(line: str) -> Encoder:
    """Writes the one line of a calendar that differs: the same parameters, another person, folded again (RFC 5545)."""
    name, parameters, _value = Contentline(line).parts()  # type: ignore[no-untyped-call]  # the library's own

    @lru_cache(maxsize=64)
    def encode(value: str) -> bytes:
        person, _break, address = value.partition("\n")
        mine = Parameters({**parameters, "CN": one_line(person)})
        return bytes(Contentline.from_parts(name, mine, vCalAddress(f"mailto:{address}")).to_ical())

    return encode


# -- assembling ----------------------------------------------------------------------------------------------------------


def compile_letter(
    letter: Letter, rendered: Rendered, markers: Markers, *, headers: Mapping[str, str], method: str = ""
) -> Skeleton:
    """The skeleton of a letter written with markers.

    Slots beside those of the letter, all filled with ready-made text: `To`, `Date`, `Message-ID` (named as the headers
    are, because a letter may have a `date` of its own), and for a calendar `attendee` (name, line feed, address),
    `sequence`, `stamp`. `headers` are the fixed ones, ready too.
    """
    boundary = secrets.token_hex(12)
    builder = Builder(markers)
    for name, value in headers.items():
        builder.literal(f"{name}: {value}\r\n".encode("ascii"))
    for name in ("To", "Date", "Message-ID"):
        builder.literal(f"{name}: ".encode())
        builder.slot(name, _ready)
        builder.literal(b"\r\n")
    builder.literal(b"Subject: ")
    builder.slot("header_subject", in_header)
    builder.literal(b"\r\nMIME-Version: 1.0\r\n")
    if letter.unsubscribe_url:
        builder.literal(b"Precedence: bulk\r\nList-Unsubscribe: <")
        builder.text(letter.unsubscribe_url, in_url)
        builder.literal(b">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
    if letter.calendar:
        builder.literal(_multipart("mixed", f"=_m_{boundary}"))
        builder.literal(f"--=_m_{boundary}\r\n".encode())
    builder.literal(_multipart("alternative", f"=_a_{boundary}"))
    _part(builder, f"=_a_{boundary}", 'text/plain; charset="utf-8"')
    builder.text(rendered.text, in_text)
    _part(builder, f"=_a_{boundary}", 'text/html; charset="utf-8"')
    builder.text(rendered.html, in_html)
    if letter.calendar:
        _part(builder, f"=_a_{boundary}", f'text/calendar; method="{method}"; charset="utf-8"')
        _calendar(builder, letter.calendar, method)
    builder.literal(f"\r\n--=_a_{boundary}--\r\n".encode())
    if letter.calendar:
        _part(builder, f"=_m_{boundary}", 'application/ics; name="invite.ics"',
              'Content-Disposition: attachment; filename="invite.ics"\r\n')  # fmt: skip
        _calendar(builder, letter.calendar, method)
        builder.literal(f"\r\n--=_m_{boundary}--\r\n".encode())
    return builder.done(letter.subject)


def _ready(value: str) -> bytes:
    return value.encode("ascii")


def _multipart(kind: str, boundary: str) -> bytes:
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()


def _part(builder: Builder, boundary: str, content_type: str, more: str = "") -> None:
    builder.literal(
        f"\r\n--{boundary}\r\nContent-Type: {content_type}\r\nContent-Transfer-Encoding: 8bit\r\n{more}\r\n".encode()
    )


def _calendar(builder: Builder, content: bytes, method: str) -> None:
    """The calendar part: what differs from person to person is one line and two values; in PUBLISH nothing."""
    if method == "PUBLISH":
        builder.literal(content)
        return
    folded = content.replace(b"\r\n ", b"\x00")
    for line in folded.split(b"\r\n"):
        if line.startswith(b"ATTENDEE"):
            builder.slot("attendee", _attendee_encoder(line.replace(b"\x00", b"").decode()))
        elif line.startswith(b"SEQUENCE:"):
            builder.literal(b"SEQUENCE:")
            builder.slot("sequence", _ready)
        elif line.startswith(b"DTSTAMP:"):
            builder.literal(b"DTSTAMP:")
            builder.slot("stamp", _ready)
        elif line:
            builder.literal(line.replace(b"\x00", b"\r\n "))
        else:
            continue
        builder.literal(b"\r\n")
