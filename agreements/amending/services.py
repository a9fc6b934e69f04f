"""Propose, withdraw, decide. The agreement's row is the lock; each verb appends to the audit chain."""

import hashlib

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from agreements import audit, signals
from agreements.amending import applying
from agreements.amending.applying import Clash, Foreseen, foresee
from agreements.amending.models import Amendment, AmendmentDecision
from agreements.markup import normal
from agreements.models import Agreement, Article, ArticleRevision, Party, TextVersion
from agreements.services import AlreadyDone, Draft, NotEntitled, WrongState, prepare_version
from agreements.services.locking import lock, newest, open_round_of
from organisations.models import User
from organisations.roles import Permission

Kind, Outcome = Amendment.Kind, AmendmentDecision.Outcome


class NothingProposed(Exception):
    """The proposal is the text as it stands, or has no text."""


class Conflicting(Exception):
    """It cannot be taken as it is without undoing what was accepted before; nothing was written. `foreseen` says why."""

    def __init__(self, foreseen: Foreseen) -> None:
        super().__init__(str(foreseen.clash))
        self.foreseen = foreseen


class TextMoved(Exception):
    """The text is no longer the one that was looked at; nothing was written."""


@transaction.atomic
def propose(
    *, version: TextVersion, kind: str, reason: str, by: User, base: ArticleRevision | None = None,
    after: Article | None = None, draft: Draft | None = None,
) -> Amendment:  # fmt: skip
    """Ask for a different text of the version under review: all parties can read it from now on.

    `base`: the article as it lay before the parties (not for a new one). `after`: which article a new or moved one
    follows; None puts it first. Raises WrongState (its review is closed, or this is no article of it), NotEntitled,
    NothingProposed. Announces amendment_proposed.
    """
    agreement = lock(version.agreement)
    open_round_of(agreement, version)
    party = _proposer(agreement, by)
    _check_place(version, kind, base, after)
    heading, source = (normal(draft.heading), normal(draft.source)) if draft and kind in _WRITTEN else ("", "")
    if not normal(reason) or (kind in _WRITTEN and not (heading and source)):
        raise NothingProposed
    if kind == Kind.CHANGE and base and (base.heading, base.source) == (heading, source):
        raise NothingProposed
    last = version.amendments.aggregate(last=Max("number"))["last"] or 0
    amendment = Amendment.objects.create(
        version=version, number=last + 1, kind=kind, base=base, article=base.article if base else None, after=after,
        heading=heading, source=source, reason=normal(reason), party=party, author=by,
    )  # fmt: skip
    audit.record(
        agreement, "amendment_proposed", by.email, version=version.number, amendment=amendment.number, kind=kind,
        article=_uid(amendment.article), party=party.organisation.name if party else "", sha256=_sha256(heading, source),
    )  # fmt: skip
    signals.amendment_proposed.send(sender=Amendment, agreement=agreement, amendment=amendment, by=by)
    return amendment


@transaction.atomic
def withdraw(*, amendment: Amendment, by: User) -> Amendment:
    """Take an amendment back, by anybody of the party that proposed it, until it is decided.

    It stays readable. Raises NotEntitled, AlreadyDone (it was decided or withdrawn meanwhile).
    """
    agreement = lock(amendment.agreement)
    amendment = Amendment.objects.in_full().get(pk=amendment.pk)
    if not amendment.is_of(by):
        raise NotEntitled
    _settle(amendment, Amendment.State.WITHDRAWN)
    audit.record(
        agreement, "amendment_withdrawn", by.email, version=amendment.version.number, amendment=amendment.number
    )
    return amendment


@transaction.atomic
def decide(
    *, amendment: Amendment, outcome: str, reason: str, by: User, draft: Draft | None = None, seen: str = ""
) -> AmendmentDecision:
    """Answer an amendment of the last review, and write it into the version in preparation unless it is rejected.

    The first one accepted begins that version. ACCEPTED merges three ways: the text proposed on, the text as it is
    now, the text proposed. ACCEPTED_CHANGED writes `draft`, or without one does the removal or move despite a clash;
    `seen` is then the mark (`Foreseen.seen`) of the text that the person looked at.
    Raises WrongState, AlreadyDone (decided or withdrawn meanwhile), Conflicting, TextMoved, NothingProposed (no reason,
    or no text where one is needed). Announces amendment_decided.
    """
    agreement = lock(amendment.agreement)
    amendment = Amendment.objects.in_full().get(pk=amendment.pk)
    _settle(amendment, outcome)
    if not may_decide(agreement, amendment):
        raise WrongState
    if not normal(reason):
        raise NothingProposed
    if outcome == Outcome.REJECTED:
        decision = AmendmentDecision.objects.create(amendment=amendment, outcome=outcome, reason=normal(reason), by=by)
    else:
        agreement, version = _in_preparation(agreement, by)
        foreseen = foresee(amendment, version)
        written = _agreed(amendment, foreseen, outcome, draft, seen)
        decision = _written(amendment, version, foreseen.now, written, outcome, normal(reason), by)
    audit.record(
        agreement, "amendment_decided", by.email, version=amendment.version.number, amendment=amendment.number,
        outcome=outcome, reason=decision.reason, article=_uid(decision.article),
        written_into=decision.version.number if decision.version else None,
        sha256_before=_sha256(decision.heading_before, decision.source_before),
        sha256=_sha256(decision.heading, decision.source),
    )  # fmt: skip
    signals.amendment_decided.send(sender=Amendment, agreement=agreement, amendment=amendment, decision=decision, by=by)
    return decision


