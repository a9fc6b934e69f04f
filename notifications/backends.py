"""Django's own mail joins the outbox."""

from django.core.mail.backends.base import BaseEmailBackend


class OutboxBackend(BaseEmailBackend):
    """Placeholder until the outbox stands."""
