"""The items of the agenda as organisers write them. Nobody outside sees any of it before a release."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from events.log.recording import both, differences, record, snapshot
from events.models import Appearance, Event, Session, Speaker
from events.services.locking import lock
from events.services.refusals import AtTheEdge, ChangedMeanwhile, WrongState
from organisations.models import User


@transaction.atomic
def save_session(
    *,
    event: Event,
    by: User,
    session: Session | None = None,
    edition: int | None = None,
    speakers: Sequence[Speaker] | None = None,
    **fields: Any,
) -> Session:
    """Add an item to the draft, or rewrite one. `speakers` in the order of speaking; None leaves them.

    `edition`: the one that the writer has read. Raises WrongState (also for one that was called off), ChangedMeanwhile.
    """
    event = _lock(event)
    session = _fresh(session, edition) if session else Session(event=event)
    _must_take_place(session)
    before = _as_logged(session, fields, speakers)
    for name, value in fields.items():
        setattr(session, name, value)
    _save(session)
    if speakers is not None:
        session.appearances.all().delete()
        Appearance.objects.bulk_create(
            Appearance(session=session, speaker=speaker, position=number) for number, speaker in enumerate(speakers)
        )
    if before is None:
        record(event, "agenda.item_added", by=by, subject=session.pk, title=both(session))
    else:
        _log_change("agenda.item_changed", session, by, before, _as_logged(session, fields, speakers) or {})
    return session


@transaction.atomic
def set_times(
    *, session: Session, starts_at: datetime, ends_at: datetime, by: User, edition: int | None = None
) -> Session:
    """Give an item other times. Raises WrongState (also for one that was called off), ChangedMeanwhile."""
    _lock(session.event)
    session = _fresh(session, edition)
    _must_take_place(session)
    before = snapshot(session, TIMES)
    session.starts_at, session.ends_at = starts_at, ends_at
    _save(session)
    _log_change("agenda.item_moved", session, by, before, snapshot(session, TIMES))
    return session


@transaction.atomic
def move_session(*, session: Session, steps: int, by: User, edition: int | None = None) -> Session:
    """Move an item so many steps later (negative: earlier) among those of its room and day.

    Each step exchanges the times of two neighbours; both keep their durations, and the pause between them stays.
    Raises WrongState (also for one that was called off), ChangedMeanwhile, AtTheEdge.
    """
    event = _lock(session.event)
    session = _fresh(session, edition)
    _must_take_place(session)
    lane = _lane(event, session)
    here = lane.index(session)
    there = min(max(here + steps, 0), len(lane) - 1)
    if here == there:
        raise AtTheEdge
    step = 1 if there > here else -1
    before = snapshot(session, TIMES)
    touched = {session.pk: lane[here]}
    for position in range(here, there, step):
        first, second = sorted((position, position + step))
        exchange(lane[first], lane[second])
        lane[first], lane[second] = lane[second], lane[first]
        touched |= {lane[first].pk: lane[first], lane[second].pk: lane[second]}
    for moved in touched.values():
        _save(moved)
    _log_change("agenda.item_moved", touched[session.pk], by, before, snapshot(touched[session.pk], TIMES))
    return touched[session.pk]


@transaction.atomic
def shift(*, session: Session, minutes: int, same_room: bool, by: User, edition: int | None = None) -> int:
    """Move by so many minutes whatever begins at or after the end of this item on its day; how many were moved.

    `same_room`: only what is in its room. Raises WrongState, ChangedMeanwhile.
    """
    event = _lock(session.event)
    session = _fresh(session, edition)
    following = _of_the_day(event, session).filter(starts_at__gte=session.ends_at, cancelled_at__isnull=True)
    if same_room:
        following = following.filter(room=session.room_id)
    by_minutes = timedelta(minutes=minutes)
    rows = list(following.order_by("pk").select_for_update(of=("self",)))
    for row in rows:
        row.starts_at, row.ends_at, row.edition = row.starts_at + by_minutes, row.ends_at + by_minutes, row.edition + 1
    Session.objects.bulk_update(rows, ["starts_at", "ends_at", "edition"])
    if rows:
        count, title = len(rows), both(session)
        record(event, "agenda.items_shifted", by=by, subject=session.pk, title=title, count=count, minutes=minutes)
    return len(rows)


@transaction.atomic
def follow_event(*, event: Event, by: User) -> int:
    """Move the whole draft so that its first item begins when the event does; how many items moved.

    By the clock on the wall: what was at eleven stays at eleven on the other side of a change of the clock. Raises
    WrongState.
    """
    event = _lock(event)
    rows = list(
        event.sessions.in_draft().filter(cancelled_at__isnull=True).order_by("pk").select_for_update(of=("self",))
    )
    if not rows:
        return 0
    by_the_clock = _on_the_wall(event.starts_at) - min(_on_the_wall(row.starts_at) for row in rows)
    if not by_the_clock:
        return 0
    for row in rows:
        length = row.ends_at - row.starts_at
        row.starts_at = timezone.make_aware(_on_the_wall(row.starts_at) + by_the_clock)
        row.ends_at, row.edition = row.starts_at.astimezone(UTC) + length, row.edition + 1
    Session.objects.bulk_update(rows, ["starts_at", "ends_at", "edition"])
    record(event, "agenda.followed", by=by, count=len(rows))
    return len(rows)


def _on_the_wall(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(tzinfo=None)


@transaction.atomic
def duplicate_session(*, session: Session, by: User) -> Session:
    """The same item once more, right after it, with the same speakers. Raises WrongState."""
    event = _lock(session.event)
    session = _fresh(session, None)
    speakers = [
        appearance.speaker for appearance in session.appearances.select_related("speaker").order_by("position", "pk")
    ]
    length = session.ends_at - session.starts_at
    copy = Session.objects.get(pk=session.pk)
    copy.pk, copy.key, copy._state.adding = None, uuid.uuid4(), True
    copy.starts_at, copy.ends_at = session.ends_at, session.ends_at + length
    copy.revision, copy.revised_at, copy.edition, copy.open_places = 0, timezone.now(), 0, None
    copy.cancelled_at, copy.cancellation_reason = None, ""
    copy.save()
    Appearance.objects.bulk_create(
        Appearance(session=copy, speaker=speaker, position=number) for number, speaker in enumerate(speakers)
    )
    record(event, "agenda.item_doubled", by=by, subject=copy.pk, title=both(copy))
    return copy


@transaction.atomic
def remove_session(*, session: Session, by: User, edition: int | None = None) -> None:
    """Take an item out of the draft; the public sees it until the next release. Raises WrongState, ChangedMeanwhile."""
    event = _lock(session.event)
    session = _fresh(session, edition)
    record(event, "agenda.item_removed", by=by, subject=session.pk, title=both(session))
    if event.agenda_releases.exists():
        session.removed_at = timezone.now()
        _save(session)
    else:
        session.delete()


def exchange(first: Session, second: Session) -> None:
    """Let `second` begin where `first` began, and `first` after it with the same pause between them. Nothing is saved.

    Two that overlap exchange their beginnings.
    """
    pause = second.starts_at - first.ends_at
    one, other = first.ends_at - first.starts_at, second.ends_at - second.starts_at
    begins = first.starts_at
    if first.starts_at == second.starts_at:
        follows = begins + other
    elif pause < timedelta():
        follows = second.starts_at
    else:
        follows = begins + other + pause
    second.starts_at, second.ends_at = begins, begins + other
    first.starts_at, first.ends_at = follows, follows + one


# -- inside ------------------------------------------------------------------------------------------------------------


def _lock(event: Event) -> Event:
    event = lock(event)
    if not event.is_editable:
        raise WrongState
    return event


def _fresh(session: Session, edition: int | None) -> Session:
    """The item as it stands, locked. Raises ChangedMeanwhile, WrongState where it was removed."""
    fresh = Session.objects.select_for_update(of=("self",)).filter(pk=session.pk).in_draft().first()
    if fresh is None:
        raise WrongState
    if edition is not None and fresh.edition != edition:
        raise ChangedMeanwhile(fresh)
    return fresh


#: What says when an item is.
TIMES = ("starts_at", "ends_at")
#: Free words on who speaks, or why not, name people: the change log says that they changed, and not how.
UNSAID = ("speakers_it", "speakers_en", "voices")


def _as_logged(session: Session, fields: Iterable[str], speakers: Sequence[Speaker] | None) -> dict[str, Any] | None:
    """The values that are to be written; None for an item that is new. A query where speakers are."""
    if session.pk is None:
        return None
    found = snapshot(session, fields)
    if speakers is not None:
        found["voices"] = list(session.appearances.order_by("position", "pk").values_list("speaker", flat=True))
    return found


def _log_change(action: str, session: Session, by: User, before: dict[str, Any], after: dict[str, Any]) -> None:
    if changes := differences(before, after, unsaid=UNSAID):
        record(session.event, action, by=by, subject=session.pk, title=both(session), changes=changes)


def _must_take_place(session: Session) -> None:
    if session.cancelled_at:
        raise WrongState


def _save(session: Session) -> None:
    session.edition = session.edition + 1 if session.pk else 0
    session.save()


def _of_the_day(event: Event, session: Session) -> Any:
    day = timezone.localtime(session.starts_at).replace(hour=0, minute=0, second=0, microsecond=0)
    # the next midnight by the clock on the wall: a day of 23 or 25 hours is one day
    return event.sessions.in_draft().filter(starts_at__gte=day, starts_at__lt=day + timedelta(days=1))


def _lane(event: Event, session: Session) -> list[Session]:
    """Those that take place in the same room on the same day, by time."""
    lane = _of_the_day(event, session).filter(room=session.room_id, cancelled_at__isnull=True)
    return list(lane.order_by("starts_at", "ends_at", "pk").select_for_update(of=("self",)))
