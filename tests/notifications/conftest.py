"""An event with registrations, and an SMTP sink that does as it is told."""

import pytest

from notifications.drill.processes import free_port
from notifications.drill.sink import Sink
from tests.events.conftest import applicant, event, posted, register  # noqa: F401


@pytest.fixture
def sink():
    server = Sink()
    yield server
    server.close()


@pytest.fixture
def smtp(sink, settings):
    """Mail goes to the sink."""
    settings.MAIL_URL = sink.url
    return sink


@pytest.fixture
def dead_port() -> int:
    """A port on which nobody listens."""
    return free_port()
