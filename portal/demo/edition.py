"""The next edition of the info day, copied from the one to come: a draft, its reminder at rest."""

from events.cloning.services import clone_event
from events.cloning.shifting import proposed
from events.models import Event
from organisations.models import User


def load(*, year: int, by: User) -> None:
    """Write what is not there yet; running it again changes nothing."""
    slug = f"giornata-informativa-{year + 1}"
    if not Event.objects.filter(slug=slug).exists():
        event = Event.objects.get(slug=f"giornata-informativa-{year}")
        clone_event(event=event, by=by, starts_at=proposed(event.starts_at, event.starts_at), slug=slug)
