"""Another program, as a real HTTP server on this machine: it answers as it is told and keeps what it was told."""

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Listener:
    """`answers`: (status, headers, body) in order, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str], bytes]] = [(204, {}, b"")]
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        #: Seconds before the answer; seconds between the bytes of its body.
        self.delay = self.drip = 0.0
        self.lock, outer = threading.Lock(), self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.lock:
                    outer.heard.append((self.path, {k.lower(): v for k, v in self.headers.items()}, content))
                    status, headers, body = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                time.sleep(outer.delay)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for byte in range(len(body)) if outer.drip else ():
                    time.sleep(outer.drip)
                    self.wfile.write(body[byte : byte + 1])
                    self.wfile.flush()
                if not outer.drip:
                    self.wfile.write(body)

            do_GET = do_POST

            def log_message(self, *args: object) -> None:
                pass

            def handle(self) -> None:
                with contextlib.suppress(OSError):  # whoever asked has gone
                    super().handle()

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *args: None
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ricevi?a=1"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
