"""App configuration: connects the receivers and the checks."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """See the package's docstring."""

    name = "notifications"

    def ready(self) -> None:
        from notifications import checks, receivers  # noqa: F401  importing them registers them
