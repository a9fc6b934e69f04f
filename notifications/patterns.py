"""Kinds of message that many people get alike: what differs between them is declared, the rest is compiled once."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from events.models import INVITATION_LINK, Event
from notifications import kinds
from notifications.letters import Letter, absolute
from notifications.models import Delivery
from notifications.unsubscribe import unsubscribe_url
from organisations.links import make_token
from organisations.text import one_line

Events = Mapping[int, Event]


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a kind is written once for many.

    `key`: rows with equal keys share the compiled letter. `values`: the recipient's own words, by slot.
    `write`: the letter with any values in the slots, markers included.
    """

    key: Callable[[Delivery, Events], Hashable]
    values: Callable[[Delivery], dict[str, str]]
    write: Callable[[Delivery, Mapping[str, str]], Letter]


def _by_event(row: Delivery, events: Events) -> Hashable:
    event = events.get(row.payload.get("event", 0))
    return (row.payload.get("event"), event.revision if event else None, event.state if event else None)


def _by_campaign(row: Delivery, events: Events) -> Hashable:
    return (row.campaign_id, _by_event(row, events))


def _nothing_of_their_own(row: Delivery) -> dict[str, str]:
    return {}


def invitation_values(row: Delivery) -> dict[str, str]:
    """Of an invitation: the organisation, where its address comes from, its link, the way out."""
    token = make_token(INVITATION_LINK, UUID(row.payload["key"]))
    return {
        "organisation": one_line(row.payload["organisation"]),
        "source": one_line(row.payload["source"]) or _public_registers(row.language),
        "link": f"{_form(row.payload['slug'], row.language)}?invitation={token}",
        "unsubscribe": unsubscribe_url(row.address, row.language),
    }


@lru_cache(maxsize=64)
def _form(slug: str, language: str) -> str:
    with translation.override(language):
        return absolute(reverse("events:register", args=[slug]))


@lru_cache(maxsize=8)
def _public_registers(language: str) -> str:
    with translation.override(language):
        return gettext("public registers")


def _alike(builder: Callable[[Delivery], Letter]) -> Pattern:
    return Pattern(_by_event, _nothing_of_their_own, lambda row, _values: builder(row))


PATTERNS: dict[str, Pattern] = {
    "invitation": Pattern(_by_campaign, invitation_values, kinds.write_invitation),
    "event_rescheduled": _alike(kinds.event_rescheduled),
    "event_cancelled": _alike(kinds.event_cancelled),
}
