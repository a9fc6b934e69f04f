"""Sources are declared before they count: an address that nobody declared is no source."""

from django.db import transaction
from django.db.models import ProtectedError

from events.attribution import codes
from events.attribution.models import RegistrationSource
from events.log.recording import record
from events.models import Event, Registration
from events.services.locking import lock
from organisations.models import User

Kind = RegistrationSource.Kind


class SourceInUse(Exception):
    """Registrations came from there, or a campaign or a post carries it: it stays."""


@transaction.atomic
def declare(*, event: Event, kind: str, label: str, by: User) -> RegistrationSource:
    """A tagged address for one place; the same kind and label again give the first one back.

    The event's row is the lock: two people at once never get the same code for two places.
    """
    event = lock(event)
    earlier = event.sources.filter(kind=kind, label=label).first()
    if earlier:
        return earlier
    source = event.sources.create(kind=kind, label=label, code=_free_code(event, kind, label), created_by=by)
    record(event, "source.declared", by=by, subject=source.pk, title=label)
    return source


def _free_code(event: Event, kind: str, label: str) -> str:
    wished = codes.suggested(kind, label)
    taken = set(event.sources.filter(code__startswith=wished).values_list("code", flat=True))
    numbered = (f"{wished}-{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (wished, *numbered) if code not in taken)


@transaction.atomic
def declare_campaign(*, event: Event, pk: int, label: str, by: User) -> RegistrationSource:
    """The source that a campaign's letters name, made once; its label follows the campaign's name."""
    source, _created = RegistrationSource.objects.update_or_create(
        event=event,
        code=codes.of_campaign(pk),
        defaults={"label": label},
        create_defaults={"kind": Kind.CAMPAIGN, "label": label, "created_by": by},
    )
    return source


@transaction.atomic
def take_back_campaign(*, event: Event, pk: int) -> None:
    """Forget a campaign's source: its letters never left. One that somebody registered through stays."""
    code = codes.of_campaign(pk)
    if not event.registrations.filter(source=code).exists():
        event.sources.filter(code=code, kind=Kind.CAMPAIGN).delete()


@transaction.atomic
def withdraw(*, source: RegistrationSource, by: User) -> None:
    """Forget a source nobody came from; its printed address still opens the page. Raises SourceInUse.

    The event's row is the lock, as where registrations are written: none can come in between.
    """
    event = lock(source.event)
    if source.is_campaign or Registration.objects.filter(event=event, source=source.code).exists():
        raise SourceInUse
    record(event, "source.withdrawn", by=by, subject=source.pk, title=source.label)
    try:
        source.delete()
    except ProtectedError as error:  # a post carries it
        raise SourceInUse from error
