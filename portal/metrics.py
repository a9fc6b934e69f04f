"""Numbers for Prometheus: read from tallies, limits and the clock at the moment they are asked for.

A registry and a collector of our own: nothing is counted in the processes, so any of them may answer, and no file is
shared between them.
"""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client.registry import Collector

from notifications.models import Delivery, NightlyCheck, Sweep, Tally, Throttle
from notifications.posting import waiting as posting
from notifications.sending import station, waiting

__all__ = ["CONTENT_TYPE", "exposition"]
PREFIX = "socialneet"


def exposition(now: datetime) -> bytes:
    """Every number in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Outbox(now))
    return generate_latest(registry)


class _Outbox(Collector):
    """The outbox at one moment: a handful of queries, however many messages there are."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing beforehand: registering asks no database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._messages()
        yield from self._lanes()
        yield from self._clock()

    def _messages(self) -> Iterator[GaugeMetricFamily]:
        counts = Tally.objects.by_lane()
        deliveries = _gauge("deliveries", "Messages by lane and state", "lane", "state")
        for lane, numbers in counts.items():
            if lane in waiting.WORKED or any(numbers.values()):
                for state, number in numbers.items():
                    deliveries.add_metric([lane, state], number)
        yield deliveries
        uncertain = sum(numbers[Delivery.State.UNCERTAIN] for numbers in counts.values())
        yield _gauge("uncertain", "Messages handed over without an answer: a person decides", value=uncertain)
        oldest = _gauge("oldest_due_seconds", "Age of the oldest message that could leave; 0: none waits", "lane")
        for lane, moment in waiting.oldest_due(self._now).items():
            oldest.add_metric([lane], (self._now - moment).total_seconds() if moment else 0)
        yield oldest
        others = _gauge(
            "oldest_posting_seconds", "Age of the oldest post or fact that could leave; 0: none waits", "what"
        )
        for what, age in posting.oldest_due_seconds(self._now).items():
            others.add_metric([what], age or 0)
        yield others

    def _lanes(self) -> Iterator[GaugeMetricFamily]:
        paused = _gauge("lane_paused", "1: nothing goes there now", "lane", "house")
        broken = _gauge("lane_broken", "1: the mail server refuses us, somebody must look", "lane", "house")
        rate = _gauge("lane_rate_per_minute", "Messages a minute allowed now, where limited", "lane", "house")
        known = {(str(lane), ""): Throttle(lane=lane) for lane in waiting.WORKED}
        known |= {(throttle.lane, throttle.domain_group): throttle for throttle in Throttle.objects.all()}
        for (lane, house), throttle in sorted(known.items()):
            place = [lane, house or "all"]
            paused.add_metric(place, throttle.is_paused(self._now))
            broken.add_metric(place, throttle.is_broken)
            if throttle.rate:
                rate.add_metric(place, throttle.rate)
        yield from (paused, broken, rate)

    def _clock(self) -> Iterator[GaugeMetricFamily]:
        yield _gauge("held", "1: nothing leaves until a person releases it", value=station.standing().stands_still)
        age = Sweep.age(self._now)
        if age is not None:
            yield _gauge("seconds_since_sweep", "Since the clock last went round", value=age)
        check = NightlyCheck.last()
        if check is not None and check.ended_at is not None:
            yield _gauge("broken_invariants", "What did not hold at the last nightly check", value=len(check.broken))
            since = (self._now - check.ended_at).total_seconds()
            yield _gauge("seconds_since_nightly_check", "Since everything was last looked at", value=since)


def _gauge(name: str, words: str, *labels: str, value: float | None = None) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", words, labels=labels or None, value=value)
