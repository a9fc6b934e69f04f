"""An event with registrations, and an SMTP sink that does as it is told."""

import pytest

from notifications.drill.processes import free_port
from notifications.drill.sink import Sink
from tests.events.conftest import add, applicant, event, posted, register, released  # noqa: F401


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


#: The audience that is everybody of the directory.
DIRECTORY = {"sources": [{"kind": "directory"}]}


@pytest.fixture
def send_now(organiser):
    """Confirm a campaign and do not wait for the two minutes."""
    from notifications.campaigns import planning, services

    def send_now(campaign, by=None):
        count = sum(candidate.is_in for candidate in planning.audience(campaign))
        services.send(campaign=campaign, expected=count, by=by or organiser)
        campaign.refresh_from_db()
        if campaign.state == campaign.State.SCHEDULED:
            services.start_now(campaign=campaign, by=organiser)
        campaign.refresh_from_db()
        return count

    return send_now


@pytest.fixture
def invite_by_mail(event, organiser):  # noqa: F811
    """An invitation that a relay took."""
    from django.utils import timezone

    from events.services import invite
    from notifications.models import Campaign, Delivery

    def invite_by_mail(organisation):
        campaign, _new = Campaign.objects.get_or_create(
            event=event, name="Partiti", created_by=organiser, state="finished"
        )
        Delivery.objects.create(
            kind="invitation", idempotency_key=f"x:{organisation.pk}", lane="bulk", campaign=campaign, state="accepted",
            address=organisation.email, organisation=organisation, accepted_at=timezone.now(),
        )  # fmt: skip
        return invite(event=event, organisation=organisation)

    return invite_by_mail


@pytest.fixture
def time_machine_at():
    """A clock that stands still at a moment of Rome."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    import time_machine

    return lambda *moment: time_machine.travel(datetime(*moment, tzinfo=ZoneInfo("Europe/Rome")), tick=False)
