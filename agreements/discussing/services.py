"""Threads: begun at an article or a passage of it, answered, corrected, resolved, taken up again."""

import hashlib

from django.db import transaction
from django.utils import timezone

from agreements import audit
from agreements.discussing.anchors import anchor, plain
from agreements.models import Agreement, ArticleRevision, Comment, Party, Thread
from agreements.services.locking import lock, open_round_of
from agreements.services.refusals import AlreadyDone, NotEntitled, WrongState
from organisations.models import User
from organisations.roles import Permission

#: States in which organisers still answer, although the parties' time is over.
_ANSWERED = frozenset({Agreement.State.OBSERVATIONS_CLOSED, Agreement.State.CONSOLIDATED})


@transaction.atomic
def begin(
    *, revision: ArticleRevision, body: str, visibility: str, by: User, passage: str = "", before: str = ""
) -> Thread:
    """Begin a thread at an article of the version under review, or at a passage of it.

    `before`: what stands just before the passage, where a browser knows; it decides between two equal ones.
    Raises WrongState, NotEntitled, anchors.NotInText, anchors.Ambiguous.
    """
    agreement = lock(revision.version.agreement)
    open_round_of(agreement, revision.version)
    party = _writes_for(agreement, by)
    chosen = anchor(plain(revision.source), passage, before) if passage.strip() else None
    thread = Thread.objects.create(
        article=revision.article, revision=revision, visibility=visibility, party=party,
        quote=chosen.quote if chosen else "", prefix=chosen.prefix if chosen else "",
        suffix=chosen.suffix if chosen else "",
    )  # fmt: skip
    written = Comment.objects.create(thread=thread, party=party, author=by, body=body, at=thread.began_at)
    audit.record(
        agreement, "thread_begun", by.email, article=str(revision.article.uid), version=revision.version.number,
        thread=thread.pk, comment=written.pk, visibility=visibility, sha256=_hash(body), passage=_hash(thread.quote),
    )  # fmt: skip
    return thread


@transaction.atomic
def reply(*, thread: Thread, body: str, by: User, corrects: Comment | None = None) -> Comment:
    """Add to a thread, for its readers and nobody else; `corrects`: a comment of one's own that this puts right.

    Raises WrongState, NotEntitled.
    """
    agreement, thread = _open_to(thread, by)
    if corrects and (corrects.author_id != by.pk or corrects.thread_id != thread.pk):
        raise NotEntitled
    written = Comment.objects.create(
        thread=thread, party=_writes_for(agreement, by), author=by, body=body, corrects=corrects
    )
    facts = {"corrects": corrects.pk} if corrects else {}
    audit.record(agreement, "thread_corrected" if corrects else "thread_answered", by.email, thread=thread.pk,
                 comment=written.pk, visibility=thread.visibility, sha256=_hash(body), **facts)  # fmt: skip
    return written


@transaction.atomic
def resolve(*, thread: Thread, why: str, by: User) -> Thread:
    """Say that a thread is settled: by the party that began it, or by organisers. Raises WrongState, NotEntitled,
    AlreadyDone."""
    agreement, thread = _open_to(thread, by)
    if not may_settle(thread, by, agreement.parties_of(by)):
        raise NotEntitled
    if thread.is_resolved:
        raise AlreadyDone
    thread.state, thread.settled_by, thread.settled_at, thread.settled_why = "resolved", by, timezone.now(), why
    thread.save(update_fields=["state", "settled_by", "settled_at", "settled_why"])
    audit.record(agreement, "thread_resolved", by.email, thread=thread.pk, visibility=thread.visibility,
                 sha256=_hash(why))  # fmt: skip
    return thread


@transaction.atomic
def reopen(*, thread: Thread, by: User) -> Thread:
    """Take a resolved thread up again; that it was resolved stays in the audit trail. Raises as `resolve`."""
    agreement, thread = _open_to(thread, by)
    if not may_settle(thread, by, agreement.parties_of(by)):
        raise NotEntitled
    if not thread.is_resolved:
        raise AlreadyDone
    thread.state, thread.settled_by, thread.settled_at, thread.settled_why = "open", None, None, ""
    thread.save(update_fields=["state", "settled_by", "settled_at", "settled_why"])
    audit.record(agreement, "thread_reopened", by.email, thread=thread.pk, visibility=thread.visibility)
    return thread


def may_settle(thread: Thread, user: User, parties: list[Party]) -> bool:
    """Whether this user, who reads it for these parties, may resolve it or take it up again."""
    is_own = thread.party_id in {party.pk for party in parties}
    return is_own or user.has_permission(Permission.MANAGE_AGREEMENTS)


def can_write(agreement: Agreement, user: User) -> bool:
    """Whether somebody who reads a thread may add to it now: parties during a review, organisers also after it."""
    review = agreement.open_round()
    if review and review.is_open(timezone.now()):
        return True
    return agreement.state in _ANSWERED and user.has_permission(Permission.MANAGE_AGREEMENTS)


# -- inside -----------------------------------------------------------------------------------------------------------


def _open_to(thread: Thread, by: User) -> tuple[Agreement, Thread]:
    """The thread as it stands, its agreement locked, if this user reads it and may write now."""
    agreement = lock(Agreement.objects.get(articles=thread.article_id))
    found = Thread.objects.of(agreement).visible_to(by, agreement.parties_of(by)).filter(pk=thread.pk).first()
    if found is None:
        raise NotEntitled
    if not can_write(agreement, by):
        raise WrongState
    _writes_for(agreement, by)
    return agreement, found


def _writes_for(agreement: Agreement, by: User) -> Party | None:
    """The party for which this user writes; None for organisers who act for none. Raises NotEntitled."""
    party = agreement.party_of(by, Permission.COMMENT_DRAFTS)
    if party is None and not by.has_permission(Permission.MANAGE_AGREEMENTS):
        raise NotEntitled
    return party


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""
