"""What each golden calendar file of the agenda must say, whoever reads it: two independent readers are asked."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
NAMES = ("agenda-it", "agenda-en", "session-b-en", "session-f-it", "registration-it", "registration-cancelled-it")


@dataclass(frozen=True)
class Said:
    """One entry: item, SEQUENCE, status, and its moments in UTC."""

    item: str
    sequence: int
    status: str
    starts: str
    ends: str

    @property
    def uid(self) -> str:
        key = "25102026-0000-4000-8000-000000000009" if self.item == "event" else _key(self.item)
        return f"{key}@socialneet.example.org"

    @property
    def times(self) -> tuple[datetime, datetime]:
        starts, ends = (datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (self.starts, self.ends))
        return starts, ends


def _key(item: str) -> str:
    return f"0000000{'abcdef'.index(item) + 1}-0000-4000-8000-000000000000"


A = Said("a", 0, "CONFIRMED", "2026-10-24T16:00", "2026-10-24T17:00")
#: Moved in the second version.
B = Said("b", 1, "CONFIRMED", "2026-10-24T18:30", "2026-10-24T19:30")
#: Called off in the third.
C = Said("c", 1, "CANCELLED", "2026-10-24T17:00", "2026-10-24T18:00")
#: From 02:30 to 02:30 on the wall: one hour, in the night in which October has that hour twice.
D = Said("d", 0, "CONFIRMED", "2026-10-25T00:30", "2026-10-25T01:30")
E = Said("e", 0, "CONFIRMED", "2026-10-24T18:00", "2026-10-24T18:15")
#: Dropped in the second.
F = Said("f", 1, "CANCELLED", "2026-10-24T21:00", "2026-10-24T21:30")
#: Over the whole night: 19 hours of the wall's 18.
EVENT = Said("event", 0, "CONFIRMED", "2026-10-24T16:00", "2026-10-25T11:00")
#: In the order of the file.
FILES = {
    "agenda-it": [A, C, E, B, D, F],
    "agenda-en": [A, C, E, B, D, F],
    "session-b-en": [B],
    "session-f-it": [F],
    "registration-it": [EVENT, C, B],
    "registration-cancelled-it": [Said("event", 1, "CANCELLED", EVENT.starts, EVENT.ends)],
}
