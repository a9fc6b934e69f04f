"""The secrets of all providers, and a message that one of them took."""

import pytest

from notifications.models import Delivery
from tests.notifications.reports.posting import PUBLIC_KEY, SECRET, accepted


@pytest.fixture(autouse=True)
def _secrets(settings):
    settings.ANYMAIL = {
        "WEBHOOK_SECRET": [SECRET],
        "MAILGUN_WEBHOOK_SIGNING_KEY": "mailgun-key",
        "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY": PUBLIC_KEY,
        "MAILERSEND_SIGNING_SECRET": "mailersend-key",
        "MANDRILL_WEBHOOK_KEY": "mandrill-key",
    }


@pytest.fixture
def row() -> Delivery:
    """A message that the provider took."""
    return accepted(1)[0]
