"""The body of a mail: a restricted Markdown as harmless HTML with inline styles, and as plain text."""

import re
from collections.abc import Callable, Iterator, Sequence

from django.utils.safestring import SafeString
from markdown_it.token import Token

from notifications.compose.variables import Markers
from organisations.markup import ATTRIBUTES, TAGS, harmless, parser

#: Paragraphs, emphasis, lists, links, headings; a single line end stays one, as people expect of a text box.
_markdown = parser(without=("lheading", "code", "fence", "backticks", "blockquote", "hr"), breaks=True)


def _any_target(url: str) -> bool:
    """Every target becomes a link at first: `is_target` judges it, and the check has a word for the writer."""
    return True


_markdown.validateLink = _any_target  # type: ignore[method-assign]  # the parser's own way to change it

#: Addresses as they stand bare in a text; a full stop behind one belongs to the sentence.
BARE = re.compile(r"https://[^\s<>()\[\]{}\"']*[^\s<>()\[\]{}\"'.,;:!?]")
#: Mail programs drop style sheets: every element carries its own.
STYLES = {
    "p": "margin:0 0 16px",
    "h2": "margin:28px 0 8px;font-size:21px;line-height:1.3",
    "h3": "margin:24px 0 8px;font-size:18px;line-height:1.3",
    "ul": "margin:0 0 16px;padding:0 0 0 24px",
    "ol": "margin:0 0 16px;padding:0 0 0 24px",
    "li": "margin:0 0 6px",
    "a": "color:#00495c;text-decoration:underline",
}
_TAGS = (TAGS - {"blockquote"}) | {"h2", "h3"}
_ATTRIBUTES = {tag: {"style"} | ATTRIBUTES.get(tag, set()) for tag in STYLES}


def parse(marked: str) -> list[Token]:
    """The tokens of a body in which markers stand for variables. Headings have level 2 or 3."""
    tokens = _markdown.parse(marked)
    for token in tokens:
        if token.type.startswith("heading"):
            token.tag = "h2" if token.tag in {"h1", "h2"} else "h3"
    return tokens


def targets(tokens: Sequence[Token]) -> list[str]:
    """The target of every link, in order."""
    children = (child for token in tokens for child in token.children or ())
    return [str(child.attrGet("href") or "") for child in children if child.type == "link_open"]


def is_target(target: str, markers: Markers) -> bool:
    """Whether a link may lead there: a whole address of ours, or a written one with no variable in it."""
    return bool(markers.trusted(target)) or (
        target.startswith(("https://", "mailto:")) and not markers.names_in(target)
    )  # fmt: skip


def with_links(tokens: list[Token], markers: Markers) -> list[Token]:
    """The tokens without the links that may not be, and with a named link where an address of ours stands bare."""
    for token in tokens:
        if token.children:
            token.children = list(_named_links(_allowed_links(token.children, markers), markers))
    return tokens


def _allowed_links(children: Sequence[Token], markers: Markers) -> Iterator[Token]:
    is_dropped = False
    for child in children:
        if child.type == "link_open":
            is_dropped = not is_target(str(child.attrGet("href") or ""), markers)
        if child.type not in {"link_open", "link_close"} or not is_dropped:
            yield child


def _named_links(children: Iterator[Token], markers: Markers) -> Iterator[Token]:
    is_inside = False
    for child in children:
        is_inside = child.type == "link_open" or (is_inside and child.type != "link_close")
        if child.type == "text" and not is_inside:
            yield from _linked(child.content, markers)
        else:
            yield child


def _linked(text: str, markers: Markers) -> Iterator[Token]:
    waiting = ""
    for before, name in markers.split(text):
        waiting += before
        variable = markers.trusted(markers.of.get(name, ""))
        if variable is None:
            waiting += markers.of.get(name, "")
            continue
        yield Token("text", "", 0, content=waiting)
        yield Token("link_open", "a", 1, attrs={"href": markers.of[name]}, meta={"is_bare": True})
        yield Token("text", "", 0, content=str(variable.label))
        yield Token("link_close", "a", -1)
        waiting = ""
    yield Token("text", "", 0, content=waiting)


def retargeted(tokens: list[Token], change: Callable[[str], str] | None) -> list[Token]:
    """The tokens with every written web address changed: targets of links, and bare ones outside of links."""
    is_inside = False
    for child in _all(tokens) if change else ():
        if child.type == "link_open":
            child.attrSet("href", change(str(child.attrGet("href") or "")))  # type: ignore[misc]  # looped over only if there
        is_inside = child.type == "link_open" or (is_inside and child.type != "link_close")
        if child.type == "text" and not is_inside:
            child.content = retargeted_text(child.content, change)
    return tokens


def retargeted_text(text: str, change: Callable[[str], str] | None) -> str:
    """The same for a plain text."""
    return BARE.sub(lambda found: change(found[0]), text) if change else text


def to_html(tokens: list[Token]) -> SafeString:
    """Styled and sanitised HTML."""
    for token in _all(tokens):
        if token.nesting == 1 and token.tag in STYLES:
            token.attrSet("style", STYLES[token.tag])
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return harmless(html, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None)


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def to_text(tokens: Sequence[Token]) -> str:
    """Plain text: lists with dashes and numbers, links as “text: address”, one empty line between blocks."""
    blocks: list[str] = []
    counters: list[int | None] = []
    mark, is_tight = "", False
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            counters.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else None)
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            counters.pop()
            is_tight = bool(counters)
        elif token.type == "list_item_open":
            mark = _list_mark(counters)
        elif token.type == "inline":
            indent = mark or "  " * len(counters)
            lines = _inline_text(token.children or ()).split("\n")
            block = indent + ("\n" + " " * len(indent)).join(lines)
            blocks.append(("\n" if is_tight else "\n\n") + block if blocks else block)
            mark, is_tight = "", bool(counters)
    return "".join(blocks)


def _list_mark(counters: list[int | None]) -> str:
    number = counters[-1]
    if number is not None:
        counters[-1] = number + 1
    return "  " * (len(counters) - 1) + ("- " if number is None else f"{number}. ")


def _inline_text(children: Sequence[Token]) -> str:
    written, address, start, is_bare = "", "", 0, False
    for child in children:
        if child.type == "link_open":
            address, start = str(child.attrGet("href") or "").removeprefix("mailto:"), len(written)
            is_bare = bool(child.meta.get("is_bare"))
        elif child.type == "link_close":
            label = written[start:]
            written = written[:start] + (address if is_bare or label in {"", address} else f"{label}: {address}")
        elif child.type in {"softbreak", "hardbreak"}:
            written += "\n"
        else:
            written += child.content
    return written
