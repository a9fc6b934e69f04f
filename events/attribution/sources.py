"""Which codes count: those declared for the event."""

from events.attribution import codes
from events.attribution.models import RegistrationSource
from events.models import Event


def known(event: Event, text: str) -> str:
    """The code of a declared source of this event in what an address said; empty for anything else."""
    code = codes.well_formed(text)
    return code if code and RegistrationSource.objects.filter(event=event, code=code).exists() else ""
