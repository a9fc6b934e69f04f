"""An SMTP server on a thread that keeps what it is given, answers as it is told, and takes its time if asked to."""

import contextlib
import socket
import threading
import time


class Sink:
    """Counts messages; `script` gives other answers by verb (DOT: to the text), `drop_after_data` none at all."""

    def __init__(self, *, delay: float = 0.0, extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME")) -> None:
        self.messages: list[bytes] = []
        self.script: dict[str, bytes] = {}
        self.drop_after_data = False
        self.connections = 0
        self.delay = delay
        self.extensions = extensions
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """For MAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def message_ids(self) -> list[bytes]:
        """Of all messages, in the order of their coming."""
        return [
            line.split(b" ", 1)[1]
            for message in list(self.messages)
            for line in message.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
            if line.lower().startswith(b"message-id:")
        ]

    def close(self) -> None:
        """No more connections."""
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._server.accept()
            except OSError:
                return
            self.connections += 1
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
                if verb == "EHLO" and answer is None:
                    names = ["sink", *self.extensions]
                    marks = ["-"] * (len(names) - 1) + [" "]
                    answer = "".join(f"250{m}{n}\r\n" for m, n in zip(marks, names, strict=True)).encode()
                if verb == "DATA" and answer is None:
                    connection.sendall(b"354 go on\r\n")
                    content = b""
                    while not content.endswith(b"\r\n.\r\n"):
                        more = lines.readline()
                        if not more:
                            return
                        content += more
                    self.messages.append(content)
                    if self.drop_after_data:
                        return
                    if self.delay:
                        time.sleep(self.delay)
                    answer = self.script.get("DOT", b"250 kept\r\n")
                if verb == "QUIT":
                    connection.sendall(b"221 bye\r\n")
                    return
                connection.sendall(b"250 ok\r\n" if answer is None else answer)
