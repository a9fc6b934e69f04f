"""Settings that would only look right."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from notifications.channels import messengers
from notifications.models import Lane
from notifications.providers import catalogue
from notifications.sending import relay

#: What may stand before `://`.
SCHEMES = "Use mailbox://, smtp://, smtp+tls://, smtp+ssl:// or anymail+<provider>://."


@register()
def mail_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """MAIL_URL must name a relay; the local mailbox shows every sign-in code and belongs on one's own machine."""
    found: list[CheckMessage] = []
    for lane in (Lane.TRANSACTIONAL, *([Lane.BULK] if settings.MAIL_URL_BULK else [])):
        try:
            relay.from_settings(lane)
        except ValueError as error:
            found.append(Error(str(error), hint=SCHEMES, id="portal.E001"))
    host = urlsplit(settings.SITE_URL).hostname
    if settings.MAILBOX_ENABLED and host not in {"localhost", "127.0.0.1", "::1"}:
        found.append(
            Warning("The local mailbox shows every mail to every visitor.", hint="Set MAIL_URL.", id="portal.W001")
        )
    return found


@register()
def messenger_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every entry of MESSENGER_URLS must be understood, or posts would wait for a channel that never comes."""
    hint = "telegram://<bot token>@<channel>?name=…, or gateway+https://…?name=…; commas inside an entry as %2C."
    return [Error(f"MESSENGER_URLS: {words}.", hint=hint, id="portal.E011") for words in messengers.problems()]


@register()
def provider_reports(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A provider whose reports cannot be proved reports in vain: bounces and complaints would be refused."""
    found: list[CheckMessage] = []
    schemes = {catalogue.split(url).scheme for url in (settings.MAIL_URL, settings.MAIL_URL_BULK)}
    for provider in filter(None, map(catalogue.named_by, sorted(schemes))):
        if provider.missing_proof:
            hint = f"Set {provider.missing_proof}, then give /webhooks/mail/{provider.name}/ to the provider."
            found.append(
                Warning(f"Reports of {provider.name} are refused: nothing proves them.", hint=hint, id="portal.W002")
            )
        if provider.name == "sendgrid":
            found.append(
                Warning("django-anymail no longer tests SendGrid.", hint="Try it before a campaign.", id="portal.W003")
            )
    return found
