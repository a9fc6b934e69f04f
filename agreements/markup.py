"""Article text: a restricted Markdown, shown as harmless HTML and hashed in one spelling."""

import hashlib
import unicodedata
from collections.abc import Iterable

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from agreements.audit import canonical
from agreements.models import ArticleRevision

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable(
    ["image", "heading", "lheading", "code"]
)
_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "a", "blockquote"}


def to_html(source: str) -> SafeString:
    """Paragraphs, emphasis, lists and links; everything else is shown as text."""
    html = nh3.clean(_markdown.render(source), tags=_TAGS, attributes={"a": {"href"}, "ol": {"start"}},
                     url_schemes={"https", "mailto"})  # fmt: skip
    return mark_safe(html)  # noqa: S308  sanitised by the allow-list above


def normal(text: str) -> str:
    """NFC, LF, no trailing white space: the spelling that is stored and hashed."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def text_sha256(revisions: Iterable[ArticleRevision]) -> str:
    """SHA-256 over the canonical JSON of [article uid, heading, text] in order."""
    articles = [[str(r.article.uid), normal(r.heading), normal(r.source)] for r in revisions]
    return hashlib.sha256(canonical(articles)).hexdigest()
