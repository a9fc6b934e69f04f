"""The info day on Friday 19 February 2027 at 10:30, looked at on 20 January."""

import pytest
import time_machine

from events.models import Event
from tests.events.conftest import rome


@pytest.fixture(autouse=True)
def _in_january():
    with time_machine.travel(rome(2027, 1, 20, 12), tick=False):
        yield


@pytest.fixture
def event(event) -> Event:
    Event.objects.filter(pk=event.pk).update(starts_at=rome(2027, 2, 19, 10, 30), ends_at=rome(2027, 2, 19, 13))
    event.refresh_from_db()
    return event


@pytest.fixture
def desk(organiser, client_of):
    return client_of(organiser)
