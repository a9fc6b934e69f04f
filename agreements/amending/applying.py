"""What an amendment would make of the text as it stands now, and the writing of it. Callers hold the agreement's lock."""

import hashlib
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.amending.merging import Conflict, Merged, merge
from agreements.amending.models import Amendment
from agreements.models import Article, ArticleRevision, TextVersion
from agreements.services.locking import Draft, renumber, write

Kind = Amendment.Kind


class Clash(models.TextChoices):
    """Why an amendment cannot be taken as it is: taking it would undo what was accepted before."""

    TEXT = "text", _("The same words were changed meanwhile.")
    GONE = "gone", _("The article was removed meanwhile.")
    CHANGED = "changed", _("The article that is to be removed was changed meanwhile.")
    MOVED = "moved", _("The article was already moved by another amendment.")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The article as it stands in a version, and what would become of it.

    `draft`: the text that would be written; none for a removal, or where `clash` asks a person.
    `heading`, `source`: the merges behind it, for changes alone.
    """

    now: ArticleRevision | None
    draft: Draft | None
    clash: Clash | None = None
    heading: Merged | Conflict | None = None
    source: Merged | Conflict | None = None

    @property
    def seen(self) -> str:
        """A mark of the text that a person looks at, so that a later one is not overwritten unread."""
        return seen_of(self.now)


def seen_of(revision: ArticleRevision | None) -> str:
    """See `Foreseen.seen`."""
    text = f"{revision.heading}\n{revision.source}" if revision else ""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def foresee(amendment: Amendment, version: TextVersion) -> Foreseen:
    """What taking the amendment into this version would do. One query, two for a move."""
    now = version.revisions.filter(article=amendment.article_id).first() if amendment.article_id else None
    proposed = Draft(amendment.heading, amendment.source)
    if amendment.kind == Kind.INSERT:
        return Foreseen(now, proposed)
    if amendment.kind == Kind.DELETE:
        return Foreseen(now, None, Clash.CHANGED if now and not _as_before(amendment, now) else None)
    if now is None:
        return Foreseen(None, None, Clash.GONE)
    if amendment.kind == Kind.MOVE:
        text = Draft(now.heading, now.source)
        return Foreseen(now, text, Clash.MOVED if _was_moved(amendment) else None)
    return _merged(amendment, now)


def _merged(amendment: Amendment, now: ArticleRevision) -> Foreseen:
    base = amendment.base
    if base is None:
        raise ValueError("the database holds no change without a base")
    heading = merge(base.heading, now.heading, amendment.heading)
    source = merge(base.source, now.source, amendment.source)
    if isinstance(heading, Merged) and isinstance(source, Merged):
        return Foreseen(now, Draft(heading.text, source.text), None, heading, source)
    return Foreseen(now, None, Clash.TEXT, heading, source)


def _as_before(amendment: Amendment, now: ArticleRevision) -> bool:
    base = amendment.base
    return base is not None and (base.heading, base.source) == (now.heading, now.source)


def _was_moved(amendment: Amendment) -> bool:
    moved = Amendment.State.ACCEPTED, Amendment.State.ACCEPTED_CHANGED
    others = Amendment.objects.filter(version=amendment.version, kind=Kind.MOVE, article=amendment.article_id)
    return others.filter(state__in=moved).exclude(pk=amendment.pk).exists()


# -- writing ---------------------------------------------------------------------------------------------------------


def put(amendment: Amendment, version: TextVersion, draft: Draft | None) -> ArticleRevision | None:
    """Write this text of the amendment's article into the version in preparation; None removes the article."""
    order = list(version.in_order())
    now = next((revision for revision in order if revision.article_id == amendment.article_id), None)
    if draft is None:
        if now is not None:
            order.remove(now)
            ArticleRevision.objects.filter(pk=now.pk).delete()
            renumber(order)
        return None
    if now is None:
        now = write(version, amendment.article or Article.objects.create(agreement=version.agreement), 0, draft)
        order.insert(_place(amendment, order), now)
    else:
        now.heading, now.source = draft.heading, draft.source
        now.save(update_fields=["heading", "source"])
        if amendment.kind == Kind.MOVE:
            order.remove(now)
            order.insert(_place(amendment, order), now)
    renumber(order)
    return now


def _place(amendment: Amendment, order: list[ArticleRevision]) -> int:
    """Where the article goes: behind the one it is to follow, or that one's nearest predecessor which still stands.

    New articles for the same place stand in the order in which they were accepted.
    """
    there = {revision.article_id: index for index, revision in enumerate(order)}
    place = 0
    for article in _predecessors(amendment):
        if article in there:
            place = there[article] + 1
            break
    if amendment.kind == Kind.INSERT:
        same = Amendment.objects.filter(version=amendment.version, kind=Kind.INSERT, after=amendment.after_id)
        before = set(same.values_list("decision__article", flat=True))
        while place < len(order) and order[place].article_id in before:
            place += 1
    return place


def _predecessors(amendment: Amendment) -> list[int]:
    """The article to follow and those that stood before it in the text that was proposed on, nearest first."""
    as_shared = list(amendment.version.revisions.order_by("position").values_list("article", flat=True))
    if amendment.kind in {Kind.INSERT, Kind.MOVE}:
        last = as_shared.index(amendment.after_id) + 1 if amendment.after_id else 0
    else:
        last = as_shared.index(amendment.article_id) if amendment.article_id else 0
    return [article for article in as_shared[:last][::-1] if article != amendment.article_id]
