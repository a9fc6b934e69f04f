"""App configuration."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """See the package's docstring."""

    name = "portal"

    def ready(self) -> None:
        from portal import checks  # noqa: F401  importing it registers them
