"""From what an organiser wrote to three texts with markers: done once, when the text is saved."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from notifications import letters
from notifications.compose import body, lines
from notifications.compose.variables import Markers, examples
from organisations.markup import normal
from organisations.text import one_line


@dataclass(frozen=True, slots=True)
class Source:
    """What an organiser writes, in one language."""

    subject: str
    #: Restricted Markdown with `{variable}` slots.
    body: str
    #: Plain text with slots in place of the generated one; empty: generated from the body.
    text: str = ""
    #: The words that a mailbox shows beside the subject.
    preheader: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the portal puts around the body. Plain texts; they may use every variable of the registry."""

    facts: tuple[tuple[str, str], ...] = ()
    #: Label and slot of the button; left out when the body places that address itself.
    button: tuple[str, str] | None = None
    closing: tuple[str, ...] = ()
    #: The recipient's own links at the end: in the browser, preferences, no more invitations.
    has_unsubscribe: bool = True
    #: What every written address of the text becomes; markers never reach it.
    retarget: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A text in which markers stand for values."""

    text: str
    #: The variables in the order of their markers, each as often as it stands.
    variables: tuple[str, ...]
    #: Pairs of marker and variable, the same for the three templates of one compilation.
    markers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A mail that lacks nothing but the values."""

    source: Source
    language: str
    subject: Template
    html: Template
    text: Template
    variables: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        used = {*self.subject.variables, *self.html.variables, *self.text.variables}
        object.__setattr__(self, "variables", frozenset(used))


def invitation_frame() -> Frame:
    """Around an invitation, in the active language: what, when, where, the personal link, why this mail came."""
    closing = _(
        "You receive this because %(association)s, controller of these data, keeps this address of your "
        "organisation (source: %(source)s) for the project. Privacy notice: %(privacy)s"
    ) % {"association": settings.ASSOCIATION_NAME, "source": "{source}", "privacy": letters.absolute("/privacy/")}
    return Frame(
        facts=((_("Event"), "{event}"), (_("When"), "{date}"), (_("Where"), "{place}")),
        button=(_("Register your organisation"), "{link}"),
        closing=(closing,),
    )


def compile(source: Source, language: str, frame: Frame | None = None) -> Compiled:
    """The finished subject, HTML and plain text, with markers for the variables.

    Never raises and is always harmless, also for a source with problems, so that it can be previewed while it is being
    written: what `check` refuses stands there as text or is left out.
    """
    markers = Markers()
    with translation.override(language):
        letter = _letter(source, frame or invitation_frame(), markers)
        rendered = letters.render(letter, name="", language=language)
        text = lines.fold(lines.wrap(rendered.text, _measure(markers)))
    return Compiled(
        source=source,
        language=language,
        subject=_template(letter.subject, markers),
        html=_template(lines.fold_layout(rendered.html), markers),
        text=_template(text, markers),
    )


def _letter(source: Source, frame: Frame, markers: Markers) -> letters.Letter:
    tokens = body.with_links(body.parse(markers.mark(normal(source.body))), markers)
    tokens, written = body.retargeted(tokens, frame.retarget), body.retargeted_text(source.text, frame.retarget)
    button = frame.button if frame.button and frame.button[1] not in source.body else None
    own = markers.of if frame.has_unsubscribe else {}
    return letters.Letter(
        subject=markers.mark(one_line(source.subject)),
        paragraphs=[],
        facts=[(label, markers.mark(value)) for label, value in frame.facts],
        link=(button[0], markers.mark(button[1])) if button else None,
        closing=[markers.mark(text) for text in frame.closing],
        unsubscribe_url=own.get("unsubscribe", ""),
        preferences_url=own.get("preferences", ""),
        browser_url=own.get("browser", ""),
        site_url=frame.retarget(letters.absolute("/")) if frame.retarget else "",
        greeting=markers.of["greeting"],
        preheader=markers.mark(one_line(source.preheader)),
        body_html=body.to_html(tokens),
        body_text=markers.mark(normal(written)) or body.to_text(tokens),
    )


def _template(text: str, markers: Markers) -> Template:
    return Template(text, markers.names_in(text), markers.pairs)


def _measure(markers: Markers) -> Callable[[str], int]:
    """The width of a word as if its variables were filled in with their examples."""
    widths = {markers.of[name]: len(value) for name, value in examples().items()}
    pattern = re.compile("|".join(widths))

    def measure(word: str) -> int:
        return len(word) + sum(widths[marker] - len(marker) for marker in pattern.findall(word))

    return measure


def stored(compiled: Compiled) -> dict[str, Any]:
    """The compiled mail as JSON, for the row that keeps it."""
    return {key: value for key, value in dataclasses.asdict(compiled).items() if key != "variables"}


def restored(row: Mapping[str, Any]) -> Compiled:
    """The compiled mail that `stored` wrote, also after a way through JSON."""
    return Compiled(
        source=Source(**row["source"]), language=row["language"],
        subject=_restored(row["subject"]), html=_restored(row["html"]), text=_restored(row["text"]),
    )  # fmt: skip


def _restored(row: Mapping[str, Any]) -> Template:
    markers = tuple((marker, name) for marker, name in row["markers"])
    return Template(row["text"], tuple(row["variables"]), markers)
