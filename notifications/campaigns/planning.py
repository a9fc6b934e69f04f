"""From an audience to rows: everybody in as a delivery, everybody out with the reason, frozen together."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from events.services import invite_all
from notifications import audiences
from notifications.audiences import Candidate
from notifications.models import Campaign, Delivery, Exclusion, Lane, domain_group_of, hash_address, message_id_of
from notifications.sending import many
from organisations import bulk
from organisations.models import Organisation, User

#: Rows of one statement: large enough to be fast, small enough to be nothing in memory.
CHUNK = 5000


def audience(campaign: Campaign) -> list[Candidate]:
    """Everybody the campaign's audience names now, in or out with the reason."""
    inviting = campaign.purpose == Campaign.Purpose.INVITATION
    told = Delivery.objects.filter(campaign=campaign).values_list("address", flat=True)
    return audiences.candidates(
        campaign.audience,
        event=campaign.event if inviting else None,
        purpose=campaign.purpose,
        already_told=frozenset(told.iterator()),
    )


#: What the letter of a candidate says of them: the words of its row's payload.
WordsOf = Callable[[Candidate], dict[str, str]]


def words_of(candidates: Iterable[Candidate]) -> WordsOf:
    """What the letter of each of these will say of them (the row's payload). One query, here, for all of them."""
    keys = {candidate.organisation for candidate in candidates if candidate.organisation}
    rows = Organisation.objects.filter(many.among(Organisation, "id", keys)).values_list("pk", "name", "municipality")
    known = {pk: (name, municipality) for pk, name, municipality in rows.iterator()} if keys else {}

    def words(candidate: Candidate) -> dict[str, str]:
        organisation, municipality = known.get(candidate.organisation or 0, ("", ""))
        person = candidate.name if candidate.name not in {organisation, candidate.address} else ""
        return {
            "organisation": organisation or candidate.name,
            "municipality": municipality,
            "source": candidate.origin.in_language(candidate.language),
            "person": person if organisation else "",
        }

    return words


def plan(campaign: Campaign, candidates: list[Candidate], words: WordsOf, by: User | None = None) -> int:
    """Write the rows of those who are in; how many. In the caller's transaction. `words`: of all of them; `by`: who sends.

    Whoever has a row is out (told already) and keeps it: planning again adds only newcomers.
    """
    chosen = [candidate for candidate in candidates if candidate.is_in]
    keys = _invitations(campaign, chosen, by)
    # in the order of a hash, so that the first few are a fair sample and not the letter A; keys in order, so that their
    # index only grows at its end
    hashed = sorted(((hash_address(candidate.address), candidate) for candidate in chosen), key=itemgetter(0))
    rows = (
        _own(campaign, key, address_hash, candidate, words(candidate), keys)
        for key, (address_hash, candidate) in zip(bulk.keys(len(hashed)), hashed, strict=True)
    )
    bulk.insert(Delivery, _alike(campaign, timezone.now()), OWN, rows)
    return len(chosen)


def note_exclusions(campaign: Campaign, candidates: list[Candidate]) -> int:
    """Freeze who is left out, and why; how many."""
    out = [candidate for candidate in candidates if not candidate.is_in]
    Exclusion.objects.bulk_create(
        (
            Exclusion(
                campaign=campaign, address=candidate.address[:254], name=candidate.name[:200],
                organisation_id=candidate.organisation, reason=candidate.counted_as or "", detail=candidate.detail[:254],
            )
            for candidate in out
        ),
        batch_size=CHUNK,
    )  # fmt: skip
    return len(out)


def _invitations(campaign: Campaign, chosen: list[Candidate], by: User | None) -> dict[int, UUID]:
    if campaign.purpose != Campaign.Purpose.INVITATION:
        return {}
    organisations = {candidate.organisation for candidate in chosen if candidate.organisation}
    return invite_all(event=campaign.event, organisations=organisations, by=by)


#: What is a recipient's own in a row.
OWN = (
    "key",
    "idempotency_key",
    "domain_group",
    "address",
    "name",
    "language",
    "payload",
    "organisation_id",
    "message_id",
)


def _own(
    campaign: Campaign, key: UUID, address_hash: str, candidate: Candidate, words: dict[str, str], keys: dict[int, UUID]
) -> tuple[Any, ...]:
    """The values of OWN."""
    invitation = keys.get(candidate.organisation or 0)
    payload = {"event": campaign.event_id, **words, **({"key": invitation.hex} if invitation else {})}
    name = candidate.name if candidate.name != candidate.address else ""
    return (
        key.hex, f"c:{campaign.pk}:{address_hash[:32]}", domain_group_of(candidate.address), candidate.address, name,
        candidate.language, json.dumps(payload), candidate.organisation, message_id_of(key),
    )  # fmt: skip


def _alike(campaign: Campaign, now: datetime) -> dict[str, Any]:
    """What all rows of a campaign have in common."""
    return {
        "kind": "invitation", "lane": Lane.BULK, "state": Delivery.State.READY, "campaign_id": campaign.pk,
        "calendar_method": "PUBLISH" if campaign.calendar == Campaign.Calendar.FILE else "",
        "created_at": now, "not_before": now,
        "expires_at": None,  # until when is asked of the event when it leaves (desk.verdict): the event may move
        "attempts": 0, "uncertain_count": 0, "owner": "", "reply": "",
    }  # fmt: skip


def example(campaign: Campaign, candidate: Candidate) -> Delivery:
    """The row this candidate would get, unsaved. A look invites nobody: its link is nobody's, and opening it counts for none."""
    keys = {candidate.organisation: uuid4()} if candidate.organisation else {}
    words = words_of([candidate])(candidate)
    own = dict(zip(OWN, _own(campaign, uuid4(), hash_address(candidate.address), candidate, words, keys), strict=True))
    own |= {"key": UUID(own["key"]), "payload": json.loads(own["payload"])}
    row = Delivery(**_alike(campaign, timezone.now()), **own)
    row.campaign = campaign
    return row
