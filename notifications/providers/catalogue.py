"""The providers that MAIL_URL may name, and in what they differ: where credentials stand, how reports are signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.conf import settings

SCHEME = "anymail+"
#: Options that any provider's MAIL_URL may carry after `?`, by anymail's own names.
COMMON = frozenset({"api_url"})
#: Proves a report by HTTP basic authentication: `user:password` in the address given to the provider.
SHARED_SECRET = "WEBHOOK_SECRET"  # noqa: S105  the name of a setting
JSON, FORM, TEXT = "application/json", "application/x-www-form-urlencoded", "text/plain"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. `name` stands in MAIL_URL and in the address of its reports."""

    name: str
    #: The class in anymail's module of webhooks; empty: it reports nothing.
    reports: str
    #: Prefix of its settings: `ANYMAIL_<PREFIX>_…`; empty: the name in capitals.
    prefix: str = ""
    #: Which of anymail's settings the three places of MAIL_URL mean.
    user: str = "api_key"
    password: str = ""
    host: str = ""
    options: frozenset[str] = frozenset()
    #: Settings of which any one is enough to prove that a report is the provider's own.
    proofs: tuple[str, ...] = (SHARED_SECRET,)
    content_type: str = JSON
    #: Whether a calendar may stand beside text and HTML, as mail programs want it; elsewhere it is attached.
    keeps_calendar: bool = False
    #: Headers that make it keep what is ours.
    headers: Mapping[str, str] | None = None
    #: A package that anymail wants for it and that is not installed by default.
    needs: str = ""
    #: Whether the id of its reports is the same when they are repeated, and only then.
    has_steady_ids: bool = True

    def setting(self, name: str) -> Any:
        """One of anymail's settings, None where it is not set."""
        return settings.ANYMAIL.get(name)

    @property
    def missing_proof(self) -> str:
        """Empty if its reports can be proved; else the settings of which one is needed."""
        if not self.reports or any(self.setting(proof) for proof in self.proofs):
            return ""
        return " or ".join(f"ANYMAIL_{proof}" for proof in self.proofs)

    @property
    def missing_package(self) -> str:
        """The package that must be installed first, if any."""
        return "" if not self.needs or find_spec(self.needs) else self.needs


PROVIDERS = {
    provider.name: provider
    for provider in (
        Provider("amazon_ses", "AmazonSESTrackingWebhookView", user="", content_type=TEXT, keeps_calendar=True,
                 options=frozenset({"configuration_set_name", "endpoint_url"}), needs="boto3"),
        Provider("brevo", "BrevoTrackingWebhookView"),
        Provider("mailersend", "MailerSendTrackingWebhookView", user="api_token",
                 proofs=("MAILERSEND_SIGNING_SECRET",)),
        Provider("mailgun", "MailgunTrackingWebhookView", host="sender_domain",
                 proofs=("MAILGUN_WEBHOOK_SIGNING_KEY",)),
        Provider("mailjet", "MailjetTrackingWebhookView", password="secret_key"),  # noqa: S106  an option's name
        Provider("mailtrap", "MailtrapTrackingWebhookView", user="api_token",
                 proofs=("MAILTRAP_TRACKING_SECRET", SHARED_SECRET)),
        Provider("mandrill", "MandrillCombinedWebhookView", content_type=FORM, proofs=("MANDRILL_WEBHOOK_KEY",)),
        Provider("postal", "PostalTrackingWebhookView", proofs=("POSTAL_WEBHOOK_KEY",)),
        Provider("postmark", "PostmarkTrackingWebhookView", user="server_token", options=frozenset({"message_stream"}),
                 headers={"X-PM-KeepID": "true"}),
        Provider("resend", "ResendTrackingWebhookView"),
        Provider("scaleway", "", user="project_id", password="secret_key", host="region"),  # noqa: S106  an option's name
        Provider("sendgrid", "SendGridTrackingWebhookView", keeps_calendar=True, has_steady_ids=False,
                 proofs=("SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY", SHARED_SECRET)),
        Provider("sparkpost", "SparkPostTrackingWebhookView", options=frozenset({"subaccount"})),
        Provider("unisender_go", "UnisenderGoTrackingWebhookView", proofs=("UNISENDER_GO_API_KEY",)),
    )
}  # fmt: skip


def named_by(scheme: str) -> Provider | None:
    """The provider that a MAIL_URL's scheme names."""
    name = scheme.removeprefix(SCHEME).replace("-", "_")
    return PROVIDERS.get(name) if scheme.startswith(SCHEME) else None


def split(url: str) -> SplitResult:
    """A MAIL_URL in its parts; in a scheme of RFC 3986 no underscore may stand, in a provider's name it does."""
    scheme, mark, rest = url.partition("://")
    return urlsplit(scheme.replace("_", "-") + mark + rest)


def of_url(url: SplitResult) -> tuple[Provider, dict[str, Any]]:
    """The provider of a MAIL_URL and what the URL says for anymail's backend. Raises ValueError."""
    provider = named_by(url.scheme)
    if provider is None:
        raise ValueError(f"MAIL_URL: unknown provider {url.scheme!r}; known are {', '.join(PROVIDERS)}")
    places = ((provider.user, url.username), (provider.password, url.password), (provider.host, url.hostname))
    options: dict[str, Any] = {name: unquote(value) for name, value in places if name and value}
    for name, value in parse_qsl(url.query):
        if name not in COMMON | provider.options:
            raise ValueError(f"MAIL_URL: {provider.name} has no option {name!r}")
        options[name] = value
    return provider, _for_amazon(url, options) if provider.name == "amazon_ses" else options


def _for_amazon(url: SplitResult, options: dict[str, Any]) -> dict[str, Any]:
    """Amazon's library takes credentials and place in another shape; it must not repeat a request by itself."""
    given = dict(settings.ANYMAIL.get("AMAZON_SES_CLIENT_PARAMS") or {})
    named = {
        "aws_access_key_id": unquote(url.username or ""),
        "aws_secret_access_key": unquote(url.password or ""),
        "region_name": url.hostname or "",
        "endpoint_url": options.pop("endpoint_url", options.pop("api_url", "")),
    }
    given |= {name: value for name, value in named.items() if value}
    given["config"] = {**(given.get("config") or {}), "retries": {"total_max_attempts": 1}}
    return {**options, "client_params": given}
