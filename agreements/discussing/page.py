"""What the review page shows of the discussion: the articles of a page, their threads, and those without a place.

The number of queries is the same whatever the number of articles and comments.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from agreements.discussing.anchors import Place, find, plain
from agreements.discussing.services import may_settle
from agreements.markup import to_html
from agreements.models import ArticleRevision, Comment, Party, TextVersion, Thread
from organisations.models import User

#: Articles on a page.
LENGTH = 60


@dataclass(slots=True)
class Shown:
    """A thread as it stands beside a version of its article; `gone`: the passage is no longer in the text."""

    thread: Thread
    comments: list[Comment]
    now: str = ""
    gone: bool = False
    may_settle: bool = False

    @property
    def is_rewritten(self) -> bool:
        """Whether the passage stands there in other words."""
        return bool(self.now) and self.now != self.thread.quote


@dataclass(slots=True)
class Item:
    """An article of the page."""

    revision: ArticleRevision
    threads: list[Shown] = field(default_factory=list)

    @property
    def html(self) -> SafeString:
        """Its text, harmless."""
        return to_html(self.revision.source)

    @property
    def open(self) -> list[Shown]:
        """Threads that are not settled."""
        return [shown for shown in self.threads if not shown.thread.is_resolved]

    @property
    def resolved(self) -> list[Shown]:
        """Threads that are."""
        return [shown for shown in self.threads if shown.thread.is_resolved]


@dataclass
class Discussion:
    """The articles of one page of a version, and all that one user may read about them."""

    version: TextVersion
    user: User
    parties: list[Party]
    number: str | None = None

    @cached_property
    def revisions(self) -> list[ArticleRevision]:
        """All articles in order. One query."""
        return list(self.version.in_order())

    @cached_property
    def page(self) -> Page[ArticleRevision]:
        """The articles of the page asked for."""
        return Paginator(self.revisions, LENGTH).get_page(self.number)

    @cached_property
    def threads(self) -> list[Thread]:
        """Those begun up to this version, at an article of the page or, on the last one, of none."""
        here = [revision.article_id for revision in self.page.object_list]
        known = Thread.objects.of(self.version.agreement).visible_to(self.user, self.parties)
        known = known.filter(revision__version__number__lte=self.version.number)
        elsewhere = [r.article_id for r in self.revisions if r.article_id not in set(here)]
        found = known.exclude(article__in=elsewhere) if not self.page.has_next() else known.filter(article__in=here)
        return list(found.in_full())

    @cached_property
    def items(self) -> list[Item]:
        """The page's articles with their threads."""
        by_article: dict[int, list[Shown]] = {}
        texts = _Texts()
        now = {revision.article_id: revision for revision in self.page.object_list}
        for thread in self.threads:
            shown = self.shown(thread, now.get(thread.article_id), texts)
            by_article.setdefault(thread.article_id, []).append(shown)
        return [Item(revision, by_article.get(revision.article_id, [])) for revision in self.page.object_list]

    @cached_property
    def removed(self) -> list[tuple[ArticleRevision, list[Shown]]]:
        """On the last page: articles that are no longer in the text, as they were, with their threads."""
        here = {revision.article_id for revision in self.revisions}
        by_article: dict[int, list[Thread]] = {}
        for thread in self.threads:
            if thread.article_id not in here:
                by_article.setdefault(thread.article_id, []).append(thread)
        return [
            (threads[-1].revision, [self.shown(thread, None) for thread in threads]) for threads in by_article.values()
        ]

    def shown(self, thread: Thread, revision: ArticleRevision | None, texts: "_Texts | None" = None) -> Shown:
        """One thread beside its article as it stands in this version, if it does."""
        place = text = None
        if thread.anchor and revision:
            texts = texts or _Texts()
            text = texts.of(revision)
            place = find_in(thread, texts, text)
        return Shown(
            thread, list(thread.comments.all()), now=text[place.start : place.end] if text and place else "",
            gone=bool(thread.quote) and place is None, may_settle=may_settle(thread, self.user, self.parties),
        )  # fmt: skip


class _Texts:
    """Plain texts of revisions, each made once."""

    def __init__(self) -> None:
        self._made: dict[int, str] = {}

    def of(self, revision: ArticleRevision) -> str:
        if revision.pk not in self._made:
            self._made[revision.pk] = plain(revision.source)
        return self._made[revision.pk]


def find_in(thread: Thread, texts: _Texts, text: str) -> Place | None:
    """Where the thread's passage stands in this text of its article."""
    return find(thread.anchor, texts.of(thread.revision), text) if thread.anchor else None


def index(revisions: Sequence[ArticleRevision]) -> Iterable[tuple[ArticleRevision, int]]:
    """Every article with the number of its page."""
    return ((revision, place // LENGTH + 1) for place, revision in enumerate(revisions))
