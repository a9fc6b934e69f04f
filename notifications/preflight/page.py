"""The HTML part as a reader meets it: its links, its headings, the colours of every piece of text."""

import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser

#: Least contrast of text, and of large or bold text (WCAG 2.2, 1.4.3).
LEAST_CONTRAST = 4.5
LEAST_CONTRAST_LARGE = 3.0

_NAMES = {"white": (255, 255, 255), "black": (0, 0, 0)}
_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_SILENT = {"title", "style", "script"}
_BOLD = {"b", "strong", "h1", "h2", "h3", "th"}
_LINK_BLUE = "#0000ee"

Colour = tuple[int, int, int]


def colour(text: str) -> Colour | None:
    """A colour written as #rgb, #rrggbb, rgb() or by its name; None when it is none of these."""
    text = text.strip().lower()
    if match := re.fullmatch(r"#([0-9a-f]{3}|[0-9a-f]{6})", text):
        digits = match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if match := re.fullmatch(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)", text):
        return int(match[1]), int(match[2]), int(match[3])
    return _NAMES.get(text)


def luminance(of: Colour) -> float:
    """Relative luminance, 0 for black to 1 for white (WCAG 2.2, definition of “relative luminance”)."""
    channels = [value / 255 for value in of]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of “contrast ratio”)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@dataclass(frozen=True, slots=True)
class Look:
    """How the text within an element looks."""

    ink: str = "#000000"
    paper: str = "#ffffff"
    size: float = 16
    is_bold: bool = False
    is_hidden: bool = False

    @property
    def is_large(self) -> bool:
        """At least 18 points, or 14 in bold."""
        return self.size >= 24 or (self.is_bold and self.size >= 18.66)

    @property
    def ratio(self) -> float | None:
        """The contrast; None when a colour cannot be read."""
        ink, paper = colour(self.ink), colour(self.paper)
        return contrast(ink, paper) if ink and paper else None

    @property
    def is_legible(self) -> bool:
        ratio = self.ratio
        return ratio is not None and ratio >= (LEAST_CONTRAST_LARGE if self.is_large else LEAST_CONTRAST)


@dataclass(frozen=True, slots=True)
class Link:
    """One link: where to, and the words it stands on."""

    target: str
    text: str


class Page(HTMLParser):
    """Reads an HTML part once."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.headings: list[int] = []
        self.images: list[str] = []
        self.texts: list[tuple[str, Look]] = []
        self.tags: set[str] = set()
        self.language = ""
        self._open: list[tuple[str, Look]] = [("", Look())]
        self._link: tuple[str, list[str]] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        if tag == "html":
            self.language = attributes.get("lang", "")
        elif tag == "img":
            self.images.append(attributes.get("src", ""))
        elif tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.headings.append(int(tag[1]))
        elif tag == "a":
            self._link = (attributes.get("href", ""), [])
        if tag not in _VOID:
            self._open.append((tag, _look(self._open[-1][1], tag, attributes.get("style", ""))))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link:
            target, words = self._link
            self.links.append(Link(target, " ".join("".join(words).split())))
            self._link = None
        if tag in {name for name, _look in self._open}:
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        tag, look = self._open[-1]
        if self._link:
            self._link[1].append(data)
        if data.strip() and tag not in _SILENT and not look.is_hidden:
            self.texts.append((" ".join(data.split()), look))


def _look(outer: Look, tag: str, style: str) -> Look:
    look = replace(outer, is_bold=outer.is_bold or tag in _BOLD, ink=_LINK_BLUE if tag == "a" else outer.ink)
    for declaration in style.split(";"):
        name, _colon, value = declaration.partition(":")
        look = _declared(look, name.strip().lower(), value.strip().lower())
    return look


def _declared(look: Look, name: str, value: str) -> Look:
    if name == "color":
        return replace(look, ink=value)
    if name in {"background", "background-color"}:
        return replace(look, paper=value)
    if name == "font-size" and value.endswith("px"):
        return replace(look, size=float(value[:-2]))
    if name == "font-weight":
        return replace(look, is_bold=value in {"bold", "600", "700", "800", "900"})
    if name == "display":
        return replace(look, is_hidden=look.is_hidden or value == "none")
    return look
