"""Kinds of message that many people get alike: what differs between them is declared, the rest is compiled once."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from django.utils import translation

from events.models import Event
from notifications import letters
from notifications.campaigns import letters as campaign_letters
from notifications.kinds import agenda as agenda_letters
from notifications.kinds import events as event_letters
from notifications.models import Delivery
from notifications.sending import mime, skeleton

Events = Mapping[int, Event]


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a kind is written once for many."""

    #: Rows with equal keys share the compiled letter.
    key: Callable[[Delivery, Events], Hashable]
    #: The recipient's own words, by slot.
    values: Callable[[Delivery], dict[str, str]]
    #: The letter of all rows with this key.
    compile: Callable[[Delivery], skeleton.Skeleton]


def written(row: Delivery) -> tuple[letters.Letter, letters.Rendered]:
    """Any row's letter and its two readable parts, the slow way. Raises CannotWrite and whatever a letter raises."""
    if own := WRITERS.get(row.kind):
        return own(row)
    letter = letters.letter_for(row)
    return letter, letters.render(letter, name=row.name, language=row.language)


#: Kinds whose texts organisers write: their letters do not come from `kinds`.
WRITERS = {"invitation": campaign_letters.written, "campaign_test": campaign_letters.test_written}


def _by_event(row: Delivery, events: Events) -> Hashable:
    event = events.get(row.payload.get("event", 0))
    return (row.payload.get("event"), event.revision if event else None, event.state if event else None)


def _by_session(row: Delivery, events: Events) -> Hashable:
    return (row.payload.get("session"), _by_event(row, events))


def _by_release(row: Delivery, events: Events) -> Hashable:
    return (
        row.payload.get("release"),
        row.payload.get("changes"),
        str(row.payload.get("earlier")),
        _by_event(row, events),
    )


def _by_campaign(row: Delivery, events: Events) -> Hashable:
    assert row.campaign is not None
    common = campaign_letters.common_values(row.campaign, row.language)
    return (row.campaign_id, _by_event(row, events), *common.values())


def _alike(
    builder: Callable[[Delivery], letters.Letter], key: Callable[[Delivery, Events], Hashable] = _by_event
) -> Pattern:
    """A kind in which only the name differs, and the calendar's own lines."""

    def compile_row(row: Delivery) -> skeleton.Skeleton:
        markers = skeleton.Markers(["name"])
        with translation.override(row.language):
            letter = builder(row)
        rendered = letters.render(letter, name=markers.of["name"] if row.name else "", language=row.language)
        return skeleton.compile_letter(
            letter, rendered, markers, headers=mime.fixed_headers(row), method=row.calendar_method
        )

    return Pattern(key, lambda _row: {}, compile_row)


PATTERNS: dict[str, Pattern] = {
    "invitation": Pattern(_by_campaign, campaign_letters.values, campaign_letters.compile_row),
    "event_rescheduled": _alike(event_letters.event_rescheduled),
    "event_cancelled": _alike(event_letters.event_cancelled),
    "session_cancelled": _alike(event_letters.session_cancelled, _by_session),
    "agenda_released": _alike(agenda_letters.agenda_released, _by_release),
}
