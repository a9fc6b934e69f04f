"""Write down how each message's way ended: its new state, an attempt for the ledger, and what the lane learns of it."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from notifications.models import SECRET_KINDS, Attempt, Delivery, Fact, Suppression, hash_address
from notifications.providers import names
from notifications.sending import claims, lanes
from notifications.sending.relay import Outcome
from notifications.webhooks import facts

logger = logging.getLogger(__name__)
State = Delivery.State
#: Waits after a refusal for now (4xx): 1, 5, 15 minutes, 1, 4, 12 hours, within two days; then the message fails.
RETRY_LADDER = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720)]
LONGEST_TRY = timedelta(hours=48)
#: From these states a result may still be written; the second is a worker thought dead that has the answer after all.
OPEN = (State.SENDING, State.UNCERTAIN)
_KINDS = {
    Outcome.ACCEPTED: Attempt.Outcome.ACCEPTED,
    Outcome.DEFERRED: Attempt.Outcome.DEFERRED,
    Outcome.STRAINED: Attempt.Outcome.DEFERRED,
    Outcome.POLICY: Attempt.Outcome.DEFERRED,
    Outcome.REFUSED: Attempt.Outcome.REFUSED,
    Outcome.SLOWED: Attempt.Outcome.RELAY_DOWN,
    Outcome.CROWDED: Attempt.Outcome.RELAY_DOWN,
    Outcome.RELAY_DOWN: Attempt.Outcome.RELAY_DOWN,
    Outcome.UNCERTAIN: Attempt.Outcome.UNCERTAIN,
}
#: RFC 3463: 5.1.x is a bad address. 5.2.2 (full) and 5.7.x (policy) are not the address's fault.
_UNKNOWN = re.compile(r"^55[0-9] 5\.1\.")
Ended = tuple[Delivery, Outcome, str]


class _NotAllOurs(Exception):
    """Somebody else decided about one of these rows meanwhile."""


def write(ended: Iterable[Ended], owner: str) -> dict[str, int]:
    """Record these results; how many rows became what. Rows that are no longer ours stay as they are, unmentioned."""
    ended = [(row, outcome, _plain(reply)) for row, outcome, reply in ended]
    try:
        return _write_all(ended, owner)
    except _NotAllOurs:  # rare, so nobody pays for the question beforehand
        return _write_ours(ended, owner)


@transaction.atomic
def _write_ours(ended: list[Ended], owner: str) -> dict[str, int]:
    held = Delivery.objects.select_for_update().filter(claims.among(row.pk for row, *_ in ended), owner=owner)
    found = dict(held.values_list("pk", "state"))
    ours = []
    for row, outcome, reply in ended:
        # silence says nothing new of one that is uncertain already
        if found.get(row.pk) in ((State.SENDING,) if outcome == Outcome.UNCERTAIN else OPEN):
            ours.append((row, outcome, reply))
        else:
            logger.warning("too late to be written down for %s: %s", row.key, outcome)
    return _write_all(ours, owner)


@transaction.atomic
def _write_all(ended: list[Ended], owner: str) -> dict[str, int]:
    """All of them, or _NotAllOurs and none."""
    report = dict.fromkeys(("accepted", "failed", "deferred", "uncertain"), 0)
    by_outcome: dict[Outcome, list[tuple[Delivery, str]]] = {}
    for row, outcome, reply in ended:
        by_outcome.setdefault(outcome, []).append((row, reply))
    for outcome, rows in by_outcome.items():
        for name, count in _WRITERS[outcome](rows, owner).items():
            report[name] += count
    if sum(report.values()) != len(ended):
        raise _NotAllOurs
    _count(row for row, outcome, _reply in ended if outcome == Outcome.ACCEPTED)
    note((row.pk, _KINDS[outcome], reply) for row, outcome, reply in ended)
    names.remember((row, reply) for row, outcome, reply in ended if outcome == Outcome.ACCEPTED)
    return report


def _count(accepted: Iterable[Delivery]) -> None:
    """For the day of their lanes."""
    by_lane: dict[str, Counter[str]] = {}
    for row in accepted:
        by_lane.setdefault(row.lane, Counter())[row.domain_group] += 1
    for lane, counts in by_lane.items():
        lanes.count_sent(lane, counts, timezone.now())


def _plain(reply: str) -> str:
    """Words that any database takes: PostgreSQL keeps no NUL."""
    return reply[:500].replace("\0", " ")


def note(tries: Iterable[tuple[int, str, str]]) -> None:
    """Attempts for the ledger: (delivery, outcome, words). Plain SQL: the ORM takes longer than the relay."""
    rows = list(tries)
    if not rows:
        return
    keys, outcomes, words = [pk for pk, *_ in rows], [str(o) for _, o, _ in rows], [w[:500] for *_, w in rows]
    place = f"INSERT INTO {Attempt._meta.db_table} (delivery_id, outcome, reply, at)"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            source = "SELECT *, statement_timestamp() FROM unnest(%s::bigint[], %s::text[], %s::text[])"
            cursor.execute(f"{place} {source}", [keys, outcomes, words])
        else:
            source = "VALUES (%s, %s, %s, strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now'))"
            cursor.executemany(f"{place} {source}", list(zip(keys, outcomes, words, strict=True)))


def _accepted(rows: list[tuple[Delivery, str]], owner: str) -> dict[str, int]:
    done = {"state": State.ACCEPTED, "accepted_at": timezone.now(), "lease_until": None, "owner": "", "reply": ""}
    # a sign-in code is nobody's business afterwards
    codes = [row.pk for row, _reply in rows if row.kind in SECRET_KINDS]
    others = [row.pk for row, _reply in rows if row.kind not in SECRET_KINDS]
    count = claims.put(codes, owner, OPEN, **done, payload={}) if codes else 0
    return {"accepted": count + (claims.put(others, owner, OPEN, **done) if others else 0)}


def _deferred(rows: list[tuple[Delivery, str]], owner: str) -> dict[str, int]:
    """Later, one rung up; past the last rung, or when it would be too late, it fails."""
    count, failed, now = 0, [], timezone.now()
    for row, reply in rows:
        rung = row.attempts  # as it was claimed: before this attempt
        later = now + RETRY_LADDER[min(rung, len(RETRY_LADDER) - 1)]
        too_late = later - (row.tried_since or row.created_at) > LONGEST_TRY or (
            row.expires_at is not None and later >= row.expires_at
        )
        if rung >= len(RETRY_LADDER) or too_late:
            failed.append((row, reply))
        else:
            count += claims.put([row.pk], owner, OPEN, **claims.FREE, not_before=later, reply=reply)
    return {"deferred": count, **_refused(failed, owner)}


def _refused(rows: list[tuple[Delivery, str]], owner: str) -> dict[str, int]:
    _suppress_the_unknown([row.address for row, reply in rows if _UNKNOWN.match(reply)])
    ended = [row for row, reply in rows if _end(row, owner, State.FAILED, reply)]
    if ended:
        facts.of_deliveries(Fact.DELIVERY_FAILED, ended, State.FAILED)
    return {"failed": len(ended)}


def _end(row: Delivery, holder: str, state: str, reply: str) -> int:
    return claims.put([row.pk], holder, OPEN, **row.ended_as(state), lease_until=None, owner="", reply=reply)


def _suppress_the_unknown(addresses: list[str]) -> None:
    """Refused twice because there is no such mailbox: no more invitations. Once may be a relay's mistake."""
    for address in addresses:
        # asked of the attempts: a row that was sent again has forgotten its first refusal
        refused = Attempt.objects.filter(outcome=Attempt.Outcome.REFUSED, reply__regex=_UNKNOWN.pattern)
        before = refused.filter(delivery__address=address)
        if before.exists():
            Suppression.objects.get_or_create(
                address_hash=hash_address(address),
                scope=Suppression.Scope.ALL,
                by=Suppression.Author.PORTAL,
                defaults={"reason": "unknown mailbox"},
            )


