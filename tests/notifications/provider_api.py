"""A provider's API on 127.0.0.1: a real HTTP server that answers as it is told, hangs, or drops the line."""

import contextlib
import json
import socket
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy

POSTMARK_OK = {"ErrorCode": 0, "Message": "OK", "MessageID": "pm-{n}", "To": "{to}"}


@dataclass
class Request:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, list]:
        """The fields of a multipart form: text, or for files (name, type, content)."""
        raw = b"Content-Type: " + self.headers["content-type"].encode() + b"\r\n\r\n" + self.body
        fields: dict[str, list] = {}
        for part in message_from_bytes(raw, policy=policy.HTTP).iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            value = (part.get_filename(), part["Content-Type"], content) if part.get_filename() else content.decode()
            fields.setdefault(name, []).append(value)
        return fields


@dataclass
class Api:
    """`answers`: one for each request, the last one for ever: (status, body) or "hang", "drop", "cut", "reset"."""

    answers: list = field(default_factory=lambda: [(200, POSTMARK_OK)])

    def __post_init__(self) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._over = threading.Event()
        self._talks: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self._listener = threading.Thread(target=self._accept, daemon=True)
        self._listener.start()

    def close(self) -> None:
        self._over.set()
        self._server.shutdown(socket.SHUT_RDWR)  # closing alone would not wake who waits for a caller
        self._listener.join(timeout=10)
        self._server.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for talk in self._talks:
            talk.join(timeout=10)

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._server.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            talk = threading.Thread(target=self._talk, args=(connection,), daemon=True)
            talk.start()
            self._talks.append(talk)

    def _talk(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection, connection.makefile("rb") as lines:
            self._serve(connection, lines)

    def _serve(self, connection: socket.socket, lines) -> None:
        while head := lines.readline():
            headers = {}
            while (line := lines.readline()) not in {b"\r\n", b""}:
                name, _colon, value = line.decode("latin-1").partition(":")
                headers[name.lower()] = value.strip()
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer == "reset":  # in the middle of the body
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                return
            if headers.get("expect") == "100-continue":
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = lines.read(int(headers.get("content-length", 0)))
            self.requests.append(Request(head.decode().split(" ")[1], headers, body))
            if answer == "hang":
                self._over.wait(20)
                return
            if answer == "drop":
                connection.shutdown(socket.SHUT_RDWR)
                return
            self._answer(connection, answer)

    def _answer(self, connection: socket.socket, answer) -> None:
        status, content = (200, POSTMARK_OK) if answer == "cut" else answer
        text = content if isinstance(content, str) else json.dumps(content)
        text = text.replace("{n}", str(len(self.requests))).replace("{to}", self._to())
        body = text.encode()
        more = b"Location: /elsewhere\r\n" if 300 <= status < 400 else b""
        length = len(body) + (100 if answer == "cut" else 0)
        head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n".encode()
        connection.sendall(head + more + b"\r\n" + body)
        if answer == "cut":
            connection.shutdown(socket.SHUT_RDWR)

    def _to(self) -> str:
        """Postmark repeats whom it took the message for."""
        try:
            to = self.requests[-1].json["To"]
            return json.dumps(to)[1:-1] if isinstance(to, str) else ""
        except (ValueError, KeyError, TypeError):
            return ""
