"""App configuration."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """See the package's docstring."""

    name = "agreements"
