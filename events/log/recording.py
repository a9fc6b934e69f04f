"""Writing the change log: one call in the service that makes the change, in its transaction."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import models

from events.log.kinds import KINDS
from events.log.models import LogEntry
from events.models import Attendee, Event, Registration
from organisations.models import User

Actor = LogEntry.Actor
#: What is written for a field whose words may name somebody: that it changed, without them.
UNSAID = None
#: Name of a field -> what it was and what it is.
Changes = dict[str, list[Any] | None]

_acting: ContextVar[Actor] = ContextVar("acting", default=Actor.PORTAL)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Who does what is done within, where a service is told of no user: whoever opened a secret link.

    Services do not know by which link somebody came, and most have no reason to; outside of this it is the portal.
    """
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)


def record(
    event: Event,
    action: str,
    *,
    by: User | None = None,
    actor: Actor | None = None,
    registration: Registration | int | None = None,
    person: Attendee | None = None,
    subject: int | None = None,
    **values: Any,
) -> LogEntry:
    """Write down one change, in the caller's transaction. One insert.

    `by`: the user who did it; without one it is `actor`, or whoever `acting` says. `values`: what JSON can hold (see
    `both`, `differences`), and never words about a registrant: name people by `person` and `registration`.
    `action`: a key of `kinds.KINDS`. Raises KeyError for any other.
    """
    action = KINDS[action].action
    if person is not None:
        registration, subject = person.registration_id, person.pk
    return LogEntry.objects.create(
        event_uid=event.uid,
        actor=Actor.USER if by else actor or _acting.get(),
        by=by,
        action=action,
        subject=subject,
        registration=registration.pk if isinstance(registration, Registration) else registration,
        values=values,
    )


def snapshot(thing: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """The values of these fields as JSON holds them; of another row its Italian name."""
    return {name: plain(getattr(thing, name)) for name in fields}


def differences(before: Mapping[str, Any], after: Mapping[str, Any], *, unsaid: Iterable[str] = ()) -> Changes:
    """Each field that is another now. `unsaid`: those of which only that is written."""
    hidden = frozenset(unsaid)
    return {
        name: UNSAID if name in hidden else [before.get(name), value]
        for name, value in after.items()
        if value != before.get(name)
    }


def both(thing: models.Model, name: str = "title") -> dict[str, str]:
    """A pair of columns, so that whoever reads the log has it in their language."""
    return {language: getattr(thing, f"{name}_{language}") for language in ("it", "en")}


def plain(value: Any) -> Any:
    """A value as JSON: instants in UTC, durations in seconds."""
    match value:
        case None | bool() | int() | float():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Decimal():
            return str(value)
        case models.Model():
            return next((getattr(value, name) for name in _NAMES if hasattr(value, name)), value.pk)
        case list() | tuple():
            return [plain(one) for one in value]
        case _:
            return str(value)


#: Where the Italian name of a row stands.
_NAMES = ("name_it", "title_it", "text_it")
