"""One drill: mail flows, workers, broker and database are killed at random, and then every message is counted."""

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from django.db import DatabaseError, connection
from django.utils import timezone

from notifications.drill.processes import Beat, Process, Servers, Worker
from notifications.drill.sink import Sink
from notifications.models import Delivery, Lane
from notifications.outbox import Message, enqueue

#: The sink thinks so long about each message, so that the kills hit something.
THINKING_SECONDS = 0.004
LONGEST_SECONDS = 300
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Tally:
    """What arrived and what is known. `missing`: neither arrived nor listed as uncertain: lost."""

    sent: int = 0
    missing: int = 0
    duplicates: int = 0
    uncertain: int = 0
    held_back: int = 0
    kills: int = 0
    #: Programs that ended without having been killed, and were started again.
    fell: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, float]:
        """For JSON."""
        return asdict(self)


class NotSettled(Exception):
    """Messages still wait after the longest time: something stands still."""


def drill(*, messages: int, kills: int, env: dict[str, str], servers: Servers | None = None, seed: int = 0) -> Tally:
    """Run it against the database of this process and of `env`. Raises NotSettled."""
    seed = seed or time.time_ns()
    began, chance = time.monotonic(), random.Random(seed)  # noqa: S311  not a secret
    sink = Sink(delay=THINKING_SECONDS)
    _write(messages)
    with _crew({**env, "MAIL_URL": sink.url}) as crew:
        crew.until(lambda: len(sink.messages) > 0, f"the first message (seed {seed})")
        done = 0
        while done < kills and _waiting():
            time.sleep(chance.uniform(0.2, 1.0))
            _strike(chance, crew, servers, Path(env["VAR_DIR"]))
            done += 1
        crew.until(lambda: not _waiting(), f"everything is settled (seed {seed})")
    tally = _count(sink)
    tally.kills, tally.fell, tally.seconds = done, crew.fell, round(time.monotonic() - began, 1)
    sink.close()
    return tally


def _write(messages: int) -> None:
    payload = {"subject": "Prova", "text": "Buongiorno.", "html": ""}
    enqueue(
        Message(kind="account", key=f"drill:{number}", address=f"persona{number}@example.org", name="", language="it",
                payload=payload, lane=Lane.BULK)
        for number in range(messages)
    )  # fmt: skip


@dataclass
class Crew:
    """Two workers, so that one works while the other is killed and comes back, and the clock; under a supervisor."""

    workers: list[Worker]
    beat: Beat
    fell: int = 0

    def members(self) -> list[Process]:
        """All of them."""
        return [*self.workers, self.beat]

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait, and start again whoever falls. Raises NotSettled with what stands where."""
        until = time.monotonic() + LONGEST_SECONDS
        while not condition():
            self.fell += sum(member.revive() for member in self.members())
            if time.monotonic() > until:
                raise NotSettled(
                    f"not within {LONGEST_SECONDS} s: {what} ({timezone.now():%H:%M:%S})\n{self._report()}"
                )
            time.sleep(0.1)

    def _report(self) -> str:
        states = Counter(_patiently(lambda: list(Delivery.objects.values_list("state", flat=True))))
        ends = (f"-- {member.name}\n{member.log.read_text()[-2000:]}" for member in self.members())
        return "\n".join([str(dict(states)), *ends])


@contextmanager
def _crew(env: dict[str, str]) -> Iterator[Crew]:
    crew = Crew([Worker(env, name, clock=False) for name in ("first", "second")], Beat(env))
    for member in crew.members():
        member.start()
    try:
        yield crew
    finally:
        for member in crew.members():
            member.stop()


def _strike(chance: random.Random, crew: Crew, servers: Servers | None, folder: Path) -> None:
    """One kill: a worker, a child of its pool, the clock, the broker, the database."""
    target = chance.choice(
        ["worker", "worker", "worker", "child", "beat", "broker", *(["database"] if servers else [])]
    )
    worker = chance.choice(crew.workers)
    if target == "child" and worker.kill_one_child(chance):
        return
    if target == "broker":
        if servers:
            servers.do("kill-redis")
        else:
            shutil.rmtree(folder / "broker", ignore_errors=True)
    elif target == "database" and servers:
        servers.do("kill-postgresql")
        connection.close()
    else:
        victim = crew.beat if target == "beat" else worker
        victim.kill()
        victim.start()


def _waiting() -> int:
    return _patiently(lambda: Delivery.objects.unsettled().count())


def _patiently(question: Callable[[], Answer]) -> Answer:
    """Ask again while the database comes back."""
    until = time.monotonic() + 30
    while True:
        try:
            return question()
        except DatabaseError:
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _count(sink: Sink) -> Tally:
    arrived = Counter(message_id.decode() for message_id in sink.message_ids)
    rows = list(Delivery.objects.values_list("message_id", "uncertain_count", "state"))
    known = {message_id for message_id, uncertain, _state in rows if uncertain}
    absent = {message_id for message_id, _uncertain, _state in rows} - arrived.keys()
    return Tally(
        sent=len(arrived),
        missing=len(absent - known),
        duplicates=sum(arrived.values()) - len(arrived),
        uncertain=len(known),
        held_back=len(absent & known),
    )
