"""A restricted Markdown as harmless HTML, for everything that people write here and others read.

The ground floor of agreements' articles and of campaigns' mails; each says what it allows beyond paragraphs,
emphasis, lists and links.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = frozenset({"p", "br", "em", "strong", "ul", "ol", "li", "a", "blockquote"})
ATTRIBUTES: Mapping[str, set[str]] = {"a": {"href"}, "ol": {"start"}}


def parser(*, without: Iterable[str], breaks: bool = False) -> MarkdownIt:
    """A CommonMark parser that knows neither HTML nor images nor the rules named; `breaks` keeps single line ends."""
    options = {"html": False, "linkify": False, "breaks": breaks}
    return MarkdownIt("commonmark", options).disable(["image", *without])


def harmless(
    html: str, *, tags: Iterable[str] = TAGS, attributes: Mapping[str, set[str]] = ATTRIBUTES,
    link_rel: str | None = "noopener noreferrer",
) -> SafeString:  # fmt: skip
    """HTML with nothing but the tags and attributes named, and links that are https or mailto."""
    html = nh3.clean(html, tags=set(tags), attributes=dict(attributes), url_schemes={"https", "mailto"},
                     link_rel=link_rel)  # fmt: skip
    return mark_safe(html)  # noqa: S308  sanitised by the allow-list above


_markdown = parser(without=("heading", "lheading", "code"))


def to_html(source: str) -> SafeString:
    """Paragraphs, emphasis, lists and links; everything else is shown as text."""
    return harmless(_markdown.render(source))


def kinds_of(source: str) -> Counter[str]:
    """How many paragraphs, items, lists, links and emphases a text has: its structure as a reader sees it."""
    found: Counter[str] = Counter()
    for block in _markdown.parse(source):
        found.update(token.type for token in (block, *(block.children or ())) if token.nesting == 1)
    return found


def normal(text: str) -> str:
    """NFC, LF, no trailing white space: the spelling that is stored and hashed."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()
