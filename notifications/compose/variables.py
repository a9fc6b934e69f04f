"""The words that organisers may leave to be filled in, and the markers that stand for them meanwhile."""

import enum
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise as StrPromise
from django.utils.translation import gettext_lazy as _

#: A slot as it is written: braces and the bare name, nothing else.
SLOT = re.compile(r"\{([a-z_]+)\}")


class Trust(enum.Enum):
    """Where a value comes from, and so what it may become."""

    #: An address that the portal makes: it alone may be the target of a link.
    TRUSTED = "trusted"
    #: What somebody typed somewhere: text, escaped everywhere, never part of an address.
    UNTRUSTED = "untrusted"


@dataclass(frozen=True, slots=True)
class Variable:
    """One word that is filled in."""

    name: str
    description: StrPromise | str
    trust: Trust
    example: StrPromise | str
    may_be_empty: bool = False
    #: What a trusted address is called when it stands alone in a sentence.
    label: StrPromise | str = ""
    #: False: our layout uses it, organisers are not offered it.
    is_offered: bool = True

    @property
    def is_trusted(self) -> bool:
        return self.trust is Trust.TRUSTED


def _address(name: str, description: StrPromise, label: StrPromise, path: str, *, is_offered: bool = True) -> Variable:
    example = f"https://socialneet.example.org/{path}"
    return Variable(name, description, Trust.TRUSTED, example, label=label, is_offered=is_offered)


VARIABLES: tuple[Variable, ...] = (
    Variable("organisation", _("name of the organisation"), Trust.UNTRUSTED, "Comune di Narni"),
    Variable("name", _("name of the person, if known"), Trust.UNTRUSTED, "Anna Esempio", may_be_empty=True),
    Variable("municipality", _("municipality of the organisation"), Trust.UNTRUSTED, "Narni", may_be_empty=True),
    Variable("event", _("title of the event"), Trust.UNTRUSTED, _("Info day")),
    Variable("date", _("day and time of the event"), Trust.UNTRUSTED,
             _("Friday 21 February 2025, from 10:30 to 13:00")),
    Variable("place", _("place and address of the event"), Trust.UNTRUSTED, _("Conference room, Terni")),
    Variable("deadline", _("last day to register"), Trust.UNTRUSTED, _("14 February 2025"), may_be_empty=True),
    _address("link", _("personal link to the registration form"), _("Register your organisation"),
             "events/info-day/register/?invitation=abcdefghijklmnopqrstuvwxyz012345"),
    _address("event_page", _("public page of the event"), _("The event's page"), "events/info-day/"),
    _address("unsubscribe", _("link to receive no more invitations"), _("If you wish no more invitations"),
             "unsubscribe/abcdefghijklmnopqrstuvwxyz012345/"),
    _address("preferences", _("link to choose what to receive"), _("Preferences"),
             "preferences/abcdefghijklmnopqrstuvwxyz012345/", is_offered=False),
    _address("browser", _("link to this mail in the browser"), _("Read in the browser"),
             "messages/abcdefghijklmnopqrstuvwxyz012345/", is_offered=False),
    Variable("greeting", _("how the letter begins"), Trust.UNTRUSTED, _("Good morning,"), is_offered=False),
    Variable("source", _("where the address comes from"), Trust.UNTRUSTED, _("public registers"), is_offered=False),
)  # fmt: skip
BY_NAME: Mapping[str, Variable] = {variable.name: variable for variable in VARIABLES}


def offered() -> list[Variable]:
    """The variables that organisers may write."""
    return [variable for variable in VARIABLES if variable.is_offered]


def examples() -> dict[str, str]:
    """One value for each variable, in the active language: for previews without a recipient."""
    return {variable.name: str(variable.example) for variable in VARIABLES}


class Markers:
    """What stands for the variables between compilation and filling.

    A marker is small letters and digits, so that Markdown, HTML escaping, MIME and the lower-casing of host names
    leave it alone; 64 random bits in it, so that no text and no value can imitate it.
    """

    def __init__(self) -> None:
        nonce = secrets.token_hex(8)
        self.of = {variable.name: f"x{nonce}{number:02d}x" for number, variable in enumerate(VARIABLES)}
        self.pairs = tuple((marker, name) for name, marker in self.of.items())
        self._names = dict(self.pairs)
        self._pattern = re.compile(rf"x{nonce}[0-9]{{2}}x")

    def mark(self, text: str) -> str:
        """The text with a marker in place of every declared variable; anything else in braces stays text."""
        return SLOT.sub(lambda slot: self.of.get(slot[1], slot[0]), text)

    def names_in(self, text: str) -> tuple[str, ...]:
        """The variables in the order in which they stand, each as often as it stands."""
        return tuple(self._names[marker] for marker in self._pattern.findall(text))

    def split(self, text: str) -> Iterator[tuple[str, str]]:
        """Pieces of (text before, variable after it); the last has no variable."""
        start = 0
        for found in self._pattern.finditer(text):
            yield text[start : found.start()], self._names[found[0]]
            start = found.end()
        yield text[start:], ""

    def trusted(self, text: str) -> Variable | None:
        """The trusted variable that this text is, whole; None for everything else."""
        variable = BY_NAME.get(self._names.get(text, ""))
        return variable if variable and variable.is_trusted else None