def _not_its_fault(rows: list[tuple[Delivery, str]], owner: str) -> dict[str, int]:
    """The relay is unwell: the attempt does not count."""
    back = {**claims.FREE, "attempts": F("attempts") - 1}
    return {"deferred": sum(claims.put([row.pk], owner, OPEN, **back, reply=reply) for row, reply in rows)}


def _uncertain(rows: list[tuple[Delivery, str]], owner: str) -> dict[str, int]:
    count = sum(
        claims.put(
            [row.pk], owner, [State.SENDING], state=State.UNCERTAIN, lease_until=None, reply=reply,
            uncertain_count=F("uncertain_count") + 1,
        )
        for row, reply in rows
    )  # fmt: skip
    claims.resend_doubtful([row.pk for row, _reply in rows])
    return {"uncertain": count}


_WRITERS: dict[Outcome, Callable[[list[tuple[Delivery, str]], str], dict[str, int]]] = {
    Outcome.ACCEPTED: _accepted,
    Outcome.DEFERRED: _deferred,
    Outcome.STRAINED: _deferred,
    Outcome.POLICY: _deferred,
    Outcome.REFUSED: _refused,
    Outcome.SLOWED: _not_its_fault,
    Outcome.CROWDED: _not_its_fault,
    Outcome.RELAY_DOWN: _not_its_fault,
    Outcome.UNCERTAIN: _uncertain,
}

#: Begun for the database, but the relay stopped before them: as if they had never been taken.
UNTOUCHED: dict[str, object] = {**claims.FREE, "attempts": F("attempts") - 1}
