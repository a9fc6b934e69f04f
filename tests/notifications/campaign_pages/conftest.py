"""A campaign, the organiser's browser, and a campaign that has left."""

import pytest

from events import services as events
from events.models import Invitation
from notifications.campaigns import services
from notifications.models import (
    Campaign,
    Delivery,
    Suppression,
    hash_address,
)
from notifications.sending import pump
from tests.notifications.conftest import DIRECTORY

State = Campaign.State


@pytest.fixture
def campaign(event, organiser, terni, orvieto, narni, cso) -> Campaign:
    return services.prepare(
        by=organiser, event=event, name="Inviti", subject_it="Invito: {event}", body_it="Per {organisation}: {date}.",
        audience=DIRECTORY,
    )  # fmt: skip


@pytest.fixture
def desk(client_of, organiser):
    """The organiser's browser, in English."""
    client = client_of(organiser)

    class Desk:
        def get(self, path="", **kwargs):
            return client.get(f"/en/manage/campaigns/{path}", **kwargs)

        def post(self, path="", data=None, **kwargs):
            return client.post(f"/en/manage/campaigns/{path}", data or {}, **kwargs)

    return Desk()


@pytest.fixture
def sent(campaign, event, send_now, orvieto, terni, register):
    """Three written to, one left out; one opened its link, one registered, one came back."""
    Suppression.objects.create(address_hash=hash_address(orvieto.email), reason="unsubscribed")
    send_now(campaign)
    pump.pump()
    events.record_opening(invitation=Invitation.objects.get(organisation__name__startswith="Cooperativa"))
    register("Anna", invitation=Invitation.objects.get(organisation=terni))
    Delivery.objects.filter(address__contains="narni").update(state="bounced_hard", reply="550 5.1.1 unknown")
    return campaign
