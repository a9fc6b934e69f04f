"""Who came to the info day of 2020: the bodies that signed, by the offices that the public programme names."""

import uuid
from datetime import timedelta

from events.checkin import services
from events.checkin.models import Scan
from events.checkin.services import Desk, Newcomer, Shown
from events.models import Event
from organisations.models import User

CAME = (
    ("Presidente", "Confartigianato Imprese Terni", "association"),
    ("Segreteria del progetto", "Confartigianato Imprese Terni", "association"),
    ("Assessore ai servizi sociali di Terni", "Comune di Terni", "municipality"),
    ("Assessore ai servizi sociali di Orvieto", "Comune di Orvieto", "municipality"),
    ("Assessore ai servizi sociali di Narni", "Comune di Narni", "municipality"),
    ("Presidente della prima cooperativa", "Cooperativa sociale (buona pratica 1)", "cso"),
    ("Presidente della seconda cooperativa", "Cooperativa sociale (buona pratica 2)", "cso"),
    ("Genitore di un giovane", "", ""),
)


def load(*, by: User) -> None:
    """Write what is not there yet; running it again changes nothing."""
    for event in Event.objects.filter(state=Event.State.HELD, kind=Event.Kind.INFO_DAY, scans=None):
        for number, (name, organisation, kind) in enumerate(CAME):
            came_at = event.starts_at - timedelta(minutes=25 - 2 * number)
            shown = Shown(
                uuid.uuid5(event.uid, name), Scan.Means.WALK_IN, newcomer=Newcomer(name, organisation, kind), at=came_at
            )
            services.record(event=event, shown=[shown], desk=Desk("Ingresso", by), now=came_at)
