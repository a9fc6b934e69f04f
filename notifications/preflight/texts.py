"""What one language's message looks like before anybody's values are in it."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from notifications.compose import Compiled, check, text_drift
from notifications.preflight import wording
from notifications.preflight.findings import Finding, note, stop, warn
from notifications.preflight.links import fault, is_vague
from notifications.preflight.page import Link, Page
from organisations.languages import Language

#: Characters of a subject that most lists of mails show.
LONG_SUBJECT = 78


def of_message(message: Compiled, page: Page, is_bulk: bool, needs_link: bool) -> Iterator[Finding]:
    """Everything that one message shows by itself, in the order in which it is read."""
    yield from _of_source(message)
    yield from _of_subject(message)
    yield from _of_language(message)
    yield from _of_reading(message)
    yield from _of_parts(message, is_bulk, needs_link)
    yield from of_page(page, dict(message.html.markers))


def _of_source(message: Compiled) -> Iterator[Finding]:
    for problem in check(message.source):
        yield stop(f"source_{problem.code}", problem.message, _("Correct the text."))
    for sentence in text_drift(message.source):
        yield warn("text_drift", sentence, _("Bring the plain text up to the text, or let it be generated."))


def _of_subject(message: Compiled) -> Iterator[Finding]:
    subject = message.source.subject
    if wording.is_shouting(subject):
        yield warn("shouting", _("The subject shouts: “%(subject)s”.") % {"subject": subject},
                   _("Write it in small letters; capitals are for names and acronyms."))  # fmt: skip
    if wording.has_loud_punctuation(subject) or wording.has_loud_punctuation(wording.prose(message.source)):
        yield warn("loud_punctuation", _("Marks in rows, as in “!!”, look like unwanted mail."),
                   _("One mark is enough."))  # fmt: skip


def _of_language(message: Compiled) -> Iterator[Finding]:
    guessed = wording.guess_language(wording.prose(message.source))
    if guessed and guessed != message.language:
        names = dict(Language.choices)
        yield warn("language", _("The text declared as %(declared)s looks like %(guessed)s.")
                   % {"declared": names[message.language], "guessed": names[guessed]},
                   _("Put each language into its own field: screen readers pronounce it by that."))  # fmt: skip


def _of_reading(message: Compiled) -> Iterator[Finding]:
    prose = wording.prose(message.source)
    ease = wording.gulpease(prose) if message.language == "it" else None
    if ease is not None and ease < wording.HARD_TO_READ:
        yield note("hard_to_read", _("The Italian text is hard to read: Gulpease index %(ease)s of 100.")
                   % {"ease": ease}, _("Shorter sentences and shorter words help."))  # fmt: skip
    longest = wording.longest_sentence(prose)
    if longest > wording.LONG_SENTENCE:
        yield note("long_sentence", _("The longest sentence has %(words)s words.") % {"words": longest},
                   _("Make two of it."))  # fmt: skip


def _of_parts(message: Compiled, is_bulk: bool, needs_link: bool) -> Iterator[Finding]:
    if not message.text.text.strip():
        yield stop("no_text", _("The plain-text part is missing."), _("Save the text again."))
    for name, is_needed, code, words in (
        ("unsubscribe", is_bulk, "no_unsubscribe", _("There is no link to receive no more invitations.")),
        ("link", needs_link, "no_link", _("The personal link is missing.")),
    ):
        if is_needed and not (name in message.html.variables and name in message.text.variables):
            advice = _("Write {%(name)s} where it should stand, also in the plain text.") % {"name": name}
            yield stop(code, words, advice)


def of_page(page: Page, markers: Mapping[str, str]) -> Iterator[Finding]:
    """The HTML part: contrast, images, headings, links."""
    if faint := next((text for text, look in page.texts if not look.is_legible), None):
        yield stop("contrast", _("“%(text)s” has too little contrast (WCAG 2.2 asks for 4.5 to 1).")
                   % {"text": faint[:60]}, _("Tell the developers: the layout is ours."))  # fmt: skip
    if page.images:
        yield warn("images", _("The mail loads images; many programs do not show them."), _("Say it in words."))
    if any(later > earlier + 1 for earlier, later in zip([1, *page.headings], page.headings, strict=False)):
        yield note("headings", _("A smaller heading stands before a larger one."), _("Use the larger heading first."))
    for link in page.links:
        yield from _of_link(link, markers)


def _of_link(link: Link, markers: Mapping[str, str]) -> Iterator[Finding]:
    if is_vague(link.text, link.target):
        yield warn("vague_link", _("The link “%(text)s” does not say where it leads.") % {"text": link.text[:60]},
                   _("Use words that are understood alone: “programme of the day”, not “here”."))  # fmt: skip
    if link.target not in markers:
        yield from of_address(link.target)


def of_address(address: str) -> Iterator[Finding]:
    """A fixed address in the mail."""
    shown = {"address": address[:80]}
    match fault(address):
        case "syntax":
            yield stop("bad_link", _("“%(address)s” is not an address that works.") % shown, _("Correct it."))
        case "http":
            yield stop("http_link", _("“%(address)s” is not encrypted.") % shown, _("Write https://."))
        case "short":
            yield warn("short_link", _("“%(address)s” hides where it leads; filters dislike it.") % shown,
                       _("Write the full address."))  # fmt: skip
        case "here":
            yield warn("local_link", _("“%(address)s” opens on this computer only.") % shown,
                       _("Set SITE_URL to the public address of the portal."))  # fmt: skip
