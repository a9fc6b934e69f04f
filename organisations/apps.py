"""App configuration."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """See the package's docstring."""

    name = "organisations"

    def ready(self) -> None:
        """Say what is held of people (decision 0030)."""
        from organisations.kept import enter, own

        enter(own.DECLARED, own.NOT_PERSONAL)
