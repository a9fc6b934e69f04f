"""How fast each lane may go: token buckets, pauses, breaker, daily caps, quiet hours, the hold of everything.

A bucket belongs to one lane towards one mail house; the bucket of the empty house is the lane itself. Pauses grow
(5 s, 1, 5, 15, 60 minutes) as long as nothing gets through, and one accepted message ends them.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from notifications.models import GROUPS, Attempt, Delivery, Lane, Station, Throttle
from notifications.quiet import is_quiet as is_quiet
from notifications.quiet import quiet_until as quiet_until
from notifications.sending import memory
from organisations.zone import ROME

logger = logging.getLogger(__name__)
#: Steps of the pause, in units of MAIL_PAUSE_SECONDS (5 s).
PAUSE_STEPS = (1, 12, 60, 180, 720)
#: A bucket holds what its rate gives in this time: more would be a burst, less would starve a slow rate.
BUCKET = timedelta(seconds=10)
#: A slowed rate grows by a tenth after this long without complaint.
CLEAN = timedelta(minutes=5)
#: The slowest a rate is ever made by complaints, in messages a minute.
SLOWEST = 6.0
#: A lane that handed over nothing for so long was idle: that is no part of its speed.
IDLE = timedelta(seconds=20)
#: How many attempts of all lanes are looked through for a lane's speed.
LOOK_BACK = 10_000


@dataclass(slots=True)
class Allowance:
    """How many messages a lane may take now towards each mail house. None: as many as it likes."""

    total: int | None
    by_group: dict[str, int]
    throttles: list[Throttle]

    def open_groups(self) -> list[str]:
        """The houses that anything may go to."""
        return [group for group in GROUPS if self.by_group.get(group, 1) > 0]

    @property
    def is_closed(self) -> bool:
        """Nothing may go at all."""
        return self.total == 0 or not self.open_groups()


def allowance(lane: str, now: datetime) -> Allowance:
    """What the buckets hold; call it in the transaction that claims, it locks them. One query, and one for each daily cap."""
    total: int | None = None
    by_group, throttles = {}, list(Throttle.objects.select_for_update().filter(lane=lane))
    for throttle in throttles:
        free = _free(throttle, now)
        if free is None:
            continue
        if throttle.domain_group == "":
            total = free
        else:
            by_group[throttle.domain_group] = free
    return Allowance(total, by_group, throttles)


def take(allowance: Allowance, counts: dict[str, int], now: datetime) -> None:
    """Take tokens for claimed messages, by mail house; in the same transaction as `allowance`."""
    for throttle in allowance.throttles:
        count = sum(counts.values()) if throttle.domain_group == "" else counts.get(throttle.domain_group, 0)
        if count and (throttle.rate or throttle.daily_cap):
            throttle.tokens = max(0.0, _tokens(throttle, now) - count)
            throttle.refilled_at = now
            throttle.save(update_fields=["tokens", "refilled_at"])


def count_sent(lane: str, counts: dict[str, int], now: datetime) -> None:
    """Count accepted messages, by mail house, for the day: only what left uses up a daily cap."""
    limited = Throttle.objects.filter(lane=lane, domain_group__in=["", *counts])
    limited = limited.filter(Q(rate__isnull=False) | Q(daily_cap__isnull=False))
    for throttle in limited.select_for_update():
        count = sum(counts.values()) if throttle.domain_group == "" else counts[throttle.domain_group]
        throttle.sent_that_day, throttle.day = sent_today(throttle, now) + count, _day(now)
        throttle.save(update_fields=["sent_that_day", "day"])


def _in_hand(lane: str, group: str) -> int:
    """Taken by workers and not yet answered: they may all count for the day."""
    held = Delivery.objects.filter(lane=lane, state__in=[Delivery.State.LEASED, Delivery.State.SENDING])
    return (held.filter(domain_group=group) if group else held).count()


def _free(throttle: Throttle, now: datetime) -> int | None:
    if throttle.is_paused(now):
        return 0
    limits = []
    if throttle.rate:
        limits.append(int(_tokens(throttle, now)))
    if throttle.daily_cap is not None:
        left = throttle.daily_cap - sent_today(throttle, now)
        limits.append(max(0, left - _in_hand(throttle.lane, throttle.domain_group)) if left > 0 else 0)
    return min(limits) if limits else None


def _tokens(throttle: Throttle, now: datetime) -> float:
    rate = throttle.rate or 0.0
    elapsed = max(0.0, (now - throttle.refilled_at).total_seconds())
    return min(max(1.0, rate * BUCKET.total_seconds() / 60), throttle.tokens + elapsed * rate / 60)


def _day(now: datetime) -> date:
    return now.astimezone(ROME).date()


def sent_today(throttle: Throttle, now: datetime) -> int:
    """How many went here today, where a limit made somebody count."""
    return throttle.sent_that_day if throttle.day == _day(now) else 0


def is_used_up(throttle: Throttle, now: datetime) -> bool:
    """Whether nothing more may go here today."""
    return throttle.daily_cap is not None and sent_today(throttle, now) >= throttle.daily_cap


# -- trouble and recovery ------------------------------------------------------------------------------------------------


@transaction.atomic
def pause(*, lane: str, group: str = "", reason: str, breaks: bool = False) -> timedelta:
    """Leave a lane, or one house of it, in peace for the next step; how long. `breaks`: somebody must look."""
    throttle, _created = Throttle.objects.select_for_update().get_or_create(lane=lane, domain_group=group)
    now = timezone.now()
    if not throttle.is_paused(now):  # two workers that saw the same trouble are one step
        throttle.pause_step = min(throttle.pause_step + 1, len(PAUSE_STEPS))
        throttle.paused_until = now + timedelta(
            seconds=PAUSE_STEPS[throttle.pause_step - 1] * settings.MAIL_PAUSE_SECONDS
        )
    throttle.reason, throttle.changed_at = reason[:500], now
    throttle.is_broken = throttle.is_broken or breaks
    throttle.save()
    rest = (throttle.paused_until or now) - now
    logger.warning("lane %s rests for %.0f s: %s", throttle, rest.total_seconds(), _code(reason))
    return rest


def _code(reason: str) -> str:
    """The relay's code without its words, which may hold addresses: for the log."""
    return reason[:3] if reason[:3].isdigit() else "no connection"


