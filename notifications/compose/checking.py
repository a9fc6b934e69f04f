"""What is wrong with a source, in words that say what to do. A source with problems is not saved."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from notifications.compose import body
from notifications.compose.compiling import Source
from notifications.compose.filling import clean
from notifications.compose.lines import LONGEST_LINE
from notifications.compose.variables import BY_NAME, SLOT, Markers, examples, offered
from organisations.markup import normal
from organisations.text import one_line

#: Characters of a subject with its examples filled in; a list of mails shows about half of it.
LONGEST_SUBJECT = 120
#: Characters of a body: ten printed pages.
LONGEST_BODY = 20_000

_BRACES = re.compile(r"\{([^{}]*)\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BARE_HTTP = re.compile(r"http://[^\s)>\]]+")
_SLOT_IN_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s{}()]*\{([a-z_]+)\}")
_GLUED = re.compile(r"\{([a-z_]+)\}(?=[\w{/?&=#%@-])")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that must change before the text can be saved."""

    #: The field of the Source.
    part: str
    code: str
    message: str


def check(source: Source) -> list[Problem]:
    """Everything that must change, in the active language; an empty list means that the source can be compiled."""
    found = [
        *_of_line("subject", source.subject),
        *_of_subject(source.subject),
        *_of_line("preheader", source.preheader),
        *_of_block("body", source.body),
        *_of_block("text", source.text),
        *_of_links(source.body),
    ]
    return list(dict.fromkeys(found))


def _of_line(part: str, line: str) -> Iterator[Problem]:
    yield from _of_slots(part, line)
    if one_line(line) != line.strip() or _CONTROL.search(line):
        yield Problem(part, "line_break", _("Write this on one line, without control characters."))
    for name in SLOT.findall(line):
        if name in BY_NAME and BY_NAME[name].is_trusted:
            message = _("“{%(name)s}” is an address and has no place here.") % {"name": name}
            yield Problem(part, "address", message)


def _of_subject(subject: str) -> Iterator[Problem]:
    if not subject.strip():
        yield Problem("subject", "empty", _("A mail needs a subject."))
    values = examples()
    length = len(SLOT.sub(lambda slot: values.get(slot[1], slot[0]), subject))
    if length > LONGEST_SUBJECT:
        message = _("The subject has about %(length)s characters; %(limit)s are the most.")
        yield Problem("subject", "too_long", message % {"length": length, "limit": LONGEST_SUBJECT})


def _of_block(part: str, text: str) -> Iterator[Problem]:
    yield from _of_slots(part, text)
    if part == "body" and not text.strip():
        yield Problem(part, "empty", _("A mail needs a text."))
    if len(text) > LONGEST_BODY:
        message = _("The text has %(length)s characters; %(limit)s are the most.")
        yield Problem(part, "too_long", message % {"length": len(text), "limit": LONGEST_BODY})
    if _CONTROL.search(text):
        yield Problem(part, "control_character", _("The text contains control characters; write it without them."))
    if any(len(word.encode()) > LONGEST_LINE for word in text.split()):
        message = _("A word or address is longer than %(limit)s characters and cannot travel in a mail.")
        yield Problem(part, "long_word", message % {"limit": LONGEST_LINE})
    yield from _of_addresses(part, text)


def _of_addresses(part: str, text: str) -> Iterator[Problem]:
    for address in _BARE_HTTP.findall(text):
        yield _not_https(part, address)
    for name in _SLOT_IN_ADDRESS.findall(text):
        yield _in_address(part, name)
    for name in _GLUED.findall(text):
        if name in BY_NAME and BY_NAME[name].is_trusted:
            message = _("Leave a space after “{%(name)s}”, or what follows becomes part of the address.")
            yield Problem(part, "glued", message % {"name": name})


def _of_slots(part: str, text: str) -> Iterator[Problem]:
    known = [variable.name for variable in offered()]
    for name in _BRACES.findall(text):
        if name not in known:
            yield Problem(part, "unknown_variable", _unknown(name, known))
    if re.search(r"[{}]", _BRACES.sub("", text)):
        yield Problem(part, "unbalanced", _("A brace stands alone: write {name} or no brace at all."))


def _unknown(name: str, known: list[str]) -> str:
    message = _("“{%(name)s}” is not one of the words that are filled in.") % {"name": clean(name)[:30]}
    near = difflib.get_close_matches(name.strip().lower(), known, n=1)
    return message + " " + _("Did you mean “{%(name)s}”?") % {"name": near[0]} if near else message


def _of_links(source_body: str) -> Iterator[Problem]:
    """The targets as the parser sees them, so that no spelling of Markdown gets past."""
    markers = Markers()
    tokens = body.parse(markers.mark(normal(source_body[:LONGEST_BODY])))
    for target in body.targets(tokens):
        if not body.is_target(target, markers):
            yield _bad_target(target, markers)
    texts = (child.content for token in tokens for child in token.children or () if child.type == "text")
    if any("](" in text for text in texts):
        yield Problem("body", "not_a_link", _("A link is not written right: it must be [words](https://address), "
                                              "without spaces in the address."))  # fmt: skip


def _bad_target(target: str, markers: Markers) -> Problem:
    names = markers.names_in(target)
    if names:
        return _in_address("body", next((n for n in names if not BY_NAME[n].is_trusted), names[0]))
    return _not_https("body", target)


def _in_address(part: str, name: str) -> Problem:
    if name in BY_NAME and BY_NAME[name].is_trusted:
        message = _("“{%(name)s}” is a whole address: it cannot be a part of another one.")
        return Problem(part, "part_of_address", message % {"name": name})
    message = _("“{%(name)s}” is text and cannot be a part of an address.")
    return Problem(part, "untrusted_address", message % {"name": name})


def _not_https(part: str, address: str) -> Problem:
    message = _("“%(address)s” is not a safe address: it must begin with https://.")
    return Problem(part, "not_https", message % {"address": clean(address)[:80]})


def text_drift(source: Source) -> list[str]:
    """What the plain text written by hand no longer says although the HTML does. Empty when it is generated."""
    if not source.text.strip():
        return []
    lost = [name for name in dict.fromkeys(SLOT.findall(source.body))
            if name in BY_NAME and f"{{{name}}}" not in source.text]  # fmt: skip
    addresses = [target.removeprefix("mailto:") for target in body.targets(body.parse(normal(source.body)))]
    gone = [target for target in dict.fromkeys(addresses) if "%7B" not in target and target not in source.text]
    return [
        *(_("The plain text no longer mentions {%(name)s}.") % {"name": name} for name in lost),
        *(_("The plain text no longer gives the address %(address)s.") % {"address": target} for target in gone),
    ]
