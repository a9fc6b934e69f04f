"""Everything that changes contact lists and segments."""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from notifications.audiences import imports
from notifications.audiences.definitions import definition_of, source_key
from notifications.audiences.imports import Outcome, Plan
from notifications.audiences.sources import Definition, Fields
from notifications.models.audiences import Contact, ContactList, ContactUpload, Segment
from organisations.models import User


class AlreadyApplied(Exception):
    """The upload was written into its list before."""


class NotApplied(Exception):
    """The upload was never written, or was taken back already."""


class InUse(Exception):
    """Something else still needs the list or segment."""


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
    """Write the new lines of a previewed upload into its list, once. Raises AlreadyApplied, UnreadableList."""
    upload = ContactUpload.objects.select_for_update().get(pk=upload.pk)
    if upload.applied_at:
        raise AlreadyApplied
    if upload.contact_list_id:
        upload.contact_list = ContactList.objects.select_for_update().get(pk=upload.contact_list_id)
    plan = imports.plan(upload)
    if upload.contact_list is None:
        upload.contact_list = ContactList.objects.create(name=upload.list_name, created_by=by)
    upload.applied_at, upload.outcome = timezone.now(), plan.counts
    upload.save(update_fields=["contact_list", "applied_at", "outcome"])
    Contact.objects.bulk_create(
        (
            Contact(
                contact_list=upload.contact_list, upload=upload, address=row.address, name=row.name,
                organisation_name=row.organisation_name, language=row.language, organisation_id=row.organisation,
            )
            for row in plan.with_outcome(Outcome.NEW)
        ),
        batch_size=2_000,
    )  # fmt: skip
    return plan


@transaction.atomic
def undo_upload(*, upload: ContactUpload, by: User) -> int:
    """Take out of the list what this upload added, and forget the file; how many went. Raises NotApplied."""
    upload = ContactUpload.objects.select_for_update().get(pk=upload.pk)
    if not upload.is_undoable:
        raise NotApplied
    removed, _by_model = upload.contacts.all().delete()
    upload.undone_at, upload.content = timezone.now(), b""
    upload.save(update_fields=["undone_at", "content"])
    return removed


@transaction.atomic
def delete_list(*, contact_list: ContactList, by: User) -> None:
    """Remove a list with its contacts and files. Raises InUse while a segment names it."""
    for definition in Segment.objects.values_list("definition", flat=True):
        named = [fields.get("list") for fields in definition.get("sources", []) if fields.get("kind") == "list"]
        if contact_list.pk in named:
            raise InUse
    contact_list.delete()


@transaction.atomic
def save_segment(*, name: str, definition: Definition, by: User) -> Segment:
    """A new segment."""
    return Segment.objects.create(name=name, definition=definition, created_by=by)


@transaction.atomic
def add_source(*, segment: Segment, source: Fields, by: User) -> Segment:
    """Widen a segment by one source; the same one again changes nothing."""
    return _redefine(segment, lambda sources: [*sources, source])


@transaction.atomic
def remove_source(*, segment: Segment, key: str, by: User) -> Segment:
    """Take one source out of a segment, by its `source_key`; again changes nothing."""
    return _redefine(segment, lambda sources: [fields for fields in sources if source_key(fields) != key])


@transaction.atomic
def delete_segment(*, segment: Segment, by: User) -> None:
    """Remove a segment. Raises InUse while a campaign needs it."""
    try:
        segment.delete()
    except ProtectedError as error:
        raise InUse from error


def _redefine(segment: Segment, change: Callable[[list[Fields]], list[Fields]]) -> Segment:
    segment = Segment.objects.select_for_update().get(pk=segment.pk)
    segment.definition = definition_of(*change(segment.definition.get("sources", [])))
    segment.save(update_fields=["definition"])
    return segment
