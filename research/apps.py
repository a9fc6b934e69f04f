"""App configuration."""

from django.apps import AppConfig


class ResearchConfig(AppConfig):
    """See the package's docstring."""

    name = "research"
