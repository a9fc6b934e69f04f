"""What changed between two versions: token by token, article by article, marked with words and not colour alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from agreements.models import ArticleRevision, TextVersion
from agreements.tokens import edits, tokens

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
    changes = [_compare(before.pop(revision.article_id, None), revision) for revision in new.in_order()]
    return changes + [_removed(revision) for revision in before.values()]


def _compare(old: ArticleRevision | None, new: ArticleRevision) -> ArticleChange:
    if old is None:
        return ArticleChange("added", marked("", new.heading), marked("", new.source), new.position, None)
    same_text = (old.heading, old.source) == (new.heading, new.source)
    kind = "changed" if not same_text else "moved" if old.position != new.position else "same"
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
        if edit.end > edit.start:
            yield _DELETED % (gone_before, conditional_escape("".join(old[edit.start : edit.end])))
        if edit.new_end > edit.new_start:
            yield _INSERTED % (came_before, conditional_escape("".join(new[edit.new_start : edit.new_end])))
        at = edit.end
    yield conditional_escape("".join(old[at:]))
