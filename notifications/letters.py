"""What a message says: one structure, rendered as plain text and as HTML by two templates (docs/decisions/0003)."""

from dataclasses import dataclass, field
from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.models import Delivery
from organisations.text import one_line


@dataclass(frozen=True, slots=True)
class Letter:
    """A message without its addressee. Every text is plain text and escaped by the templates, but for `body_html`."""

    subject: str
    paragraphs: list[str]
    facts: list[tuple[str, str]] = field(default_factory=list)
    link: tuple[str, str] | None = None
    closing: list[str] = field(default_factory=list)
    calendar: bytes | None = None
    unsubscribe_url: str = ""
    #: The recipient's own links beside it: what they wish to get, this mail in the browser.
    preferences_url: str = ""
    browser_url: str = ""
    #: The portal's own address in the mail's frame, where it is not the plain one.
    site_url: str = ""
    #: In place of “Dear …,”.
    greeting: str = ""
    #: What a mailbox shows beside the subject; not seen in the mail itself.
    preheader: str = ""
    #: In place of the paragraphs: sanitised HTML (a SafeString) and what the text part says instead.
    body_html: str = ""
    body_text: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter as its two readable parts."""

    text: str
    html: str


def render(letter: Letter, *, name: str, language: str) -> Rendered:
    """The plain-text and the HTML part, in the recipient's language."""
    context = {
        "letter": letter,
        "greeting": letter.greeting or greeting(one_line(name), language),
        "language": language,
        "association": settings.ASSOCIATION_NAME,
        "site_url": letter.site_url or absolute("/"),
    }
    with translation.override(language):
        return Rendered(
            render_to_string("mail/letter.txt", context).strip() + "\n", render_to_string("mail/letter.html", context)
        )


def greeting(name: str, language: str) -> str:
    """How a letter begins."""
    to_somebody, to_anybody = _greetings(language)
    return to_somebody % {"name": name} if name else to_anybody


@lru_cache(maxsize=8)
def _greetings(language: str) -> tuple[str, str]:
    with translation.override(language):
        return _("Dear %(name)s,"), _("Good morning,")


def absolute(path: str) -> str:
    """A path of the portal as people can open it from a mail."""
    return f"{settings.SITE_URL}{path}"


class CannotWrite(Exception):
    """The message's objects are gone or its kind is unknown: it can never be written."""


class Overtaken(CannotWrite):
    """What it would say holds no longer, and something else has said so or needs no saying: it does not go out."""


def letter_for(delivery: Delivery) -> Letter:
    """The letter of a delivery, in its language. Raises CannotWrite, Overtaken."""
    from notifications import kinds

    builder = kinds.BUILDERS.get(delivery.kind)
    if builder is None:
        raise CannotWrite(f"unknown kind {delivery.kind}")
    with translation.override(delivery.language):
        return builder(delivery)
