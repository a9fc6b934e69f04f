"""How far one request to a provider's API came: measured at the body's bytes, not guessed from the kind of error.

An API takes a message only once it has the whole body, so that as long as a byte of it is still here the message has
surely not arrived; once the last one is gone and no answer came, it may have. Works below anymail, in requests' adapter
and in Amazon's client alike; both end in urllib3, which reads a body that is a file.
"""

from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from notifications.sending.relay import CONNECT_SECONDS

#: How long an API may think. SMTP's ten minutes are for servers that deliver before they answer; an API only queues.
ANSWER_SECONDS = 60


class Body:
    """A request's body as a file that is read once."""

    def __init__(self, content: bytes, began: Callable[[], None]) -> None:
        self._content, self._began, self._position = content, began, 0

    def __len__(self) -> int:
        return len(self._content)

    def read(self, size: int = -1) -> bytes:
        """The next bytes; just before the first ones the intent is written down."""
        if not self._position and self._content:
            self._began()
        end = len(self._content) if size is None or size < 0 else self._position + size
        piece = self._content[self._position : end]
        self._position += len(piece)
        return piece

    @property
    def is_gone(self) -> bool:
        """Whether the last byte was handed to the network."""
        return self._position >= len(self._content)


class Exchange:
    """One message's request and what came back."""

    def __init__(self) -> None:
        self.expect(lambda: None)

    def expect(self, began: Callable[[], None]) -> None:
        """The next request is for another message."""
        self._intent = began
        self._body: Body | None = None
        self.status: int | None = None
        self.text = ""
        #: The intent could not be written down: nothing may leave.
        self.trouble: OSError | None = None

    @property
    def may_have_arrived(self) -> bool:
        """The whole message left this machine."""
        return self._body is not None and self._body.is_gone

    def watched(self, content: Any) -> Body:
        """The body of the request that is about to be made."""
        self._body = Body(content.encode() if isinstance(content, str) else content or b"", self._write_down)
        return self._body

    def _write_down(self) -> None:
        try:
            self._intent()
        except OSError as error:  # urllib3 would take it for the network's
            self.trouble = error
            raise


class Adapter(HTTPAdapter):
    """requests' way to the network, watched. It never repeats a request by itself."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(max_retries=0)
        self._exchange = exchange

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        request.body = self._exchange.watched(request.body)
        response = super().send(request, *args, **kwargs)
        self._exchange.status = response.status_code
        self._exchange.text = response.text
        return response


def watch_session(session: requests.Session, exchange: Exchange) -> None:
    """For the providers whose API anymail calls by requests."""
    for scheme in ("https://", "http://"):
        session.mount(scheme, Adapter(exchange))
    session.max_redirects = 0  # a message is not handed to whoever the first address points at


def watch_amazon(client: Any, exchange: Exchange) -> None:
    """For Amazon's own client."""

    def about_to_send(request: Any, **_kwargs: Any) -> None:
        request.body = exchange.watched(request.body)

    def answered(http_response: Any, **_kwargs: Any) -> None:
        exchange.status = http_response.status_code

    client.meta.events.register("before-send.sesv2.SendEmail", about_to_send)
    client.meta.events.register("after-call.sesv2.SendEmail", answered)


TIMEOUT = (CONNECT_SECONDS, ANSWER_SECONDS)
