"""Everything that changes an agreement. Each verb locks the agreement's row and appends to its audit chain."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from agreements import audit, documents, signals
from agreements.markup import normal, text_sha256
from agreements.models import (
    Adhesion,
    Agreement,
    Article,
    ArticleRevision,
    Comment,
    FrozenDocument,
    Party,
    Position,
    ReviewRound,
    SignedFile,
    TextVersion,
)
from organisations.models import Organisation, User
from organisations.roles import Permission

State = Agreement.State


class WrongState(Exception):
    """The agreement is not in a state that allows this."""


class NotEntitled(Exception):
    """This user may not do this for a party of the agreement."""


class NothingToShare(Exception):
    """The text has no article, or the agreement no party."""


class AlreadyDone(Exception):
    """This was done before; nothing is written again."""


class NotASignedFile(Exception):
    """The upload is neither a PDF nor a CAdES envelope (.p7m)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An article to be written: heading and Markdown text."""

    heading: str
    source: str


# -- the text --------------------------------------------------------------------------------------------------------


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
        _write(version, Article.objects.create(agreement=agreement), position, draft)
    audit.record(agreement, "created", by.email, parties=[o.name for o, _kind in organisations])
    return agreement


@transaction.atomic
def add_article(*, agreement: Agreement, draft: Draft, by: User) -> ArticleRevision:
    """Append an article to the version in preparation. Raises WrongState."""
    agreement, version = _lock_text(agreement)
    article = Article.objects.create(agreement=agreement)
    position = version.revisions.count() + 1
    revision = _write(version, article, position, draft)
    audit.record(agreement, "article_added", by.email, article=str(article.uid), version=version.number)
    return revision


@transaction.atomic
def edit_article(*, revision: ArticleRevision, draft: Draft, by: User) -> ArticleRevision:
    """Rewrite an article of the version in preparation. Raises WrongState."""
    agreement, version = _lock_text(revision.version.agreement)
    if revision.version_id != version.pk:
        raise WrongState
    revision.heading, revision.source = normal(draft.heading), normal(draft.source)
    revision.save(update_fields=["heading", "source"])
    audit.record(agreement, "article_edited", by.email, article=str(revision.article.uid), version=version.number)
    return revision


@transaction.atomic
def move_article(*, revision: ArticleRevision, up: bool, by: User) -> None:
    """Swap an article with its neighbour; at the end nothing happens. Raises WrongState."""
    agreement, version = _lock_text(revision.version.agreement)
    order = list(version.in_order())
    index = next((i for i, other in enumerate(order) if other.pk == revision.pk), None)
    if index is None:
        raise WrongState
    other = index - 1 if up else index + 1
    if not 0 <= other < len(order):
        return
    order[index], order[other] = order[other], order[index]
    _number(order)
    audit.record(agreement, "article_moved", by.email, article=str(revision.article.uid), version=version.number)


@transaction.atomic
def remove_article(*, revision: ArticleRevision, by: User) -> None:
    """Leave an article out of the version in preparation; earlier versions keep it. Raises WrongState."""
    agreement, version = _lock_text(revision.version.agreement)
    if revision.version_id != version.pk:
        raise WrongState
    uid = str(revision.article.uid)
    ArticleRevision.objects.filter(pk=revision.pk).delete()
    _number(list(version.in_order()))
    audit.record(agreement, "article_removed", by.email, article=uid, version=version.number)


# -- the review -----------------------------------------------------------------------------------------------------


@transaction.atomic
def share(*, agreement: Agreement, closes_at: datetime, by: User, note: str = "") -> ReviewRound:
    """Lay the version in preparation before the parties; from now on its text cannot change.

    Raises WrongState, NothingToShare. Announces agreement_shared.
    """
    agreement = _lock(agreement, for_state=State.SHARED)
    version = _newest(agreement)
    revisions = list(version.in_order())
    if not revisions or not agreement.parties.exists():
        raise NothingToShare
    version.text_sha256, version.shared_at = text_sha256(revisions), timezone.now()
    version.note = note or version.note
    version.save(update_fields=["text_sha256", "shared_at", "note"])
    review_round = ReviewRound.objects.create(version=version, closes_at=closes_at)
    _move(agreement, State.SHARED)
    audit.record(agreement, "shared", by.email, version=version.number, text_sha256=version.text_sha256,
                 closes_at=closes_at.isoformat())  # fmt: skip
    signals.agreement_shared.send(sender=Agreement, agreement=agreement, review_round=review_round, by=by)
    return review_round


@transaction.atomic
def comment(*, revision: ArticleRevision, body: str, visibility: str, by: User) -> Comment:
    """Remark on an article of the version under review. Raises WrongState, NotEntitled."""
    agreement = _lock(revision.version.agreement)
    _open_round_of(agreement, revision.version)
    party = agreement.party_of(by, Permission.COMMENT_DRAFTS)
    if party is None and not by.has_permission(Permission.MANAGE_AGREEMENTS):
        raise NotEntitled
    written = Comment.objects.create(revision=revision, party=party, author=by, visibility=visibility, body=body)
    audit.record(
        agreement, "commented", by.email, article=str(revision.article.uid), version=revision.version.number,
        comment=written.pk, sha256=hashlib.sha256(body.encode()).hexdigest(),
    )  # fmt: skip
    return written


@transaction.atomic
def record_position(*, agreement: Agreement, kind: str, note: str, by: User) -> Position:
    """Record what a party says to the version under review; until the review closes it may be changed.

    Raises WrongState, NotEntitled.
    """
    agreement = _lock(agreement)
    review_round = _open_round_of(agreement)
    party = agreement.party_of(by, Permission.RECORD_POSITION)
    if party is None:
        raise NotEntitled
    position, _created = Position.objects.update_or_create(
        review_round=review_round,
        party=party,
        defaults={"kind": kind, "note": note, "by": by, "at": timezone.now()},
    )
    audit.record(agreement, "position_recorded", by.email, party=party.organisation.name, position=kind,
                 version=review_round.version.number)  # fmt: skip
    return position


@transaction.atomic
def close_observations(*, agreement: Agreement, by: User) -> Agreement:
    """End the review; parties that said nothing are recorded as silent. Raises WrongState."""
    agreement = _lock(agreement, for_state=State.OBSERVATIONS_CLOSED)
    review_round = _open_round_of(agreement)
    heard = review_round.positions.values("party")
    silent = list(agreement.parties.exclude(pk__in=heard).select_related("organisation").order_by("position"))
    for party in silent:
        Position.objects.create(review_round=review_round, party=party, kind=Position.Kind.SILENT)
    review_round.closed_at = timezone.now()
    review_round.save(update_fields=["closed_at"])
    _move(agreement, State.OBSERVATIONS_CLOSED)
    audit.record(agreement, "observations_closed", by.email, version=review_round.version.number,
                 silent=[party.organisation.name for party in silent])  # fmt: skip
    return agreement


@transaction.atomic
def prepare_version(*, agreement: Agreement, note: str, by: User) -> TextVersion:
    """Begin a new version as a copy of the last; the articles keep their identity. Raises WrongState."""
    agreement = _lock(agreement, for_state=State.CONSOLIDATED)
    last = _newest(agreement)
    version = TextVersion.objects.create(agreement=agreement, number=last.number + 1, note=note)
    for old in last.in_order():
        _write(version, old.article, old.position, Draft(old.heading, old.source))
    _move(agreement, State.CONSOLIDATED)
    audit.record(agreement, "version_prepared", by.email, version=version.number, note=note)
    return version


# -- the document --------------------------------------------------------------------------------------------------


@transaction.atomic
def freeze(*, agreement: Agreement, by: User) -> FrozenDocument:
    """Make the last shared version the final text: its PDF is rendered once and stored with its SHA-256.

    Raises WrongState, documents.CannotRender (nothing is written then). Announces agreement_frozen.
    """
    agreement = _lock(agreement, for_state=State.FROZEN)
    version = _newest(agreement)
    rendering = documents.render(agreement, version)
    document = FrozenDocument.objects.create(
        agreement=agreement,
        version=version,
        content=rendering.content,
        sha256=rendering.sha256,
        size=len(rendering.content),
        page_count=rendering.page_count,
        frozen_by=by,
    )
    _move(agreement, State.FROZEN)
    audit.record(agreement, "frozen", by.email, version=version.number, text_sha256=version.text_sha256,
                 sha256=document.sha256, size=document.size)  # fmt: skip
    signals.agreement_frozen.send(sender=Agreement, agreement=agreement, document=document, by=by)
    return document


@transaction.atomic
def open_signing(*, agreement: Agreement, by: User) -> Agreement:
    """Let the parties record their adhesion. Raises WrongState. Announces signing_opened."""
    agreement = _lock(agreement, for_state=State.SIGNING)
    document = _document(agreement)
    _move(agreement, State.SIGNING)
    audit.record(agreement, "signing_opened", by.email, sha256=document.sha256)
    signals.signing_opened.send(sender=Agreement, agreement=agreement, document=document, by=by)
    return agreement


@transaction.atomic
def adhere(*, agreement: Agreement, name: str, office_held: str, statement: str, by: User) -> Adhesion:
    """Record a party's adhesion to the frozen document; the last one concludes the agreement.

    It is no digital signature (regulation (EU) 910/2014, art. 3): the statement says so and names the SHA-256.
    Raises WrongState, NotEntitled, AlreadyDone. Announces adhesion_recorded, agreement_concluded.
    """
    agreement = _lock(agreement)
    if agreement.state != State.SIGNING:
        raise WrongState
    party = agreement.party_of(by, Permission.RECORD_ADHESION)
    if party is None:
        raise NotEntitled
    document = _document(agreement)
    if document.adhesions.filter(party=party).exists():
        raise AlreadyDone
    adhesion = Adhesion.objects.create(
        document=document, party=party, by=by, by_name=name, office_held=office_held, statement=statement
    )
    audit.record(agreement, "adhesion_recorded", by.email, party=party.organisation.name, office=office_held,
                 name=name, sha256=document.sha256, statement=statement)  # fmt: skip
    signals.adhesion_recorded.send(sender=Agreement, agreement=agreement, adhesion=adhesion, by=by)
    if document.adhesions.count() == agreement.parties.count():
        _conclude(agreement, by)
    return adhesion


@transaction.atomic
def upload_signed_file(*, agreement: Agreement, filename: str, content: bytes, by: User) -> SignedFile:
    """Keep a party's signed file byte for byte with its SHA-256; what it is worth is verified elsewhere.

    Raises WrongState, NotEntitled, NotASignedFile, AlreadyDone (the same bytes again).
    """
    agreement = _lock(agreement)
    if agreement.state not in {State.SIGNING, State.CONCLUDED}:
        raise WrongState
    party = agreement.party_of(by, Permission.RECORD_ADHESION)
    if party is None:
        raise NotEntitled
    media_type = media_type_of(content)
    document, sha256 = _document(agreement), hashlib.sha256(content).hexdigest()
    if document.signed_files.filter(party=party, sha256=sha256).exists():
        raise AlreadyDone
    kept = SignedFile.objects.create(
        document=document, party=party, filename=filename, media_type=media_type, content=content, sha256=sha256,
        size=len(content), uploaded_by=by,
    )  # fmt: skip
    audit.record(agreement, "signed_file_uploaded", by.email, party=party.organisation.name, filename=filename,
                 sha256=sha256, size=len(content))  # fmt: skip
    return kept


def media_type_of(content: bytes) -> str:
    """By its first bytes, never by its name. Raises NotASignedFile.

    A CAdES envelope is a DER or BER SEQUENCE holding the OID of signedData (RFC 5652 section 5.1).
    """
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    signed_data = bytes.fromhex("06092a864886f70d010702")
    if content.startswith(b"\x30") and signed_data in content[:32]:
        return "application/pkcs7-mime"
    raise NotASignedFile


@transaction.atomic
def publish(*, agreement: Agreement, by: User) -> Agreement:
    """Put the agreement on the public register; again changes nothing. Raises WrongState for a draft."""
    agreement = _lock(agreement)
    if agreement.state == State.DRAFT:
        raise WrongState
    if not agreement.published_at:
        agreement.published_at = timezone.now()
        agreement.save(update_fields=["published_at"])
        audit.record(agreement, "published", by.email)
    return agreement


@transaction.atomic
def withdraw(*, agreement: Agreement, reason: str, by: User) -> Agreement:
    """End it before it is concluded. Raises WrongState. Announces agreement_withdrawn unless it was a draft."""
    agreement = _lock(agreement, for_state=State.WITHDRAWN)
    was_draft = agreement.state == State.DRAFT
    ReviewRound.objects.filter(version__agreement=agreement, closed_at__isnull=True).update(closed_at=timezone.now())
    agreement.withdrawn_at, agreement.withdrawal_reason = timezone.now(), reason
    _move(agreement, State.WITHDRAWN, "withdrawn_at", "withdrawal_reason")
    audit.record(agreement, "withdrawn", by.email, reason=reason)
    if not was_draft:
        signals.agreement_withdrawn.send(sender=Agreement, agreement=agreement, reason=reason, by=by)
    return agreement


# -- inside ----------------------------------------------------------------------------------------------------------


def _lock(agreement: Agreement, for_state: str | None = None) -> Agreement:
    """The agreement's row, locked: everything about it queues here. Raises WrongState."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if for_state and for_state not in Agreement.TRANSITIONS[agreement.state]:
        raise WrongState
    return agreement


