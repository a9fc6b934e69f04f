"""The text in preparation, article by article."""

from collections.abc import Sequence

from django.db import transaction

from agreements import audit
from agreements.markup import normal
from agreements.models import Agreement, Article, ArticleRevision, Party, TextVersion
from agreements.services.locking import Draft, lock_text, renumber, write
from agreements.services.refusals import AlreadyDone, WrongState
from organisations.models import Organisation, User


@transaction.atomic
def create(
    *, slug: str, titles: dict[str, str], organisations: Sequence[tuple[Organisation, str]], articles: Sequence[Draft],
    by: User, summaries: dict[str, str] | None = None,
) -> Agreement:  # fmt: skip
    """A new draft with its parties (organisation, kind) and the first version of its text.

    Raises AlreadyDone when the address is taken, as by the same click a moment earlier.
    """
    texts = {f"title_{language}": title for language, title in titles.items()}
    texts |= {f"summary_{language}": summary for language, summary in (summaries or {}).items()}
    agreement, is_new = Agreement.objects.get_or_create(slug=slug, defaults={"created_by": by, **texts})
    if not is_new:
        raise AlreadyDone
    for position, (organisation, kind) in enumerate(organisations, start=1):
        Party.objects.create(agreement=agreement, organisation=organisation, kind=kind, position=position)
    version = TextVersion.objects.create(agreement=agreement, number=1)
    for position, draft in enumerate(articles, start=1):
        write(version, Article.objects.create(agreement=agreement), position, draft)
    audit.record(agreement, "created", by.email, parties=[o.name for o, _kind in organisations])
    return agreement


@transaction.atomic
def add_article(*, agreement: Agreement, draft: Draft, by: User) -> ArticleRevision:
    """Append an article to the version in preparation. Raises WrongState."""
    agreement, version = lock_text(agreement)
    article = Article.objects.create(agreement=agreement)
    position = version.revisions.count() + 1
    revision = write(version, article, position, draft)
    audit.record(agreement, "article_added", by.email, article=str(article.uid), version=version.number)
    return revision


@transaction.atomic
def edit_article(*, revision: ArticleRevision, draft: Draft, by: User) -> ArticleRevision:
    """Rewrite an article of the version in preparation. Raises WrongState."""
    agreement, version = lock_text(revision.version.agreement)
    if revision.version_id != version.pk:
        raise WrongState
    revision.heading, revision.source = normal(draft.heading), normal(draft.source)
    revision.save(update_fields=["heading", "source"])
    audit.record(agreement, "article_edited", by.email, article=str(revision.article.uid), version=version.number)
    return revision


@transaction.atomic
def move_article(*, revision: ArticleRevision, up: bool, by: User) -> None:
    """Swap an article with its neighbour; at the end nothing happens. Raises WrongState."""
    agreement, version = lock_text(revision.version.agreement)
    order = list(version.in_order())
    index = next((i for i, other in enumerate(order) if other.pk == revision.pk), None)
    if index is None:
        raise WrongState
    other = index - 1 if up else index + 1
    if not 0 <= other < len(order):
        return
    order[index], order[other] = order[other], order[index]
    renumber(order)
    audit.record(agreement, "article_moved", by.email, article=str(revision.article.uid), version=version.number)


@transaction.atomic
def remove_article(*, revision: ArticleRevision, by: User) -> None:
    """Leave an article out of the version in preparation; earlier versions keep it. Raises WrongState."""
    agreement, version = lock_text(revision.version.agreement)
    if revision.version_id != version.pk:
        raise WrongState
    uid = str(revision.article.uid)
    ArticleRevision.objects.filter(pk=revision.pk).delete()
    renumber(list(version.in_order()))
    audit.record(agreement, "article_removed", by.email, article=uid, version=version.number)
