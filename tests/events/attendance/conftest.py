"""A day that is over, with people who came and people who did not."""

from tests.events.checkin.conftest import anna, door, garden, receptionist, show, steward  # noqa: F401  fixtures