def may_decide(agreement: Agreement, amendment: Amendment) -> bool:
    """Whether decisions are taken now, and about this version: the last one that lay before the parties."""
    states = {Agreement.State.OBSERVATIONS_CLOSED, Agreement.State.CONSOLIDATED}
    last = agreement.shared_versions().last()
    return agreement.state in states and last is not None and last.pk == amendment.version_id


# -- inside ------------------------------------------------------------------------------------------------------------

_WRITTEN = frozenset({Kind.CHANGE, Kind.INSERT})


def _proposer(agreement: Agreement, by: User) -> Party | None:
    """The party for which this user proposes; None for organisers. Raises NotEntitled."""
    party = agreement.party_of(by, Permission.COMMENT_DRAFTS)
    if party is None and not by.has_permission(Permission.MANAGE_AGREEMENTS):
        raise NotEntitled
    return party


def _check_place(version: TextVersion, kind: str, base: ArticleRevision | None, after: Article | None) -> None:
    """Raises WrongState for articles that are not of this version, NothingProposed for a move to where it stands."""
    if (base is None) != (kind == Kind.INSERT) or (base and base.version_id != version.pk):
        raise WrongState
    if after and (kind not in {Kind.INSERT, Kind.MOVE} or not version.revisions.filter(article=after).exists()):
        raise WrongState
    if base and kind == Kind.MOVE:
        before = version.revisions.filter(position__lt=base.position).order_by("-position").first()
        if after == base.article or (before.article_id if before else None) == (after.pk if after else None):
            raise NothingProposed


def _settle(amendment: Amendment, state: str) -> None:
    if state not in Amendment.TRANSITIONS[amendment.state]:
        raise AlreadyDone
    amendment.state, amendment.settled_at = state, timezone.now()
    amendment.save(update_fields=["state", "settled_at"])


def _in_preparation(agreement: Agreement, by: User) -> tuple[Agreement, TextVersion]:
    """The agreement and the version that takes accepted amendments; begun here if there is none yet."""
    if agreement.state == Agreement.State.CONSOLIDATED:
        return agreement, newest(agreement)
    with override("it"):  # the text's own language
        note = _("With the amendments accepted")
    version = prepare_version(agreement=agreement, note=note, by=by)
    return lock(agreement), version


def _agreed(amendment: Amendment, foreseen: Foreseen, outcome: str, draft: Draft | None, seen: str) -> Draft | None:
    """The text to be written; None removes the article."""
    if outcome == Outcome.ACCEPTED:
        if foreseen.clash:
            raise Conflicting(foreseen)
        return foreseen.draft
    if seen != foreseen.seen:
        raise TextMoved
    if draft:
        heading, source = normal(draft.heading), normal(draft.source)
        if not (heading and source):
            raise NothingProposed
        return Draft(heading, source)
    if amendment.kind == Kind.DELETE and foreseen.clash == Clash.CHANGED:
        return None
    if amendment.kind == Kind.MOVE and foreseen.clash == Clash.MOVED:
        return foreseen.draft
    raise NothingProposed


def _written(
    amendment: Amendment, version: TextVersion, now: ArticleRevision | None, text: Draft | None, outcome: str, reason: str,
    by: User,
) -> AmendmentDecision:  # fmt: skip
    before = Draft(now.heading, now.source) if now else Draft("", "")
    revision = applying.put(amendment, version, text)
    return AmendmentDecision.objects.create(
        amendment=amendment, outcome=outcome, reason=reason, by=by, version=version,
        article=revision.article if revision else amendment.article, heading_before=before.heading,
        source_before=before.source, heading=revision.heading if revision else "",
        source=revision.source if revision else "", is_removed=revision is None,
    )  # fmt: skip


def _uid(article: Article | None) -> str:
    return str(article.uid) if article else ""


def _sha256(heading: str, source: str) -> str:
    return hashlib.sha256(f"{heading}\n\n{source}".encode()).hexdigest() if heading or source else ""
