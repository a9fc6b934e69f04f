"""What a timeline is made of: plain values. Times are aware."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from organisations.zone import ROME


class Standing(TextChoices):
    """What became of a date, seen from now."""

    TO_COME = "to_come", _("to come")
    DONE = "done", _("done")
    LATE = "late", _("late")
    OFF = "off", _("does not happen")

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return {"late": "stop", "to_come": "wait", "done": "ok"}.get(self.value, "plain")


@dataclass(frozen=True, slots=True)
class Deadline:
    """One date. `key` names it within its event for life, so that calendars know it again.

    `words` and `note` are in the active language. `shows`: the public page changes at this moment.
    """

    key: str
    at: datetime
    words: str
    standing: Standing
    note: str = ""
    url: str = ""
    shows: bool = False
    #: Only the day is known.
    is_day: bool = False

    @property
    def day(self) -> date:
        """Its day in Rome."""
        return self.at.astimezone(ROME).date()


@dataclass(frozen=True, slots=True)
class Timeline:
    """All dates of an event in their order. `next`: the first that is to come; None where nothing is."""

    deadlines: tuple[Deadline, ...]
    next: Deadline | None

    @property
    def late(self) -> tuple[Deadline, ...]:
        """Those that somebody should look at."""
        return tuple(one for one in self.deadlines if one.standing == Standing.LATE)


def standing(at: datetime, now: datetime, *, is_done: Any = True, is_off: Any = False) -> Standing:
    """To come; afterwards done or, where that is still to be done, late. `is_off`: not at all."""
    if is_off:
        return Standing.OFF
    if at > now:
        return Standing.TO_COME
    return Standing.DONE if is_done else Standing.LATE
