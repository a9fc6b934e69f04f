"""What the cockpit shows of each lane: from tallies and limits, never by counting messages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.cockpit.words import house_name
from notifications.models import Delivery, Lane, OutboxAct, Tally, Throttle
from notifications.sending import lanes, waiting

State = Delivery.State
BEING_SENT = (State.LEASED, State.SENDING)
#: How many acts are shown.
ACTS = 20


@dataclass(frozen=True, slots=True)
class House:
    """What is limited or wrong towards one mail house; the empty one is the lane itself."""

    throttle: Throttle
    name: str
    is_paused: bool
    is_used_up: bool
    is_slowed: bool
    sent_today: int


@dataclass(frozen=True, slots=True)
class LaneView:
    """One lane. `speed`: messages a second when it was last busy; `oldest`: how long the oldest due one waits."""

    lane: str
    label: str
    counts: dict[str, int]
    houses: list[House]
    speed: float | None
    oldest: timedelta | None
    connections: int | None

    @property
    def is_worked(self) -> bool:
        """Whether any pump sends what is in it."""
        return self.lane in waiting.WORKED

    @property
    def own(self) -> House | None:
        """The limits of the lane as a whole."""
        return next((house for house in self.houses if not house.throttle.domain_group), None)

    @property
    def is_broken(self) -> bool:
        """Somebody must look."""
        return any(house.throttle.is_broken for house in self.houses)

    @property
    def is_paused(self) -> bool:
        """The lane as a whole rests."""
        return self.own is not None and self.own.is_paused

    @property
    def waiting(self) -> int:
        return self.counts[State.READY]

    @property
    def being_sent(self) -> int:
        return sum(self.counts[state] for state in BEING_SENT)

    @property
    def came_back(self) -> int:
        return sum(self.counts[state] for state in Delivery.CAME_BACK)


def lane_views(now: datetime) -> list[LaneView]:
    """Every lane in use. A fixed number of queries, but for campaigns that are going out."""
    counts, oldest = Tally.objects.by_lane(), waiting.oldest_due(now)
    throttles = list(Throttle.objects.order_by("lane", "domain_group"))
    return [
        _view(lane, counts[lane], [each for each in throttles if each.lane == lane], oldest.get(lane), now)
        for lane in Lane.values
        if lane in waiting.WORKED or any(counts[lane].values())
    ]


def _view(
    lane: str, counts: dict[str, int], throttles: list[Throttle], oldest: datetime | None, now: datetime
) -> LaneView:
    is_worked = lane in waiting.WORKED
    return LaneView(
        lane,
        str(Lane(lane).label),
        counts,
        [_house(throttle, now) for throttle in throttles],
        lanes.measured_speed(lane) if is_worked else None,
        now - oldest if oldest else None,
        lanes.connections(lane) if is_worked else None,
    )


def _house(throttle: Throttle, now: datetime) -> House:
    return House(
        throttle,
        house_name(throttle.domain_group),
        throttle.is_paused(now),
        lanes.is_used_up(throttle, now),
        throttle.rate != throttle.base_rate,
        lanes.sent_today(throttle, now),
    )


def last_acts() -> list[OutboxAct]:
    """The newest acts of people on the outbox."""
    return list(OutboxAct.objects.select_related("by")[:ACTS])
