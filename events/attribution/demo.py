"""The places where the case's info day was made known: posters, press and pages, as the information campaign names them."""

from events.attribution.models import RegistrationSource
from events.attribution.services import declare
from events.models import Event
from organisations.models import User

Kind = RegistrationSource.Kind
PLACES = (
    (Kind.POSTER, "Manifesti nelle stazioni"),
    (Kind.PRESS, "Comunicato ai giornali locali"),
    (Kind.SOCIAL, "Pagina dell’associazione"),
    (Kind.PARTNER, "Siti dei Comuni di Terni, Orvieto e Narni"),
)


def load(*, by: User) -> None:
    """A tagged address for each of them; running it again changes nothing."""
    for event in Event.objects.filter(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY):
        for kind, label in PLACES:
            declare(event=event, kind=kind, label=label, by=by)
