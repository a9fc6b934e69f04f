"""What the owner of an address wishes to get: written by hash, so that it survives a new import of the list.

Only what the person said is taken back by their own links. What the portal knows of a mailbox (it does not exist) stays
until an organiser lifts it.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from notifications.models import MailLanguage, OutboxAct, Suppression, hash_address
from organisations.models import User

Scope, Author, PERSONS_WORD = Suppression.Scope, Suppression.Author, Suppression.PERSONS_WORD
#: What `reason` says where a person said it.
UNSUBSCRIBED, CHOSEN = "unsubscribed", "chosen under preferences"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an address gets. `language`: empty where nothing was chosen, then the list's own holds."""

    invitations: bool
    news: bool
    language: str = ""
    #: The portal itself writes no more: the mailbox was reported as unknown. No wish changes that.
    is_closed: bool = False


def wishes_of(address_hash: str) -> Wishes:
    """What the person said so far, by default everything. Two queries."""
    rows = list(Suppression.objects.filter(address_hash=address_hash))
    own = {row.scope for row in rows if row.by in PERSONS_WORD}
    return Wishes(
        invitations=not own & {Scope.ALL, Scope.INVITATION},
        news=not own & {Scope.ALL, Scope.NEWS},
        language=MailLanguage.objects.of([address_hash]).get(address_hash, ""),
        is_closed=any(row.scope == Scope.ALL and row.by == Author.PORTAL for row in rows),
    )


@transaction.atomic
def unsubscribe(*, address_hash: str) -> None:
    """No more invitations or news to this address; again changes nothing. Confirmations and changes still go out."""
    _refuse(address_hash, {Scope.ALL}, UNSUBSCRIBED)


@transaction.atomic
def subscribe_again(*, address_hash: str) -> None:
    """Take back `unsubscribe`: what was refused before it by choice stays refused, and so does an unknown mailbox."""
    Suppression.objects.filter(address_hash=address_hash, scope=Scope.ALL, by__in=PERSONS_WORD).delete()


@transaction.atomic
def save_wishes(*, address_hash: str, invitations: bool, news: bool, language: str) -> None:
    """Bring what the person said to exactly this; what is unchanged keeps its date.

    `language`: `it`, `en`, or empty for the list's own. The directory is not touched.
    """
    refused = {scope for scope, is_wanted in ((Scope.INVITATION, invitations), (Scope.NEWS, news)) if not is_wanted}
    if len(refused) == 2:
        refused = {Scope.ALL}
    own = Suppression.objects.filter(address_hash=address_hash, by__in=PERSONS_WORD)
    own.exclude(scope__in=refused).delete()
    _refuse(address_hash, refused, CHOSEN)
    _choose_language(address_hash, language)


def _refuse(address_hash: str, scopes: set[Suppression.Scope], reason: str) -> None:
    """Beside what the portal knows or an organiser wrote down: each author's word outlives the others'."""
    for scope in scopes:
        Suppression.objects.get_or_create(
            address_hash=address_hash, scope=scope, by=Author.PERSON, defaults={"reason": reason}
        )


@transaction.atomic
def keep_refusal(*, address: str, scope: str, reason: str, by: User) -> bool:
    """Write down what a person asked an organiser for; False if an organiser had done so already."""
    digest = hash_address(address)
    _row, is_new = Suppression.objects.get_or_create(
        address_hash=digest, scope=scope, by=Author.ORGANISER, defaults={"reason": reason}
    )
    if is_new:
        OutboxAct.note(OutboxAct.Verb.REFUSAL_KEPT, by=by, address_hash=digest, scope=scope, reason=reason)
    return is_new


@transaction.atomic
def lift_refusal(*, refusal: Suppression, reason: str, by: User) -> None:
    """Delete one, whoever said it; again changes nothing."""
    deleted, _by_model = Suppression.objects.filter(pk=refusal.pk).delete()
    if deleted:
        facts = {"address_hash": refusal.address_hash, "scope": refusal.scope, "said_by": refusal.by}
        OutboxAct.note(OutboxAct.Verb.REFUSAL_LIFTED, by=by, reason=reason, **facts)


def _choose_language(address_hash: str, language: str) -> None:
    chosen = MailLanguage.objects.filter(address_hash=address_hash)
    if not language:
        chosen.delete()
    elif not chosen.filter(language=language).exists():
        MailLanguage.objects.update_or_create(
            address_hash=address_hash, defaults={"language": language, "since": timezone.now()}
        )
