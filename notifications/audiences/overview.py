"""Lists and segments as the organisers' first page shows them: in words, with counts, in a few queries."""

from dataclasses import dataclass

from notifications.audiences import uses
from notifications.audiences.definitions import Part, in_words, sentence
from notifications.models import Campaign
from notifications.models.audiences import ContactList, ContactUpload, Segment


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """A segment as the page shows it."""

    segment: Segment
    parts: list[Part]
    campaigns: list[Campaign]

    @property
    def sentence(self) -> str:
        """Whom it means."""
        return sentence(self.parts)

    @property
    def is_known(self) -> bool:
        """Whether every source is known here; else nobody can be counted."""
        return all(part.is_known for part in self.parts)


@dataclass(frozen=True, slots=True)
class ListLine:
    """A contact list as the page shows it."""

    contact_list: ContactList
    uploads: list[ContactUpload]
    segments: list[Segment]

    @property
    def size(self) -> int:
        """How many addresses it holds."""
        return int(getattr(self.contact_list, "size"))  # noqa: B009  # annotated by with_size

    @property
    def sources(self) -> str:
        """Where its addresses come from, each source once."""
        return ", ".join(dict.fromkeys(upload.source for upload in self.uploads))


def segment_lines(found: uses.Uses) -> list[SegmentLine]:
    """Every segment, by name. A query for each kind of source."""
    words = in_words([segment.definition for segment in found.segments])
    return [
        SegmentLine(segment, parts, found.campaigns_with_segment(segment.pk))
        for segment, parts in zip(found.segments, words, strict=True)
    ]


def list_lines(found: uses.Uses) -> list[ListLine]:
    """Every contact list, by name. Two queries."""
    by_list: dict[int | None, list[ContactUpload]] = {}
    for upload in ContactUpload.objects.applied().without_content().order_by("applied_at", "pk"):
        by_list.setdefault(upload.contact_list_id, []).append(upload)
    return [
        ListLine(contact_list, by_list.get(contact_list.pk, []), found.segments_with_list(contact_list.pk))
        for contact_list in ContactList.objects.with_size().order_by("name", "pk")
    ]
