"""App configuration: connects the receivers and the checks."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class NotificationsConfig(AppConfig):
    """See the package's docstring."""

    name = "notifications"

    def ready(self) -> None:
        from notifications import (  # importing the others registers them
            agreement_receivers,  # noqa: F401
            appointment_receivers,  # noqa: F401
            checks,  # noqa: F401
            copies,
            erasure,
            event_log,
            receivers,  # noqa: F401
            timeline,
        )
        from notifications.sending import tallies

        erasure.connect()
        event_log.connect()
        copies.connect()
        timeline.connect()
        post_migrate.connect(tallies.ensure, sender=self)
