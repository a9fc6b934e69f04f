"""The pump: claims due rows, records the intent, hands over, records the result. Any number may run at once.

It works with a broker's bell or without any broker (`manage.py pump --loop`). Groups are as large as the relay hands
over in half a second, so that the database is told in few commits and seldom lags behind; the journal keeps the exact
place in between. While one group is on its way the next is claimed, written and begun, and the one before is recorded.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import cycle, islice
from uuid import uuid4

from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from notifications.campaigns import rounds
from notifications.letters import Overtaken
from notifications.models import Attempt, Delivery, Fact, Lane
from notifications.sending import claims, desk, lanes, relay, results
from notifications.sending.errands import Errand
from notifications.sending.journal import Journal
from notifications.sending.relay import Outcome
from notifications.webhooks import facts

logger = logging.getLogger(__name__)
State = Delivery.State
#: A group of messages recorded together should take about this long to hand over.
GROUP_SECONDS = 0.5
#: A relay that is slow keeps the first few waiting, not hundreds.
FIRST_GROUP = 2
#: A group is at most so many times as large as the one before, and a claim as a group.
GROWTH, GROUPS_IN_HAND = 8, 4
#: While bulk flows, single messages are looked for this often; and on any lane, whether mail may still leave.
LOOK_ASIDE_SECONDS, LOOK_UP_SECONDS = 0.5, 1.0
#: So many refusals of one house in a row, for policy or for now, are no longer single recipients' trouble.
IN_A_ROW = 3


@dataclass(slots=True)
class Report:
    """What one run of the pump did, in rows."""

    accepted: int = 0
    failed: int = 0
    deferred: int = 0
    uncertain: int = 0
    dropped: int = 0
    freed: int = 0
    held: str = ""

    def add(self, numbers: dict[str, int]) -> None:
        """Sum up."""
        for name, number in numbers.items():
            setattr(self, name, getattr(self, name) + number)

    def as_dict(self) -> dict[str, int]:
        """The numbers, for JSON."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, int)}


def pump(*, seconds: float = 25.0, only: Iterable[str] = (Lane.TRANSACTIONAL, Lane.BULK)) -> Report:
    """Send what is due until nothing is left or the time is over; single messages before bulk."""
    report, until = Report(), time.monotonic() + seconds
    rounds.settle()
    wanted = [lane for lane in (Lane.TRANSACTIONAL, Lane.BULK) if lane in set(only)]
    report.freed = claims.recover(is_idempotent=all(relay.from_settings(lane).is_idempotent for lane in wanted))
    for lane in wanted:
        several = lanes.connections(lane)
        if several == 1:
            _work(lane, until, report)
        else:
            _work_at_once(several, lane, until, report)
    rounds.settle()
    return report


def _work_at_once(several: int, lane: str, until: float, report: Report) -> None:
    """Several connections to a far relay: its delay, not our speed, is the limit."""

    errors: list[BaseException] = []

    def run() -> None:
        try:
            _work(lane, until, report)
        except BaseException as error:  # raised where the threads are waited for
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, name=f"pump-{lane}-{number}") for number in range(several)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _work(lane: str, until: float, report: Report) -> None:
    """One worker on one lane, with its own diary; a broken database leaves the diary for whoever comes next."""
    worker = Worker(lane, report)
    try:
        try:
            worker.drain(until)
        except lanes.Held as held:
            report.held = str(held)
        worker.close()
    except BaseException:
        worker.break_off()
        raise