@transaction.atomic
def slow_down(*, lane: str, group: str, measured: float | None, reason: str) -> None:
    """Half the rate (of what was measured, in messages a minute, where there was no limit), and a pause.

    Where nothing was measured yet there is nothing to halve: the pause alone has to do.
    """
    throttle, _created = Throttle.objects.select_for_update().get_or_create(lane=lane, domain_group=group)
    rate, now = throttle.rate or measured, timezone.now()
    if rate and not throttle.is_paused(now):  # workers that are told together are one step
        throttle.rate, throttle.changed_at = max(SLOWEST, rate / 2), now
        throttle.save(update_fields=["rate", "changed_at"])
    pause(lane=lane, group=group, reason=reason)


@transaction.atomic
def fewer_connections(*, lane: str, used: int, reason: str) -> None:
    """Too many connections for the relay's taste: one less, at least one."""
    throttle, _created = Throttle.objects.select_for_update().get_or_create(lane=lane, domain_group="")
    if not throttle.is_paused(timezone.now()):  # workers that are told together are one step
        throttle.connections = max(1, min(throttle.connections or used, used) - 1)
        throttle.save(update_fields=["connections"])
    pause(lane=lane, reason=reason)


@transaction.atomic
def open_breaker(*, lane: str, group: str, reason: str) -> str:
    """A house refuses us by its rules: it rests and somebody must look. Several that do are the lane's trouble.

    Gives back what rests now: the house, or nothing for the whole lane.
    """
    pause(lane=lane, group=group, reason=reason, breaks=True)
    others = Throttle.objects.filter(lane=lane, is_broken=True).exclude(domain_group__in=["", group])
    if not others.exists():
        return group
    pause(lane=lane, reason=reason, breaks=True)
    return ""


