"""What the change log of the info day says."""

import pytest

from events.log import reading
from events.models import Event, LogEntry


@pytest.fixture
def said():
    """The sentences of an event's log, the oldest first, in the active language."""

    def said(event: Event) -> list[str]:
        entries = LogEntry.objects.filter(event_uid=event.uid).select_related("by").order_by("pk")
        return [line.sentence for line in reading.lines(list(entries))]

    return said


@pytest.fixture
def done(event):
    """The actions written since the last look, the oldest first."""
    seen = [0]

    def done() -> list[str]:
        rows = list(LogEntry.objects.filter(pk__gt=seen[0]).order_by("pk").values_list("pk", "action"))
        seen[0] = rows[-1][0] if rows else seen[0]
        return [action for _pk, action in rows]

    done()
    return done
