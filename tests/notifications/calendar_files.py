"""What each golden calendar file must say, whoever reads it: two independent readers are asked."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
UIDS = {
    "march": "29032026-0000-4000-8000-000000000001@socialneet.example.org",
    "october": "25102026-0000-4000-8000-000000000002@socialneet.example.org",
    "repeated-hour": "25102026-0000-4000-8000-000000000003@socialneet.example.org",
}
ANNA = "mailto:anna@ente01.example.org"
ORGANIZER = "mailto:segreteria@socialneet.example.org"
#: Where each event begins and ends, in UTC, before and after it is moved. On 29 March 2026 at 01:00 UTC the clocks of
#: Rome go from 02:00 to 03:00, on 25 October 2026 at 01:00 UTC from 03:00 back to 02:00.
TIMES = {
    # Saturday 22:30 to Sunday 03:30 on the wall are four hours; then Sunday 10:30 to 12:30, in summer
    "march": (("2026-03-28T21:30", "2026-03-29T01:30"), ("2026-03-29T08:30", "2026-03-29T10:30")),
    # Saturday 22:30 to Sunday 03:30 on the wall are six hours; then Sunday 10:30 to 12:30, in winter
    "october": (("2026-10-24T20:30", "2026-10-25T02:30"), ("2026-10-25T09:30", "2026-10-25T11:30")),
    # from 02:30 to 02:30 on the wall is one hour: the second of the two that October has
    "repeated-hour": (("2026-10-25T00:30", "2026-10-25T01:30"), ("2026-10-25T01:30", "2026-10-25T03:30")),
}


@dataclass(frozen=True)
class Expected:
    """One file's facts."""

    name: str
    event: str
    method: str
    sequence: int
    status: str
    language: str
    moved: bool

    @property
    def path(self) -> Path:
        return GOLDEN / f"{self.name}.ics"

    @property
    def times(self) -> tuple[datetime, datetime]:
        starts_at, ends_at = (
            datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in TIMES[self.event][self.moved]
        )
        return starts_at, ends_at

    @property
    def attendees(self) -> list[str]:
        return [] if self.method == "PUBLISH" else [ANNA]


STEPS = (
    ("request", "REQUEST", 0, "CONFIRMED", False),
    ("update", "REQUEST", 1, "CONFIRMED", True),
    ("cancel", "CANCEL", 2, "CANCELLED", True),
    ("publish", "PUBLISH", 0, "CONFIRMED", False),
    ("publish-cancelled", "PUBLISH", 2, "CANCELLED", True),
)
FILES = [
    Expected(f"{event}-{step}-{language}", event, method, sequence, status, language, moved)
    for event in TIMES
    for language in ("it", "en")
    for step, method, sequence, status, moved in STEPS
]
