"""What changed between two versions: token by token, article by article, marked with words and not colour alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from agreements.models import ArticleRevision, TextVersion
from agreements.tokens import edits, longest_rising, tokens

_LABEL = '<span class="visually-hidden">%s </span>%s<span class="visually-hidden">]</span>'
_DELETED, _INSERTED = f"<del>{_LABEL}</del>", f"<ins>{_LABEL}</ins>"


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
    after = list(new.in_order())
    common = [revision for revision in after if revision.article_id in before]
    kept = longest_rising([before[revision.article_id].position for revision in common])
    still = {common[index].article_id for index in kept}
    changes = [
        _compare(before.pop(revision.article_id, None), revision, revision.article_id not in still)
        for revision in after
    ]
    return changes + [_removed(revision) for revision in before.values()]


def _compare(old: ArticleRevision | None, new: ArticleRevision, has_moved: bool) -> ArticleChange:
    """`has_moved`: past others that kept their order; a number that only shifted is no move."""
    if old is None:
        return ArticleChange("added", marked("", new.heading), marked("", new.source), new.position, None)
    same_text = (old.heading, old.source) == (new.heading, new.source)
    kind = "changed" if not same_text else "moved" if has_moved else "same"
    return ArticleChange(
        kind, marked(old.heading, new.heading), marked(old.source, new.source), new.position, old.position
    )


def _removed(old: ArticleRevision) -> ArticleChange:
    return ArticleChange("removed", marked(old.heading, ""), marked(old.source, ""), old.position, old.position)


def marked(old: str, new: str) -> SafeString:
    """The new text with what came and what went; every token is escaped."""
    return mark_safe("".join(_pieces(tokens(old), tokens(new))))  # noqa: S308  escaped in _pieces


def _pieces(old: list[str], new: list[str]) -> Iterator[str]:
    gone_before, came_before = _("[removed:"), _("[added:")
    at = 0
    for edit in edits(old, new):
        yield conditional_escape("".join(old[at : edit.start]))
        yield _wrapped(_DELETED, gone_before, "".join(old[edit.start : edit.end]))
        yield _wrapped(_INSERTED, came_before, "".join(new[edit.new_start : edit.new_end]))
        at = edit.end
    yield conditional_escape("".join(old[at:]))


def _wrapped(element: str, label: str, text: str) -> str:
    """Line by line: an element around a paragraph's end would mark only what stands before it. A break alone shows as ¶."""
    if text and not text.strip():
        text = "¶" + text if element == _INSERTED or "\n" not in text else "¶"
    return "".join(
        part if part.startswith("\n") else element % (label, conditional_escape(part))
        for part in re.split(r"(\n+)", text)
        if part
    )
