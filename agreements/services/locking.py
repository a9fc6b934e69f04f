"""What all verbs share: the agreement's row is the lock, and its table of transitions the law."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from agreements.markup import normal
from agreements.models import Agreement, Amendment, Article, ArticleRevision, FrozenDocument, ReviewRound, TextVersion
from agreements.services.refusals import NothingToShare, UndecidedAmendments, WrongState


@dataclass(frozen=True, slots=True)
class Draft:
    """An article to be written: heading and Markdown text."""

    heading: str
    source: str


def lock(agreement: Agreement, for_state: str | None = None) -> Agreement:
    """The agreement's row, locked: everything about it queues here. Raises WrongState."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if for_state and for_state not in Agreement.TRANSITIONS[agreement.state]:
        raise WrongState
    return agreement


def all_decided(agreement: Agreement) -> None:
    """Raises UndecidedAmendments while one waits: a text goes on only when everybody who asked has an answer."""
    if waiting := list(Amendment.objects.of(agreement).undecided().select_related("version").order_by("pk")):
        raise UndecidedAmendments(waiting)


def lock_text(agreement: Agreement) -> tuple[Agreement, TextVersion]:
    """Agreement and the version in preparation. Raises WrongState."""
    agreement = lock(agreement)
    if not agreement.is_editable:
        raise WrongState
    return agreement, newest(agreement)


def newest(agreement: Agreement) -> TextVersion:
    """The version with the highest number. Raises NothingToShare."""
    version = agreement.newest_version()
    if version is None:
        raise NothingToShare
    return version


def document_of(agreement: Agreement) -> FrozenDocument:
    """The frozen document. Raises WrongState."""
    document = agreement.current_document()
    if document is None:
        raise WrongState
    return document


def open_round_of(agreement: Agreement, version: TextVersion | None = None) -> ReviewRound:
    """The review that takes remarks now, of this version if one is named. Raises WrongState.

    Its dates are exact: from the second of closing nothing is taken, whether or not the clock has closed it yet.
    """
    review_round = agreement.open_round()
    if (
        review_round is None
        or not review_round.is_open(timezone.now())
        or (version and review_round.version_id != version.pk)
    ):
        raise WrongState
    return review_round


def move(agreement: Agreement, state: str, *also: str) -> None:
    """Into a state that `lock` has allowed; `also`: further columns that are saved."""
    agreement.state = state
    agreement.save(update_fields=["state", *also])


def write(version: TextVersion, article: Article, position: int, draft: Draft) -> ArticleRevision:
    """An article's text in the one spelling that is stored and hashed."""
    values: dict[str, Any] = {"heading": normal(draft.heading), "source": normal(draft.source)}
    return ArticleRevision.objects.create(version=version, article=article, position=position, **values)


def renumber(order: list[ArticleRevision]) -> None:
    """Positions from 1 in this order."""
    for position, revision in enumerate(order, start=1):
        if revision.position != position:
            revision.position = position
            revision.save(update_fields=["position"])
