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
            figures,
            receivers,  # noqa: F401
            timeline,
        )
        from notifications.kept import declared
        from notifications.sending import tallies
        from organisations.kept import enter

        enter(declared.DECLARED, declared.NOT_PERSONAL)

        erasure.connect()
        event_log.connect()
        copies.connect()
        figures.connect()
        timeline.connect()
        post_migrate.connect(tallies.ensure, sender=self)