@dataclass
class Worker:
    """One connection's worth of sending."""

    lane: str
    report: Report
    owner: str = field(default_factory=lambda: uuid4().hex)
    #: Grows as the relay allows. The first one is small: nobody knows yet how slow the relay is.
    group: int = field(default_factory=lambda: FIRST_GROUP)

    def __post_init__(self) -> None:
        self._relay = relay.from_settings(self.lane)
        self._desk = desk.Desk()
        # one for the group that is on its way, one for the group that is being written
        self._journals = (Journal(self.owner), Journal(uuid4().hex))
        self._next_journal = cycle(self._journals)
        self._out: Errand | None = None
        self.group = min(self.group, settings.MAIL_BATCH)
        self._eight_bit: bool | None = None
        self._refusals: Counter[str] = Counter()
        self._is_outdated = False
        self._began, self._accepted = time.monotonic(), 0
        self._looked_aside = self._looked_up = self._told_lane = 0.0

    def drain(self, until: float) -> None:
        """Claim and send until nothing is due, the time is over, or the relay must rest."""
        self._send(self._due(until), until)
        while self._is_outdated:  # what a resting house had kept from the others stands in the outbox again
            self._is_outdated = False
            self._send(self._due(until), until)

    def close(self) -> None:
        """Done, and the database knows everything."""
        self._exchange(None)
        claims.release(self.owner)
        self._relay.close()
        for journal in self._journals:
            journal.close()

    def break_off(self) -> None:
        """Something is wrong with the database or this machine: the diary tells the next one how far we came."""
        if self._out:
            self._out.wait()
        for journal in self._journals:
            journal.abandon()
        self._relay.close()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _due(self, until: float) -> Iterator[Delivery]:
        """Row after row, claimed by the handful when the last handful is used up."""
        while time.monotonic() < until:
            self._look_up()
            rows = claims.claim(self.owner, self.lane, min(settings.MAIL_BATCH, GROUPS_IN_HAND * self.group))
            if not rows:
                return
            self._is_outdated = False
            for row in rows:
                # only ever between two groups: no row in a half-filled one may go back, or it could come twice
                if self._is_outdated:
                    claims.release(self.owner)
                    break
                yield row

    def _look_up(self) -> None:
        """Raises Held. A person who holds all mail waits for no handful to be used up."""
        self._looked_up = time.monotonic()
        lanes.check_station(is_real=not self._relay.is_idempotent)

    def _look_aside(self, until: float) -> None:
        """Bulk never makes a sign-in code wait."""
        now = time.monotonic()
        if self.lane == Lane.TRANSACTIONAL or now - self._looked_aside < LOOK_ASIDE_SECONDS:
            return
        self._looked_aside = now
        if Delivery.objects.due(timezone.now()).filter(lane=Lane.TRANSACTIONAL).exists():
            _work(Lane.TRANSACTIONAL, until, self.report)

    def _send(self, rows: Iterable[Delivery], until: float) -> None:
        """Send claimed rows in groups, until the relay must rest or the time is over. What was not begun goes back."""
        rows = iter(rows)
        while time.monotonic() <= until:
            self._look_aside(until)
            if time.monotonic() - self._looked_up > LOOK_UP_SECONDS:
                self._look_up()
            group = list(islice(rows, self.group))
            if not group:
                break
            if not self._exchange(self._begun(group)):
                break
        self._exchange(None)
        claims.release(self.owner)

    def _begun(self, group: list[Delivery]) -> Errand:
        """The letters of a group, their intent recorded."""
        self._desk.lay_out(group)
        letters, journal = self._written(group), next(self._next_journal)
        may_go = [row for row in group if row.pk in letters]
        ours = claims.begin(may_go, self.owner, journal.owner) if may_go else []
        return Errand(self._relay, journal, ((row, letters[row.pk]) for row in ours))

    def _exchange(self, following: Errand | None) -> bool:
        """Wait for the errand that is out, let the next one go, and meanwhile write down what came of the first.

        False when the relay must rest. Then, or when one of its houses must, the next one stays at home.
        """
        back = self._out
        if back:
            back.wait()
        self._out = None
        may_go = back is None or (back.error is None and self._learn(back.ended, back.set_out))
        goes = may_go and not self._is_outdated
        if following and goes:
            self._out = following
            following.go()
        if back:
            self._record(back)
        if following and not goes:
            self._record(following)
        return may_go

    def _record(self, back: Errand) -> None:
        """Tell the database, then forget. What the relay stopped before is as if it had never been taken."""
        self.report.add(results.write(back.ended, back.journal.owner))
        if back.left:
            claims.put(back.left, back.journal.owner, [State.SENDING], **results.UNTOUCHED)
        back.journal.forget()
        if back.error:
            raise back.error
        self._fit_group(back.size, back.seconds)

    def _written(self, group: list[Delivery]) -> dict[int, bytes]:
        """The bytes of those that may go; the others leave for the state that fits."""
        letters: dict[int, bytes] = {}
        if self._eight_bit is None:
            self._eight_bit = self._relay.accepts_8bit()
        for row in group:
            verdict = self._desk.verdict(row)
            if verdict:
                self._drop(row, *verdict)
                continue
            try:
                letters[row.pk] = self._desk.write(row, eight_bit=self._eight_bit)
            except Overtaken as reason:
                self._drop(row, State.CANCELLED, str(reason))
            except Exception as error:  # a template or an object is broken: this row fails, the others go on
                logger.exception("cannot write %s %s", row.kind, row.key)
                self._give_up(row, f"{type(error).__name__}: {error}")
        return letters

    @transaction.atomic
    def _drop(self, row: Delivery, state: str, why: str) -> None:
        values = {**row.ended_as(state), "reply": why, "owner": "", "lease_until": None}
        self.report.dropped += claims.put([row.pk], self.owner, [State.LEASED], **values)

    def _give_up(self, row: Delivery, why: str) -> None:
        failed = {**row.ended_as(State.FAILED), "reply": why, "owner": "", "lease_until": None}
        if claims.put([row.pk], self.owner, [State.LEASED], **failed):
            self.report.failed += 1
            facts.of_deliveries(Fact.DELIVERY_FAILED, [row], State.FAILED)
        Attempt.objects.create(delivery=row, outcome=Attempt.Outcome.UNWRITTEN, reply=why)

    def _fit_group(self, size: int, seconds: float) -> None:
        if size and seconds:
            fitting = min(round(size * GROUP_SECONDS / seconds), GROWTH * self.group, settings.MAIL_BATCH)
            self.group = max(1, fitting)

    def _learn(self, ended: list[results.Ended], set_out: datetime) -> bool:
        """What the lane learns of the results of a group that set out then; False when it must rest."""
        went = {row.domain_group for row, outcome, _reply in ended if outcome == Outcome.ACCEPTED}
        if went:
            self._accepted += sum(outcome == Outcome.ACCEPTED for _row, outcome, _reply in ended)
            now = time.monotonic()
            if now - self._told_lane > 5 or not self._told_lane:
                self._told_lane = now
                lanes.went_well(self.lane, went, set_out)
        for row, outcome, reply in ended:
            if outcome in {Outcome.DEFERRED, Outcome.POLICY}:
                self._refusals[row.domain_group] += 1
                if self._refusals[row.domain_group] >= IN_A_ROW:
                    del self._refusals[row.domain_group]
                    return self._rest(row, outcome, reply)
            elif outcome in relay.ENDING:
                return self._rest(row, outcome, reply)
            else:
                del self._refusals[row.domain_group]
        return True

    def _rest(self, row: Delivery, outcome: Outcome, reply: str) -> bool:
        match outcome:
            case Outcome.SLOWED | Outcome.DEFERRED | Outcome.STRAINED:
                group = "" if reply.startswith("421") else row.domain_group
                lanes.slow_down(lane=self.lane, group=group, measured=self._speed(), reason=reply)
                return self._goes_on_without(group)
            case Outcome.CROWDED:
                lanes.fewer_connections(lane=self.lane, used=lanes.connections(self.lane), reason=reply)
            case Outcome.POLICY:
                return self._goes_on_without(lanes.open_breaker(lane=self.lane, group=row.domain_group, reason=reply))
            case _:
                lanes.pause(lane=self.lane, reason=reply, breaks=reply[:1] == "5")
        return False

    def _speed(self) -> float | None:
        """Messages a minute: of this run, else of the last busy time; None where nothing is known."""
        if self._accepted:
            return 60 * self._accepted / max(1.0, time.monotonic() - self._began)
        earlier = lanes.measured_speed(self.lane)
        return 60 * earlier if earlier else None

    def _goes_on_without(self, group: str) -> bool:
        """A house that rests keeps only its own: what is in hand is given back and claimed anew. Without a house, all rest."""
        self._is_outdated = bool(group)
        return bool(group)
