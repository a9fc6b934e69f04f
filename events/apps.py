"""App configuration."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """See the package's docstring."""

    name = "events"
