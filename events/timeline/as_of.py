"""An event as of another moment: as its page was, from the change log and the releases, or as it will be if nothing changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from events import agenda as agendas
from events.agenda import Agenda
from events.models import Event, LogEntry


@dataclass(frozen=True, slots=True)
class AsOf:
    """The event with the values it has then (never saved), what of its agenda is read then, and how sure that is.

    `was_public`: False where nobody saw it then. `is_draft`: it is a draft now, shown as if it were public.
    """

    event: Event
    agenda: Agenda
    was_public: bool
    is_draft: bool


def as_of(event: Event, at: datetime, now: datetime) -> AsOf:
    """What the public page says at a moment. Four queries at most."""
    shown = Event.objects.get(pk=event.pk)
    entries = list(LogEntry.objects.filter(event_uid=event.uid, at__gt=at, action__startswith="event.").order_by("-pk"))
    for entry in entries if at < now else ():
        _undo(shown, entry)
    is_draft = shown.state == Event.State.DRAFT
    published_later = any(entry.action in {"event.published", "event.created", "event.made_from"} for entry in entries)
    _set_state(shown, at)
    return AsOf(shown, _agenda(shown, at, now), was_public=not published_later or at >= now, is_draft=is_draft)


def _undo(event: Event, entry: LogEntry) -> None:
    """Give the fields of one entry the values that they had before it. What the log does not say stays as it is now."""
    if entry.action != "event.changed":
        return
    for name, pair in (entry.values.get("changes") or {}).items():
        field = _column(name)
        if pair is not None and field is not None:
            setattr(event, name, field.to_python(pair[0]))
            if name == "starts_at":
                event.moved_from = None  # that it moved was said afterwards


def _column(name: str) -> "models.Field[Any, Any] | None":
    return next((field for field in Event._meta.concrete_fields if field.name == name), None)


def _set_state(event: Event, at: datetime) -> None:
    """As the page reads it then: public, or called off from the moment it was."""
    if event.state == Event.State.CANCELLED and event.cancelled_at and event.cancelled_at <= at:
        return
    event.state, event.cancelled_at, event.cancellation_reason = Event.State.PUBLISHED, None, ""


def _agenda(event: Event, at: datetime, now: datetime) -> Agenda:
    """The release that was public then; of what is to come the latest; of an event without one the draft."""
    releases = event.agenda_releases.order_by("-number")
    found = (releases.filter(released_at__lte=at) if at < now else releases).first()
    if found:
        return agendas.release_of(found)
    return Agenda((), (), ()) if at < now and releases.exists() else agendas.draft(event)
