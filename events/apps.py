"""App configuration."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """See the package's docstring."""

    name = "events"

    def ready(self) -> None:
        """Let the answers to questions enter the hooks of erasure, replacement and download, in every process; say what is held."""
        from events import kept
        from events.questions import given  # noqa: F401
        from organisations.kept import enter

        enter(kept.DECLARED, kept.NOT_PERSONAL)