def _lock_text(agreement: Agreement) -> tuple[Agreement, TextVersion]:
    """Agreement and the version in preparation. Raises WrongState."""
    agreement = _lock(agreement)
    if not agreement.is_editable:
        raise WrongState
    return agreement, _newest(agreement)


def _newest(agreement: Agreement) -> TextVersion:
    version = agreement.newest_version()
    if version is None:
        raise NothingToShare
    return version


def _document(agreement: Agreement) -> FrozenDocument:
    document = agreement.current_document()
    if document is None:
        raise WrongState
    return document


def _open_round_of(agreement: Agreement, version: TextVersion | None = None) -> ReviewRound:
    review_round = agreement.open_round()
    if review_round is None or (version and review_round.version_id != version.pk):
        raise WrongState
    return review_round


def _move(agreement: Agreement, state: str, *also: str) -> None:
    agreement.state = state
    agreement.save(update_fields=["state", *also])


def _conclude(agreement: Agreement, by: User) -> None:
    agreement.concluded_at = timezone.now()
    _move(agreement, State.CONCLUDED, "concluded_at")
    audit.record(agreement, "concluded", by.email)
    signals.agreement_concluded.send(sender=Agreement, agreement=agreement, by=by)


def _write(version: TextVersion, article: Article, position: int, draft: Draft) -> ArticleRevision:
    values: dict[str, Any] = {"heading": normal(draft.heading), "source": normal(draft.source)}
    return ArticleRevision.objects.create(version=version, article=article, position=position, **values)


def _number(order: list[ArticleRevision]) -> None:
    for position, revision in enumerate(order, start=1):
        if revision.position != position:
            revision.position = position
            revision.save(update_fields=["position"])
