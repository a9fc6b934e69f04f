"""Everything that changes contact lists and segments."""

from collections.abc import Callable, Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from notifications.audiences import imports, uses
from notifications.audiences.definitions import definition_of, source_key, sources_of
from notifications.audiences.imports import Outcome, Plan, Row
from notifications.audiences.sources import Definition, Fields
from notifications.models.audiences import Contact, ContactList, ContactUpload, Segment
from organisations.models import User


class AlreadyApplied(Exception):
    """The upload was written into its list before."""


class NotApplied(Exception):
    """The upload was never written, or was taken back already."""


class Gone(Exception):
    """Somebody removed it meanwhile."""


class InUse(Exception):
    """Something else still needs the list or segment; `names` says what."""

    def __init__(self, needing: Iterable[object]) -> None:
        self.names = [str(each) for each in needing]
        super().__init__(self.names)


# -- contact lists ------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_upload(
    *,
    content: bytes,
    filename: str,
    source: str,
    collected_on: date,
    language: str,
    by: User,
    name: str = "",
    contact_list: ContactList | None = None,
) -> ContactUpload:
    """Keep addresses as they came, for the preview: into a list that exists, or a new one of this name.

    An empty file name means pasted text. Raises organisations.tables.UnreadableList.
    """
    upload = ContactUpload(
        contact_list=contact_list, list_name=contact_list.name if contact_list else name, source=source,
        collected_on=collected_on, language=language, filename=filename[:200], content=content, uploaded_by=by,
    )  # fmt: skip
    imports.plan(upload)
    upload.save()
    return upload


@transaction.atomic
def apply_upload(*, upload: ContactUpload, by: User) -> Plan:
    """Write the new lines of a previewed upload into its list, once. Raises AlreadyApplied, Gone, UnreadableList."""
    upload = _lock_upload(upload)
    if upload.applied_at:
        raise AlreadyApplied
    plan = imports.plan(upload)
    if upload.contact_list is None:
        upload.contact_list = ContactList.objects.create(name=upload.list_name, created_by=by)
    upload.applied_at, upload.outcome = timezone.now(), plan.counts
    upload.save(update_fields=["contact_list", "applied_at", "outcome"])
    _write(upload, plan.with_outcome(Outcome.NEW))
    return plan


@transaction.atomic
def undo_upload(*, upload: ContactUpload, by: User) -> int:
    """Take out of the list what this upload added, and forget the file; by how many the list is shorter.

    Whatever another upload brought as well stays, now as that one's. Raises NotApplied, Gone.
    """
    upload = _lock_upload(upload)
    if not upload.is_undoable:
        raise NotApplied
    removed = set(upload.contacts.values_list("address", flat=True))
    upload.contacts.all().delete()
    upload.undone_at, upload.content = timezone.now(), b""
    upload.save(update_fields=["undone_at", "content"])
    others = ContactUpload.objects.filter(contact_list=upload.contact_list).undoable().order_by("applied_at", "pk")
    return len(removed) - sum(
        _write(other, [row for row in imports.plan(other).with_outcome(Outcome.NEW) if row.address in removed])
        for other in others
    )


@transaction.atomic
def discard_upload(*, upload: ContactUpload, by: User) -> None:
    """Forget a preview with its file. Raises AlreadyApplied, Gone."""
    upload = _lock_upload(upload)
    if upload.applied_at:
        raise AlreadyApplied
    upload.delete()


@transaction.atomic
def rename_list(*, contact_list: ContactList, name: str, by: User) -> ContactList:
    """Another name; its addresses stay."""
    contact_list.name = name
    contact_list.save(update_fields=["name"])
    return contact_list


@transaction.atomic
def delete_list(*, contact_list: ContactList, by: User) -> None:
    """Remove a list with its contacts and files. Raises InUse while a segment or a campaign that is not over names it."""
    ContactList.objects.select_for_update().filter(pk=contact_list.pk).first()
    found = uses.now()
    needing = [*found.segments_with_list(contact_list.pk), *found.campaigns_with_list(contact_list.pk)]
    if needing:
        raise InUse(needing)
    contact_list.delete()


def _lock_upload(upload: ContactUpload) -> ContactUpload:
    """The upload and before it its list, both locked: what goes into one list is written one after the other."""
    contact_list = ContactList.objects.select_for_update().filter(pk=upload.contact_list_id or 0).first()
    locked = ContactUpload.objects.select_for_update().filter(pk=upload.pk).first()
    if locked is None:
        raise Gone
    if contact_list is not None:
        locked.contact_list = contact_list
    return locked


def _write(upload: ContactUpload, rows: list[Row]) -> int:
    """Insert these lines; how many."""
    Contact.objects.bulk_create(
        (
            Contact(
                contact_list=upload.contact_list, upload=upload, address=row.address, name=row.name,
                organisation_name=row.organisation_name, language=row.language, organisation_id=row.organisation,
            )
            for row in rows
        ),
        batch_size=2_000,
    )  # fmt: skip
    return len(rows)


# -- segments -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_segment(*, name: str, definition: Definition, by: User) -> Segment:
    """A new segment."""
    return Segment.objects.create(name=name, definition=definition, created_by=by)


@transaction.atomic
def rename_segment(*, segment: Segment, name: str, by: User) -> Segment:
    """Another name for the same people."""
    segment.name = name
    segment.save(update_fields=["name"])
    return segment


@transaction.atomic
def add_source(*, segment: Segment, source: Fields, by: User) -> Segment:
    """Widen a segment by one source; the same one again changes nothing. Raises Gone."""
    return _redefine(segment, lambda sources: [*sources, source])


@transaction.atomic
def remove_source(*, segment: Segment, key: str, by: User) -> Segment:
    """Take one source out of a segment, by its `source_key`; again changes nothing. Raises Gone."""
    return _redefine(segment, lambda sources: [fields for fields in sources if source_key(fields) != key])


@transaction.atomic
def delete_segment(*, segment: Segment, by: User) -> None:
    """Remove a segment. Raises InUse while a campaign that is not over has it as its audience.

    Such a campaign could be saved again, and its form would offer the whole directory in place of the segment.
    """
    if needing := uses.now().campaigns_with_segment(segment.pk):
        raise InUse(needing)
    segment.delete()


def _redefine(segment: Segment, change: Callable[[list[Fields]], list[Fields]]) -> Segment:
    locked = Segment.objects.select_for_update().filter(pk=segment.pk).first()
    if locked is None:
        raise Gone
    locked.definition = definition_of(*change(sources_of(locked.definition)))
    locked.save(update_fields=["definition"])
    return locked