def went_well(lane: str, groups: set[str], since: datetime) -> None:
    """What set out at `since` got through: older pauses are over, slowed rates grow by a tenth per clean five minutes."""
    touched = Throttle.objects.filter(lane=lane, domain_group__in=["", *groups])
    if not any(_recovers(throttle, since) for throttle in touched):  # nearly always: nobody waits for a lock
        return
    with transaction.atomic():
        for throttle in touched.select_for_update():
            changed = _recovers(throttle, since)
            if changed:
                throttle.save(update_fields=changed)


def _recovers(throttle: Throttle, since: datetime) -> list[str]:
    """Change it, unsaved; the names of what changed."""
    changed = []
    if throttle.changed_at < since and (throttle.pause_step or throttle.paused_until or throttle.is_broken):
        throttle.pause_step, throttle.paused_until, throttle.is_broken = 0, None, False
        throttle.reason = ""
        changed += ["pause_step", "paused_until", "is_broken", "reason"]
    if throttle.rate != throttle.base_rate and since - throttle.changed_at > CLEAN:
        grown = (throttle.rate or SLOWEST) * 1.1
        throttle.rate = min(grown, throttle.base_rate) if throttle.base_rate else grown
        if not throttle.base_rate and grown > 100 * SLOWEST:  # fast enough: no limit again
            throttle.rate = None
        throttle.changed_at = since
        changed += ["rate", "changed_at"]
    return changed


def connections(lane: str) -> int:
    """How many connections a lane may keep open at once."""
    wanted = connections_set_up(lane)
    limit = Throttle.objects.filter(lane=lane, domain_group="").values_list("connections", flat=True).first()
    most: int = min(wanted, limit) if limit else wanted
    return max(1, most)


def connections_set_up(lane: str) -> int:
    """How many the server's own settings allow."""
    most: int = settings.MAIL_CONNECTIONS_BULK if lane == Lane.BULK else settings.MAIL_CONNECTIONS
    return most


def measured_speed(lane: str) -> float | None:
    """Messages a second that this lane handed over when it last was busy; None when it hardly ever was."""
    newest = Attempt.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    # not further back than this: a lane that has been idle for a million messages must cost no look at each
    recent = Attempt.objects.filter(pk__gt=newest - LOOK_BACK, outcome=Attempt.Outcome.ACCEPTED)
    accepted = recent.filter(delivery__lane=lane).order_by("-pk")
    moments = list(accepted.values_list("at", flat=True)[:500])
    rests = (later - earlier > IDLE for later, earlier in pairwise(moments))
    moments = moments[: next((place for place, rested in enumerate(rests, 1) if rested), len(moments))]
    if len(moments) < 10:
        return None
    return (len(moments) - 1) / max((moments[0] - moments[-1]).total_seconds(), 0.001)


# -- whether at all ------------------------------------------------------------------------------------------


class Held(Exception):
    """Nothing leaves: a person holds all mail, or these rows belong to another site."""


def check_station(*, is_real: bool) -> None:
    """Raises Held. `is_real`: the relay reaches other people's mailboxes, so the site must be the rows' own.

    A copy of the database elsewhere (a staging site, a restored backup) keeps the name of the site it came from; one
    restored in place counts lower than this machine remembers.
    """
    memory.compare()
    station = Station.current()
    if is_real and not station.site:
        Station.objects.filter(pk=station.pk, site="").update(site=settings.SITE_URL)
        station.refresh_from_db()
    if station.is_held:
        raise Held(station.reason)
    if is_real and station.site != settings.SITE_URL:
        raise Held(f"these rows belong to {station.site}, this is {settings.SITE_URL}")
