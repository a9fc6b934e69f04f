"""What changed between two versions: token by token, article by article, marked with words and not colour alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from agreements.models import ArticleRevision, TextVersion

_LABEL = '<span class="visually-hidden">%s </span>%s<span class="visually-hidden">]</span>'
_DELETED, _INSERTED = f"<del>{_LABEL}</del>", f"<ins>{_LABEL}</ins>"
_TOKENS = re.compile(r"\s+|\w+|[^\w\s]", re.UNICODE)


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """One article of the redline. `kind`: same, changed, moved, added or removed."""

    kind: str
    heading: SafeString
    body: SafeString
    position: int
    before: int | None

    @property
    def label(self) -> str:
        """The kind in words."""
        return {
            "same": _("unchanged"),
            "changed": _("changed"),
            "moved": _("moved"),
            "added": _("added"),
            "removed": _("removed"),
        }[self.kind]


def redline(old: TextVersion, new: TextVersion) -> list[ArticleChange]:
    """Every article of both versions: those of the new one in its order, then what was removed."""
    before = {revision.article_id: revision for revision in old.in_order()}
    changes = [_compare(before.pop(revision.article_id, None), revision) for revision in new.in_order()]
    return changes + [_removed(revision) for revision in before.values()]


def _compare(old: ArticleRevision | None, new: ArticleRevision) -> ArticleChange:
    if old is None:
        return ArticleChange("added", _mark("", new.heading), _mark("", new.source), new.position, None)
    same_text = (old.heading, old.source) == (new.heading, new.source)
    kind = "changed" if not same_text else "moved" if old.position != new.position else "same"
    return ArticleChange(
        kind, _mark(old.heading, new.heading), _mark(old.source, new.source), new.position, old.position
    )


def _removed(old: ArticleRevision) -> ArticleChange:
    return ArticleChange("removed", _mark(old.heading, ""), _mark(old.source, ""), old.position, old.position)


def _mark(old: str, new: str) -> SafeString:
    """The new text with what came and what went; every token is escaped."""
    return mark_safe("".join(_pieces(_TOKENS.findall(old), _TOKENS.findall(new))))  # noqa: S308  escaped in _pieces


def _pieces(old: list[str], new: list[str]) -> Iterator[str]:
    for verb, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = conditional_escape("".join(old[i1:i2])), conditional_escape("".join(new[j1:j2]))
        if verb == "equal":
            yield come
            continue
        if gone:
            yield _DELETED % (_("[removed:"), gone)
        if come:
            yield _INSERTED % (_("[added:"), come)
