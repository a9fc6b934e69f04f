"""Rooms, tracks and speakers of an event: what items are made of."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Max

from events import agenda as agendas
from events.log.recording import both, differences, record, snapshot
from events.models import Event, Room, Session, Speaker, Track
from events.services.locking import lock
from events.services.refusals import AtTheEdge, InUse, WrongState
from organisations.models import User

Part = Room | Track | Speaker


@transaction.atomic
def save_part(*, event: Event, by: User, part: Part) -> Part:
    """Add a room, track or speaker at the end of its list, or correct one. Raises WrongState, IntegrityError."""
    _lock(event)
    if part.pk is None:
        last = type(part)._default_manager.filter(event=event).aggregate(last=Max("position"))["last"]
        part.event, part.position = event, 0 if last is None else last + 1
        part.save()
        _log("added", event, part, by)
        return part
    fields = FIELDS[type(part)]
    before = snapshot(type(part)._default_manager.get(pk=part.pk), fields)
    part.save()
    if changes := differences(before, snapshot(part, fields), unsaid=fields if isinstance(part, Speaker) else ()):
        _log("changed", event, part, by, changes=changes)
    return part


@transaction.atomic
def move_part(*, part: Part, steps: int, by: User) -> None:
    """Move it one step up (-1) or down (1) in its list. Raises WrongState, AtTheEdge."""
    event = _lock(part.event)
    rows: list[Part] = list(type(part)._default_manager.filter(event=part.event_id).order_by("position", "pk"))
    here = rows.index(part)
    there = here + (1 if steps > 0 else -1)
    if not 0 <= there < len(rows):
        raise AtTheEdge
    rows[here], rows[there] = rows[there], rows[here]
    for number, row in enumerate(rows):
        row.position = number
    type(part)._default_manager.bulk_update(rows, ["position"])  # type: ignore[arg-type]  # all of one kind
    _log("moved", event, part, by)


@transaction.atomic
def remove_part(*, part: Part, by: User) -> None:
    """Remove what no item uses, neither in the draft nor in the public agenda. Raises WrongState, InUse."""
    event = _lock(part.event)
    used = {session.title: None for session in _users_of(part)}
    used |= {str(item.title) or item.title.it: None for item in agendas.current(event) if _is_in(part, item)}
    if used:
        raise InUse(list(used))
    # rows of items that are long gone may still name it
    _let_go(part)
    _log("removed", event, part, by)
    part.delete()


# -- inside ------------------------------------------------------------------------------------------------------------


def _lock(event: Event) -> Event:
    event = lock(event)
    if not event.is_editable:
        raise WrongState
    return event


#: The fields of each that organisers write. Of a speaker the log says which of them changed, and not how.
FIELDS: dict[type[Part], tuple[str, ...]] = {
    Room: ("name_it", "name_en", "capacity", "accessibility_it", "accessibility_en"),
    Track: ("name_it", "name_en"),
    Speaker: ("full_name", "office_it", "office_en", "organisation", "organisation_name", "email"),
}


def _log(verb: str, event: Event, part: Part, by: User, **values: Any) -> None:
    if not isinstance(part, Speaker):
        values["title"] = both(part, "name")
    record(event, f"agenda.{type(part).__name__.lower()}_{verb}", by=by, subject=part.pk, **values)


def _users_of(part: Part) -> Iterable[Session]:
    return part.sessions.in_draft().order_by("starts_at", "pk")


def _is_in(part: Part, item: agendas.Item) -> bool:
    match part:
        case Room():
            return item.room is not None and item.room.pk == part.pk
        case Track():
            return item.track is not None and item.track.pk == part.pk
        case Speaker():
            return any(voice.key == part.key for voice in item.voices)


def _let_go(part: Part) -> None:
    match part:
        case Room():
            part.sessions.update(room=None)
        case Track():
            part.sessions.update(track=None)
        case Speaker():
            part.appearances.all().delete()
