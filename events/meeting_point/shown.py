"""A meeting point as pages show it: with its hours, and how it stands now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.safestring import SafeString

from events.meeting_point import published, timetables, words
from events.meeting_point.models import MeetingPoint
from events.meeting_point.timetables import SpecialDays, Standing, Timetable
from events.outputs import structured

#: So far ahead visitors are told of other hours; the data say them all.
SOON = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Shown:
    """A point with its hours, and how it stands now."""

    point: MeetingPoint
    timetable: Timetable
    now: datetime

    @property
    def standing(self) -> Standing:
        return self.timetable.standing(self.now)

    @property
    def standing_words(self) -> str:
        """Until when it is open, or when it opens again."""
        return words.standing(self.standing, self.now)

    @property
    def week(self) -> list[words.Line]:
        return words.week(self.timetable)

    @property
    def exceptions(self) -> list[tuple[SpecialDays, str, str]]:
        """Each with its days and its hours in words."""
        return [(days, words.special_when(days), words.special_hours(days)) for days in self.timetable.exceptions]

    @property
    def exceptions_soon(self) -> list[tuple[SpecialDays, str, str]]:
        """Those of which somebody thinks now."""
        last = timezone.localdate(self.now) + SOON
        return [one for one in self.exceptions if one[0].from_on <= last]

    @property
    def takes_appointments(self) -> bool:
        """Whether there is anything to book."""
        return self.point.takes_appointments and bool(self.timetable)

    @property
    def structured(self) -> SafeString:
        """For search engines."""
        return structured.block(published.described(self.point, self.timetable))


def all_shown(now: datetime) -> list[Shown]:
    """Every point. Four queries, however many there are."""
    points = MeetingPoint.objects.with_hours(timezone.localdate(now)).order_by("pk")
    return [Shown(point, timetables.of(point), now) for point in points]
