"""Who is counted, as facts without names: one query for all people of an event, whatever has been erased of them since."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, Exists, OuterRef, Value, When
from django.db.models.functions import Coalesce

from events.attendance.models import AttendanceMark, Status
from events.checkin.models import Scan
from events.figures.telling import Guest
from events.models import Attendee, Event
from organisations.zone import ROME


@dataclass(frozen=True, slots=True)
class Counted:
    """One person who ever registered. `registration`: a key, to count registrations by; `came`: as the register has it."""

    registration: int
    registered_at: datetime
    created_at: datetime
    cancelled_at: datetime | None
    state: str
    category: str
    kind: str
    municipality: str
    source: str
    arrived_at: datetime | None
    came: bool

    @property
    def is_confirmed(self) -> bool:
        """Whether they hold, or held when it began, a place for good."""
        return self.state == Attendee.State.CONFIRMED


def came(person: str = "pk") -> Case:
    """Whether somebody came: what an organiser wrote into the register, else what the desks recorded. A column."""
    written = AttendanceMark.objects.filter(attendee=OuterRef(person))
    return Case(
        When(Exists(written), then=Exists(written.filter(status=Status.PRESENT))),
        default=Exists(Scan.objects.arrivals().filter(attendee=OuterRef(person))),
    )


def of_event(event: Event) -> list[Counted]:
    """Everybody who ever registered, the earliest first. One query."""
    rows = event.attendees.with_arrival().annotate(came=came())
    found = rows.order_by("created_at", "pk").values_list(
        "registration", "registration__created_at", "created_at", "cancelled_at", "state", "registration__category",
        "registration__organisation_kind", Coalesce("registration__organisation__municipality", Value("")),
        "registration__source", "arrived_at", "came",
    )  # fmt: skip
    return [Counted(*row) for row in found]


def guests(people: list[Counted]) -> Iterator[Guest]:
    """Those who held a place, as open data counts them."""
    for one in people:
        if one.is_confirmed:
            yield Guest(one.kind or one.category, one.municipality.strip(), monday_of(one.registered_at), one.came)


def monday_of(moment: datetime) -> date:
    """Of the week, by the wall in Rome."""
    day = moment.astimezone(ROME).date()
    return day - timedelta(days=day.weekday())
