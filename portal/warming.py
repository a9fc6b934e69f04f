"""What the first visitor after a start would wait for, loaded beforehand, and once for all processes that are forked."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation


def warm() -> None:
    """Load the broker's transport (a tenth of a second) and the table of addresses of each language. Talks to nobody."""
    from portal.celery import app

    with app.connection_for_write() as broker:
        broker.transport  # noqa: B018  loads its modules
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            reverse("home")
