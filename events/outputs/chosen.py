"""What people have chosen of an agenda, for calendars of their own."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from events import agenda as agendas
from events.agenda.people import choices_of
from events.agenda.values import Agenda
from events.calendars import Entry
from events.models import Event


def entries(events: Iterable[Event], mine: Mapping[int, Collection[int]]) -> list[Entry]:
    """The items in which these people hold places. `mine`: attendees (their keys) by the key of the event.

    One query for the agendas, and those of the choosers for each event that has items with places of their own.
    What was dropped from the agenda stays as called off for as long as the choice does.
    """
    asked = [event for event in events if mine.get(event.pk)]
    found = agendas.currents(asked)
    return [
        entry
        for event in asked
        if event.pk in found and _has_choices(found[event.pk])
        for entry in _entries_of(event, found[event.pk], mine[event.pk])
    ]


def _has_choices(agenda: Agenda) -> bool:
    return any(item.places for item in (*agenda.items, *agenda.dropped))


def _entries_of(event: Event, agenda: Agenda, attendees: Collection[int]) -> Iterator[Entry]:
    chosen = {key for key, holders in choices_of(event).items() if not holders.isdisjoint(attendees)}
    yield from (Entry(event, item) for item in agenda if item.key in chosen)
    yield from (Entry(event, item, is_dropped=True) for item in agenda.dropped if item.key in chosen)
