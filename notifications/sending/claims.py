"""Which rows a worker takes next, and what becomes of the rows of workers that died.

Every change of a row is a compare-and-set on (state, owner): a worker whose lease was taken away writes nothing.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils import timezone

from notifications.campaigns import rounds
from notifications.models import ACCOUNT, Attempt, Campaign, Delivery, Lane
from notifications.sending import journal, lanes, many
from notifications.sending.relay import FINAL_REPLY_SECONDS, Outcome

logger = logging.getLogger(__name__)
State = Delivery.State
#: What a row looks like when nobody holds it.
FREE = {"state": State.READY, "owner": "", "lease_until": None, "sending_since": None}
#: What nobody reads of a row in hand; each costs with every row.
UNREAD = (
    "idempotency_key", "organisation", "not_before", "owner", "lease_until", "sending_since", "accepted_at", "uncertain_count",
    "reply",
)  # fmt: skip
#: Of a message that may have been sent already, the campaign's hold included: longer than the longest honest silence.
SENDING_GRACE = FINAL_REPLY_SECONDS + 60


def among(keys: Iterable[int]) -> RawSQL:
    """The deliveries with these keys; for `filter`."""
    return many.among(Delivery, "id", keys)


def lease(*, sending: bool = False) -> object:
    """Until when a row is held, by the clock of the database that all workers share."""
    return Now() + timedelta(seconds=settings.MAIL_LEASE_SECONDS + (SENDING_GRACE if sending else 0))


def claim(owner: str, lane: str, batch: int) -> list[Delivery]:
    """Take up to `batch` due rows of a lane. One transaction; on PostgreSQL two workers never wait for each other."""
    now = timezone.now()
    with transaction.atomic():
        if connection.vendor == "postgresql":  # a lost claim is taken again; intents and results are waited for
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit TO off")
        allowance = lanes.allowance(lane, now)
        keys = [] if allowance.is_closed else _next(lane, allowance, batch, now)
        if not keys:
            return []
        # Ready they were when they were locked: each by itself on PostgreSQL, all by the IMMEDIATE transaction on SQLite.
        # To ask again would lead PostgreSQL, where its numbers are old, through all that waits.
        Delivery.objects.filter(among(keys)).update(state=State.LEASED, owner=owner, lease_until=lease())
        rows = list(Delivery.objects.filter(among(keys)).defer(*UNREAD).order_by("pk"))
        rows.sort(key=lambda row: row.kind != ACCOUNT)
        lanes.take(allowance, Counter(row.domain_group for row in rows), now)
    return rows


def _next(lane: str, allowance: lanes.Allowance, batch: int, now: datetime) -> list[int]:
    """Keys of due rows, locked where the database can. Each query walks one stretch of one index."""
    room = batch if allowance.total is None else min(batch, allowance.total)
    keys: list[int] = []
    for stream in _streams(lane, now):
        most = stream.most
        for group, free in _by_house(allowance):
            left = min(x for x in (room - len(keys), most, free) if x is not None)
            if left <= 0:
                continue
            due = Delivery.objects.due(now).filter(stream.condition, lane=lane, campaign=stream.campaign)
            if stream.campaign is None and lane == Lane.BULK and lanes.is_quiet(now):
                due = due.at_any_hour()  # campaigns know for themselves (_streams)
            due = due.filter(domain_group=group) if group else due
            if connection.features.has_select_for_update_skip_locked:
                due = due.select_for_update(skip_locked=True, of=("self",))
            found = list(due.order_by("not_before", "pk").values_list("pk", flat=True)[:left])
            keys += found
            most = None if most is None else most - len(found)
        if len(keys) >= room:
            break
    return keys


def _by_house(allowance: lanes.Allowance) -> list[tuple[str, int | None]]:
    """One look for all houses as long as nothing is limited, else one look for each open house."""
    if not allowance.by_group:
        return [("", None)]
    return [(group, allowance.by_group.get(group)) for group in allowance.open_groups()]


@dataclass(frozen=True, slots=True)
class _Stream:
    """A stretch of one index. `most`: how many may be taken of it; None: all."""

    campaign: int | None = None
    most: int | None = None
    condition: Q = field(default_factory=Q)


#: Somebody waits for a sign-in code; a change of date that goes to everybody has time.
_SINGLE = (_Stream(condition=Q(kind=ACCOUNT)), _Stream(condition=~Q(kind=ACCOUNT)))


def _streams(lane: str, now: datetime) -> list[_Stream]:
    """Where rows of a lane stand: those without a campaign, then each running campaign, with how many it may give."""
    streams = list(_SINGLE) if lane == Lane.TRANSACTIONAL else [_Stream()]
    if lane == Lane.BULK:
        going = Campaign.objects.sending(is_quiet=lanes.is_quiet(now))
        standing = list(going.values_list("pk", "state"))
        if any(state == Campaign.State.CANARY for _pk, state in standing):
            # the first few are counted under a lock, or two workers would each send them
            first = going.filter(state=Campaign.State.CANARY).select_for_update(of=("self",))
            streams += [_Stream(campaign.pk, rounds.may_give(campaign)) for campaign in first]
        streams += [_Stream(pk) for pk, state in standing if state == Campaign.State.RUNNING]
    return streams


# -- transitions of held rows ------------------------------------------------------------------------------------------


def begin(rows: Iterable[Delivery], owner: str, diary: str = "") -> list[Delivery]:
    """Record the intent: from now on these may have arrived. Gives back those that were still ours.

    `diary` owns them from now on, where it is another than `owner`.
    """
    rows, diary = list(rows), diary or owner
    keys = [row.pk for row in rows]
    changed = Delivery.objects.filter(among(keys), owner=owner, state=State.LEASED).update(
        state=State.SENDING, owner=diary, sending_since=timezone.now(), lease_until=lease(sending=True),
        attempts=F("attempts") + 1,
    )  # fmt: skip
    if changed == len(rows):
        return rows
    ours = set(Delivery.objects.filter(owner=diary, state=State.SENDING).values_list("pk", flat=True))
    return [row for row in rows if row.pk in ours]


def release(owner: str) -> int:
    """Give back what was taken and not begun."""
    return Delivery.objects.filter(owner=owner, state=State.LEASED).update(**FREE)


def put(rows: Iterable[int], holder: str, expected: Iterable[str], /, **values: object) -> int:
    """Compare-and-set of several rows at once: how many were still ours in such a state."""
    return Delivery.objects.filter(among(rows), owner=holder, state__in=list(expected)).update(**values)


# -- what dead workers left ----------------------------------------------------------------------------------------------


def recover(*, is_idempotent: bool = False) -> int:
    """Rows of dead workers: first by their diaries, exactly; then by their leases, carefully. How many were freed."""
    freed = sum(_by_diary_if_sound(record) for record in journal.left_behind())
    abandoned = Delivery.objects.abandoned()
    freed += abandoned.filter(state=State.LEASED).update(**FREE)
    begun = abandoned.filter(state=State.SENDING)
    if is_idempotent:  # the relay folds equal Message-IDs
        return freed + begun.update(**FREE)
    # the owner stays: a slow worker that comes back with the relay's answer may still write it down
    doubtful = list(begun.values_list("pk", flat=True)[:1000])
    return freed + _doubt(doubtful, None, "the worker died while handing over")


def _by_diary_if_sound(record: journal.Record) -> int:
    """One that cannot be worked with is set aside: it must not stop all mail. A database that is away is not its fault."""
    try:
        return _by_diary(record)
    except (ValueError, DataError, IntegrityError):
        logger.exception("the diary %s cannot be worked with", record.owner)
        record.set_aside()
        return 0


@transaction.atomic
def _by_diary(record: journal.Record) -> int:
    """What the diary of a dead worker says about the rows it had begun."""
    from notifications.sending.results import write

    held = Delivery.objects.filter(owner=record.owner, state__in=[State.SENDING, State.UNCERTAIN])
    rows = {row.pk: row for row in held}
    ended = [(rows[pk], Outcome(outcome), reply) for pk, (outcome, reply) in record.ended.items() if pk in rows]
    write(ended, record.owner)
    open_keys = rows.keys() - record.ended.keys()
    surely_not = open_keys - record.begun if record.is_complete else set()
    back = {**FREE, "attempts": F("attempts") - 1}
    freed = put(surely_not, record.owner, [State.SENDING, State.UNCERTAIN], **back)
    _doubt(open_keys - surely_not, record.owner, "the worker died while handing over")
    Delivery.objects.filter(owner=record.owner, state=State.LEASED).update(**FREE)
    return freed + len(ended)


@transaction.atomic
def _doubt(keys: Iterable[int], owner: str | None, why: str) -> int:
    """Begun and not answered: uncertain, and sent once more only in lanes where a double does less harm than a loss."""
    rows = Delivery.objects.filter(among(keys), state=State.SENDING)
    rows = rows if owner is None else rows.filter(owner=owner)
    mine = list(rows.values_list("pk", flat=True))
    Attempt.objects.bulk_create(Attempt(delivery_id=pk, outcome=Attempt.Outcome.UNCERTAIN, reply=why) for pk in mine)
    changed = rows.filter(among(mine)).update(
        state=State.UNCERTAIN, lease_until=None, reply=why, uncertain_count=F("uncertain_count") + 1
    )
    resend_doubtful(mine)
    return changed


def resend_doubtful(keys: Iterable[int]) -> int:
    """Uncertain for the first time, in a lane that repeats: ready again, with the same Message-ID."""
    again = Delivery.objects.filter(
        among(keys), state=State.UNCERTAIN, uncertain_count=1, lane__in=settings.MAIL_RESEND_UNCERTAIN
    )
    return again.update(**FREE, not_before=timezone.now())
