"""The letter about a release of the agenda: what changed for this one person, and nothing else."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events.agenda.changes import Change, joined
from events.agenda.impact import Told
from events.models import AgendaRelease, Event
from notifications.kinds.facts import event_facts, event_of, live
from notifications.letters import CannotWrite, Letter, absolute
from notifications.models import Delivery
from notifications.outbox import Message

KIND = "agenda_released"


def messages(
    event: Event, release: AgendaRelease, told: Collection[Told], held: Mapping[str, dict[str, Any]]
) -> Iterator[Message]:
    """One for each address, once per release. Which changes it names is kept as ranges: many people have the same.

    `held`: what older letters would have told, by address; the new one says it too, unless it holds no more.
    """
    ranges: dict[tuple[int, ...], str] = {}
    is_news: dict[str, bool] = {}
    for one in told:
        if one.changes not in ranges:
            ranges[one.changes] = as_ranges(one.changes)
        person = one.addressee
        payload: dict[str, Any] = {
            "registration": person.registration, "event": event.pk, "release": release.pk, "changes": ranges[one.changes],
        }  # fmt: skip
        if older := held.get(person.address):
            payload["earlier"] = [*older.get("earlier", []), [older["release"], older["changes"]]]
            same = f"{payload['earlier']}{payload['changes']}"
            if same not in is_news:
                is_news[same] = bool(_changes(event, release, payload))
            if not is_news[same]:
                continue  # all of it is as this person knows it
        yield Message(
            kind=KIND,
            key=f"{KIND}:{release.pk}",
            address=person.address,
            name=person.name,
            language=person.language,
            payload=payload,
        )  # fmt: skip


def agenda_released(delivery: Delivery) -> Letter:
    """To whom an item of theirs changed: each of their items, and what of it."""
    event = live(event_of(delivery))
    release = event.agenda_releases.filter(pk=delivery.payload.get("release")).first()
    if release is None:
        raise CannotWrite("the release is gone")
    changes = _changes(event, release, delivery.payload)
    released_at = date_format(timezone.localtime(release.released_at), "j F Y, H:i")
    return Letter(
        subject=_("Agenda changed: %(event)s") % {"event": event.title},
        paragraphs=[
            _("the agenda of the event has changed. This is what is different for you:"),
            *([release.note] if release.note else []),
        ],
        facts=[(change.name, "\n".join(change.sentences())) for change in changes],
        link=(_("The whole agenda"), absolute(event.get_absolute_url())),
        closing=[
            ", ".join(value for _label, value in event_facts(event)),
            _("Everything else stays as it was, and so does your registration.") if delivery.payload.get("registration")
            else _("You receive this because you speak at this event."),
            _("Version %(number)s of the agenda, %(at)s.") % {"number": release.number, "at": released_at},
        ],
    )  # fmt: skip


def _changes(event: Event, release: AgendaRelease, payload: Mapping[str, Any]) -> tuple[Change, ...]:
    """What a letter tells: of its own release, after what the letters that it replaced would have told."""
    earlier = payload.get("earlier", [])
    older = event.agenda_releases.defer("content").in_bulk([pk for pk, _ranges in earlier]) if earlier else {}
    found: tuple[Change, ...] = ()
    for kept, ranges in (
        *((older[pk], ranges) for pk, ranges in earlier if pk in older),
        (release, payload["changes"]),
    ):
        found = joined(found, (Change.from_json(kept.changes[number]) for number in from_ranges(ranges)))
    return found


def as_ranges(numbers: Collection[int]) -> str:
    """Numbers in ascending order in few characters: `0-3,7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def from_ranges(ranges: str) -> Iterator[int]:
    """The numbers that `as_ranges` wrote."""
    for run in ranges.split(","):
        first, _dash, last = run.partition("-")
        yield from range(int(first), int(last or first) + 1)
