"""How long what could leave has been waiting: for the cockpit, for `/health/` and for whoever watches from outside.

What waits because somebody wants it to wait does not count: a campaign that is paused, scheduled or keeps the quiet
hours, a mail house that rests or has had its share of the day.
"""

from datetime import datetime
from typing import Any

from django.db import connection

from notifications.campaigns import rounds
from notifications.models import GROUPS, Campaign, Delivery, Lane, Tally, Throttle
from notifications.quiet import is_quiet
from notifications.sending import lanes

#: The lanes that a pump works.
WORKED = (Lane.TRANSACTIONAL, Lane.BULK)
#: So many looks in one statement: SQLite takes no more than 500.
AT_ONCE = 200


def oldest_due(now: datetime) -> dict[str, datetime | None]:
    """Since when the oldest message of each lane could have left; None where nothing is due.

    A handful of queries: each look reads one row at the beginning of a stretch of the index, however many wait.
    """
    oldest: dict[str, datetime | None] = dict.fromkeys(WORKED)
    found = Delivery.objects.filter(pk__in=_first_of_each_stretch(now))
    for lane, moment in found.values_list("lane", "not_before"):
        known = oldest[lane]
        oldest[lane] = moment if known is None else min(known, moment)
    return oldest


def oldest_due_seconds(now: datetime) -> float | None:
    """The age of the oldest of all lanes."""
    moments = [moment for moment in oldest_due(now).values() if moment is not None]
    return (now - min(moments)).total_seconds() if moments else None


def _first_of_each_stretch(now: datetime) -> list[int]:
    closed = {(throttle.lane, throttle.domain_group) for throttle in Throttle.objects.all() if _rests(throttle, now)}
    looks = [
        Delivery.objects.due(now)
        .filter(lane=lane, campaign=campaign, domain_group=house)
        .order_by("not_before", "pk")
        .values_list("pk")[:1]
        .query.sql_with_params()
        for lane in WORKED
        if (lane, "") not in closed
        for campaign in _streams(lane, now)
        for house in GROUPS
        if (lane, house) not in closed
    ]
    return [pk for start in range(0, len(looks), AT_ONCE) for pk in _united(looks[start : start + AT_ONCE])]


def _united(looks: list[tuple[str, tuple[Any, ...]]]) -> list[int]:
    # not `union()`: SQLite takes no LIMIT directly inside one
    united = " UNION ALL ".join(f"SELECT * FROM ({text}) AS look{n}" for n, (text, _values) in enumerate(looks))  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(united, [value for _text, values in looks for value in values])
        return [row[0] for row in cursor.fetchall()]


def _rests(throttle: Throttle, now: datetime) -> bool:
    return throttle.is_paused(now) or lanes.is_used_up(throttle, now)


def _streams(lane: str, now: datetime) -> list[int | None]:
    """Where due rows of a lane stand: those without a campaign, then each campaign that may give some. No lock."""
    streams: list[int | None] = [None]
    if lane == Lane.BULK:
        waiting = Tally.objects.campaigns_with(Delivery.State.READY)
        going = Campaign.objects.sending(is_quiet=is_quiet(now)).filter(pk__in=waiting) if waiting else ()
        streams += [campaign.pk for campaign in going if rounds.may_give(campaign) != 0]
    return streams
