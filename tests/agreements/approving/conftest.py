"""A text before the bodies, and Terni's line of it."""

import pytest

from agreements import services
from agreements.models import Agreement, Party
from tests.agreements.conftest import before_bodies


@pytest.fixture
def closed(shared, organiser) -> Agreement:
    services.close_observations(agreement=shared, by=organiser)
    shared.refresh_from_db()
    return shared


@pytest.fixture
def in_approval(closed, organiser) -> Agreement:
    before_bodies(closed, organiser)
    closed.refresh_from_db()
    return closed


@pytest.fixture
def party(in_approval, terni) -> Party:
    return in_approval.parties.get(organisation=terni)
