"""Who still needs a contact list or a segment: asked before one is deleted, and shown beside it.

A campaign keeps the definition as it was when it was saved, with the segment's key. While it is not over it may be
opened and saved again, and its list may be asked again; so what it names has to stay.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from notifications.audiences.definitions import definition_of, sources_of
from notifications.audiences.sources import Definition
from notifications.models import Campaign, Segment

_OVER = (Campaign.State.FINISHED, Campaign.State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Uses:
    """Every segment, and every campaign that is not over: read once, asked often."""

    segments: list[Segment]
    campaigns: list[Campaign]

    def segments_with_list(self, pk: int) -> list[Segment]:
        """The segments that name this list."""
        return [segment for segment in self.segments if pk in _lists(segment.definition)]

    def campaigns_with_list(self, pk: int) -> list[Campaign]:
        """The campaigns that name this list, through a segment or as it once was."""
        return [campaign for campaign in self.campaigns if pk in _lists(campaign.audience)]

    def campaigns_with_segment(self, pk: int) -> list[Campaign]:
        """The campaigns whose audience is this segment."""
        return [campaign for campaign in self.campaigns if campaign.audience.get("segment") == pk]


def now() -> Uses:
    """The uses as they stand. Two queries."""
    campaigns = Campaign.objects.exclude(state__in=_OVER).only("name", "state", "audience")
    return Uses(list(Segment.objects.order_by("name", "pk")), list(campaigns.order_by("name", "pk")))


def is_outdated(campaign: Campaign, segment: Segment) -> bool:
    """Whether the segment was redefined after the campaign was saved."""
    return _keyed(campaign.audience) != _keyed(segment.definition)


def _keyed(definition: Definition) -> Definition:
    return definition_of(*sources_of(definition))


def _lists(definition: Definition) -> Iterable[object]:
    return {fields.get("list") for fields in sources_of(definition) if fields.get("kind") == "list"}
