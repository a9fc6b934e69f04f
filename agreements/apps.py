"""App configuration."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """See the package's docstring."""

    name = "agreements"

    def ready(self) -> None:
        """Say what is held of people (decision 0030)."""
        from agreements import kept
        from organisations.kept import enter

        enter(kept.DECLARED, kept.NOT_PERSONAL)
