"""An event with few places, and how to register for it."""

from tests.events.conftest import applicant, event, register  # noqa: F401
