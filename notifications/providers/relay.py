"""Hands ready messages to a provider's API, one request each, and says exactly how far each came."""

import logging
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any
from urllib.parse import SplitResult

from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailInvalidAddress,
    AnymailUnsupportedFeature,
)

from notifications.providers import catalogue, names, verdicts, wire
from notifications.providers.rebuilding import Rebuilt, rebuilt
from notifications.sending.relay import ENDING, Began, Envelope, Outcome, Result

logger = logging.getLogger(__name__)
#: What a provider may be unable to do without the message being the worse for it. Anything else it cannot do fails.
OPTIONAL = ("track_opens", "track_clicks", "metadata")


class ProviderRelay:
    """One provider of the catalogue on a kept connection."""

    is_idempotent = False
    is_local = False

    def __init__(self, url: SplitResult) -> None:
        """Raises ValueError when the provider is unknown or its credentials are missing."""
        self.provider, options = catalogue.of_url(url)
        if self.provider.missing_package:
            raise ValueError(f"MAIL_URL: {self.provider.name} needs the package {self.provider.missing_package}")
        self._exchange = wire.Exchange()
        self._unable: set[str] = set()
        self._backend = _backend(self.provider.name, options)
        self._is_open = False

    def accepts_8bit(self) -> bool:
        return True  # the provider writes its own MIME

    def hand_over(self, envelopes: Iterable[Envelope], began: Began) -> Iterator[Result]:
        for envelope in envelopes:
            outcome, words = self._one(envelope, began)
            if outcome in ENDING:
                self.close()
            yield Result(envelope.pk, outcome, words)
            if outcome in ENDING:
                return

    def close(self) -> None:
        if self._is_open:
            self._backend.close()
            self._is_open = False

    # -- inside ------------------------------------------------------------------------------------------------------

    def _one(self, envelope: Envelope, began: Began) -> verdicts.Verdict:
        """Raises OSError when the journal cannot be written; then nothing left."""
        exchange, name = self._exchange, self.provider.name
        exchange.expect(lambda: began(envelope.pk))
        try:
            status = self._sent(rebuilt(envelope, self.provider))
        except AnymailInvalidAddress as error:
            return Outcome.REFUSED, f"553 5.1.3 {name}: {error}"
        except AnymailUnsupportedFeature as error:
            return Outcome.REFUSED, f"554 5.6.3 {name}: {error}"
        except Exception as error:
            if exchange.trouble:
                self.close()
                raise exchange.trouble from error
            return self._judged(error)
        return verdicts.of_recipient(status.status, exchange.status, exchange.text, name) or (
            Outcome.ACCEPTED, names.taken(name, status.message_id)
        )  # fmt: skip

    def _judged(self, error: Exception) -> verdicts.Verdict:
        """An answer tells; without one the bytes do. An answer of success that cannot be read may be a success."""
        exchange, name = self._exchange, self.provider.name
        if exchange.status is not None and not verdicts.is_success(exchange.status):
            return verdicts.of_status(exchange.status, exchange.text or str(error.__cause__ or error), name)
        logger.warning("no readable answer from %s: %s", name, type(error.__cause__ or error).__name__)
        return verdicts.unanswered(error, name, may_have_arrived=exchange.may_have_arrived)

    def _sent(self, message: Rebuilt) -> Any:
        """anymail's status of the one recipient. What the provider cannot do and nobody misses is left away."""
        self._open()
        for feature in self._unable:
            delattr(message, feature)
        while True:
            try:
                self._backend.send_messages([message])
            except AnymailUnsupportedFeature as error:
                missing = [name for name in OPTIONAL if name in str(error) and hasattr(message, name)]
                if not missing:
                    raise
                self._unable.update(missing)
                for feature in missing:
                    delattr(message, feature)
                continue
            return next(iter(message.anymail_status.recipients.values()))

    def _open(self) -> None:
        if self._is_open:
            return
        self._backend.open()
        self._is_open = True
        if self.provider.name == "amazon_ses":
            wire.watch_amazon(self._backend.client, self._exchange)
        else:
            wire.watch_session(self._backend.session, self._exchange)


def _backend(name: str, options: dict[str, Any]) -> Any:
    """anymail's backend. Only what `OPTIONAL` names may be missing, and refusals are told, not raised."""
    fixed = {"timeout": wire.TIMEOUT, "ignore_unsupported_features": False, "ignore_recipient_status": True}
    try:
        return import_module(f"anymail.backends.{name}").EmailBackend(**options, **fixed)
    except AnymailConfigurationError as error:
        raise ValueError(f"MAIL_URL: credentials of {name} are missing. {error}") from error
