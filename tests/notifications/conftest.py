"""An event with registrations, and an SMTP sink that does as it is told."""

import contextlib
import socket
import threading

import pytest

from tests.events.conftest import applicant, event, posted, register  # noqa: F401


class Sink:
    """A small SMTP server on a thread: counts Message-IDs, answers as `script` says, drops connections on demand."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.script: dict[str, bytes] = {}
        self.drop_after_data = False
        self.connections = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def message_ids(self) -> list[bytes]:
        return [line.split(b" ", 1)[1] for message in self.messages for line in message.split(b"\r\n")
                if line.lower().startswith(b"message-id:")]  # fmt: skip

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the worker was killed in the middle of a word
            self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 sink\r\n")
            for line in lines:
                verb = line.split(b" ")[0].strip().upper().decode()
                answer = self.script.get(verb)
                if verb == "DATA" and answer is None:
                    connection.sendall(b"354 go on\r\n")
                    body = b""
                    while not body.endswith(b"\r\n.\r\n"):
                        more = lines.readline()
                        if not more:
                            return
                        body += more
                    self.messages.append(body)
                    if self.drop_after_data:
                        return
                    answer = self.script.get("DOT", b"250 kept\r\n")
                if verb == "QUIT":
                    connection.sendall(b"221 bye\r\n")
                    return
                connection.sendall(answer or b"250 ok\r\n")


@pytest.fixture
def sink():
    server = Sink()
    yield server
    server.close()


@pytest.fixture
def smtp(sink, settings):
    """Mail goes to the sink."""
    settings.MAIL_URL = sink.url
    return sink


@pytest.fixture
def dead_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
