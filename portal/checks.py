"""Combinations of settings that would only look right, or open a door on a real site."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def posting_stays_outside(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """On a real site an organiser must not be able to make the portal talk to its own machine."""
    is_real = not settings.EMBEDDED or urlsplit(settings.SITE_URL).hostname not in {"localhost", "127.0.0.1", "::1"}
    if not (settings.POSTING_MAY_STAY_HERE and is_real):
        return []
    hint = "Remove POSTING_MAY_STAY_HERE: it is for trials on one's own machine."
    return [Error("Addresses of other programs may lie on this machine.", hint=hint, id="portal.E010")]


@register()
def figures_name_nobody(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Two are known to each other: whoever is one of them would read the other one off."""
    if settings.SMALLEST_NUMBER_TOLD >= 3:
        return []
    hint = "Set SMALLEST_NUMBER_TOLD to 3 or more; 5 is what the portal proposes."
    return [Error("Figures would tell numbers in which people can be found.", hint=hint, id="portal.E011")]
