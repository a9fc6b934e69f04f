"""An agenda with a hall and somebody who speaks; what a release told, and to whom."""

import pytest
from django.utils import timezone

from events import services
from events.agenda.impact import impact_of
from events.models import AgendaRelease, Room, Speaker
from notifications.kinds.agenda import from_ranges
from notifications.models import Delivery


@pytest.fixture
def hall(event, organiser) -> Room:
    return services.save_part(event=event, by=organiser, part=Room(name_it="Sala grande", capacity=100))


@pytest.fixture
def anna(event, organiser) -> Speaker:
    speaker = Speaker(full_name="Anna Relatrice", email="anna.relatrice@ente02.example.org")
    return services.save_part(event=event, by=organiser, part=speaker)


def look(event) -> services.Seen:
    impact = impact_of(event, now=timezone.now())
    return services.Seen(impact.number, impact.fingerprint)


def told() -> dict[str, list[str]]:
    """Who was told of the last release, and of which items."""
    release = AgendaRelease.objects.latest("pk")
    rows = Delivery.objects.filter(kind="agenda_released", payload__release=release.pk)
    return {
        row.address: [release.changes[n]["title"]["it"] for n in from_ranges(row.payload["changes"])] for row in rows
    }
