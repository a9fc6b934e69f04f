"""From an audience to rows: everybody in as a delivery, everybody out with the reason, frozen together."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from events.models import Invitation
from events.services import invite_all
from notifications import audiences
from notifications.audiences import Candidate
from notifications.models import Campaign, Delivery, Exclusion, Lane, domain_group_of, hash_address, message_id_of
from organisations.models import Organisation

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


def words_of(campaign: Campaign, candidates: Iterable[Candidate]) -> Iterator[tuple[Candidate, dict[str, str]]]:
    """Each candidate with what their letter will say of them (the row's payload). One query."""
    known = {
        pk: (name, municipality)
        for pk, name, municipality in Organisation.objects.values_list("pk", "name", "municipality").iterator()
    }
    for candidate in candidates:
        organisation, municipality = known.get(candidate.organisation or 0, ("", ""))
        person = candidate.name if candidate.name not in {organisation, candidate.address} else ""
        words = {
            "organisation": organisation or candidate.name,
            "municipality": municipality,
            "source": candidate.origin.in_language(candidate.language),
        }
        yield candidate, {**words, "person": person if organisation else ""}


def plan(campaign: Campaign, candidates: list[Candidate]) -> int:
    """Write the rows of those who are in, and who is out; how many are in. In the caller's transaction.

    Whoever has a row keeps it: planning again adds only newcomers. 100,000 in about three seconds.
    """
    chosen = [candidate for candidate in candidates if candidate.is_in]
    keys = _invitations(campaign, chosen)
    # in the order of a hash, so that the first few are a fair sample and not the letter A
    rows = sorted(words_of(campaign, chosen), key=lambda row: hash_address(row[0].address))
    now = timezone.now()
    for start in range(0, len(rows), CHUNK):
        insert(_row(campaign, candidate, words, keys, now) for candidate, words in rows[start : start + CHUNK])
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


def _invitations(campaign: Campaign, chosen: list[Candidate]) -> dict[int, UUID]:
    if campaign.purpose != Campaign.Purpose.INVITATION:
        return {}
    organisations = {candidate.organisation for candidate in chosen if candidate.organisation}
    return invite_all(event=campaign.event, organisations=organisations)


def _row(
    campaign: Campaign, candidate: Candidate, words: dict[str, str], keys: dict[int, UUID], now: datetime
) -> dict[str, Any]:
    key, invitation = uuid4(), keys.get(candidate.organisation or 0)
    payload = {"event": campaign.event_id, **words, **({"key": invitation.hex} if invitation else {})}
    return {
        "key": key,
        "kind": "invitation",
        "idempotency_key": f"c:{campaign.pk}:{hash_address(candidate.address)[:32]}",
        "lane": Lane.BULK.value,
        "domain_group": domain_group_of(candidate.address),
        "state": "ready",
        "address": candidate.address,
        "name": candidate.name if candidate.name != candidate.address else "",
        "language": candidate.language,
        "payload": payload,
        "campaign_id": campaign.pk,
        "organisation_id": candidate.organisation,
        "message_id": message_id_of(key),
        "calendar_method": "PUBLISH" if campaign.calendar == Campaign.Calendar.FILE else "",
        "created_at": now,
        "not_before": now,
        "expires_at": campaign.event.starts_at if campaign.purpose == Campaign.Purpose.INVITATION else None,
        "attempts": 0,
        "uncertain_count": 0,
        "owner": "",
        "reply": "",
    }


def example(campaign: Campaign, candidate: Candidate) -> Delivery:
    """The row this candidate would get, unsaved. A look invites nobody: its link fills nothing in before they are."""
    _candidate, words = next(iter(words_of(campaign, [candidate])))
    invitation = Invitation.objects.filter(event=campaign.event_id, organisation=candidate.organisation).first()
    keys = {candidate.organisation: invitation.key if invitation else uuid4()} if candidate.organisation else {}
    row = Delivery(**_row(campaign, candidate, words, keys, timezone.now()))
    row.campaign = campaign
    return row


def insert(rows: Iterable[dict[str, Any]]) -> None:
    """Write these deliveries unless their idempotency key is there. Plain SQL: the ORM takes ten times as long."""
    rows = list(rows)
    if not rows:
        return
    columns, table = list(rows[0]), Delivery._meta.db_table
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            kinds = ", ".join(f'"{column}" {_TYPES.get(column, "text")}' for column in columns)
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_to_recordset(%s::jsonb) AS r({kinds}) "  # noqa: S608
                "ON CONFLICT DO NOTHING",
                [json.dumps(rows, default=str)],
            )
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})",  # noqa: S608
                [[_plain(value) for value in row.values()] for row in rows],
            )


_TYPES = {
    "key": "uuid",
    "payload": "jsonb",
    "campaign_id": "bigint",
    "organisation_id": "bigint",
    "created_at": "timestamptz",
    "not_before": "timestamptz",
    "expires_at": "timestamptz",
    "attempts": "integer",
    "uncertain_count": "integer",
}


def _plain(value: Any) -> Any:
    """As Django writes it into SQLite."""
    match value:
        case UUID():
            return value.hex
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
        case dict():
            return json.dumps(value)
        case _:
            return value
