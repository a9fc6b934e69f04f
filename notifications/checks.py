"""Settings that would only look right."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from notifications.sending import relay


@register()
def mail_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """MAIL_URL must name a relay; the local mailbox shows every sign-in code and belongs on one's own machine."""
    found: list[CheckMessage] = []
    try:
        relay.from_settings()
    except ValueError as error:
        found.append(Error(str(error), hint="Use mailbox://, smtp://, smtp+tls:// or smtp+ssl://.", id="portal.E001"))
    host = urlsplit(settings.SITE_URL).hostname
    if settings.MAILBOX_ENABLED and host not in {"localhost", "127.0.0.1", "::1"}:
        found.append(
            Warning("The local mailbox shows every mail to every visitor.", hint="Set MAIL_URL.", id="portal.W001")
        )
    return found
