"""A relay that cannot prove its name gets neither mail nor password."""

import contextlib
import socket
import ssl
import subprocess
import threading

import pytest

from notifications.models import Delivery, Throttle
from notifications.sending import pump
from tests.notifications.test_pump import states, write

pytestmark = pytest.mark.django_db


class SelfSigned:
    """A relay with a certificate that nobody vouches for, and what it was told."""

    def __init__(self, folder, *, implicit: bool) -> None:
        key, certificate = folder / "key.pem", folder / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
             "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, capture_output=True,
        )  # fmt: skip
        self.certificate, self.implicit, self.told = certificate, implicit, []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._server = socket.create_server(("127.0.0.1", 0))
        scheme = "smtp+ssl" if implicit else "smtp+tls"
        self.url = f"{scheme}://name:secret@127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._server.accept()
                with contextlib.suppress(OSError), connection:
                    self._talk(connection)

    def _talk(self, connection) -> None:
        if self.implicit:
            connection = self._context.wrap_socket(connection, server_side=True)
        connection.sendall(b"220 relay\r\n")
        while line := connection.recv(4096):
            self.told.append(line)
            match line.split()[0].upper():
                case b"EHLO":
                    connection.sendall(b"250-relay\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n")
                case b"STARTTLS":
                    connection.sendall(b"220 go on\r\n")
                    connection = self._context.wrap_socket(connection, server_side=True)
                case _:
                    connection.sendall(b"535 5.7.8 enough heard\r\n")
        connection.close()

    @property
    def heard_a_password(self) -> bool:
        return any(line.startswith(b"AUTH") for line in self.told)


@pytest.fixture(params=[True, False], ids=["implicit", "starttls"])
def relay(request, tmp_path):
    server = SelfSigned(tmp_path, implicit=request.param)
    yield server
    server.close()


def test_a_relay_with_a_certificate_nobody_vouches_for_hears_no_password(relay, settings):
    settings.MAIL_URL = relay.url
    write(1)
    pump.pump()
    assert not relay.heard_a_password
    assert states() == [Delivery.State.READY]
    assert "certificate" in Throttle.objects.get().reason.lower()


def test_a_relay_whose_certificate_is_vouched_for_is_signed_in_to(relay, settings, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(relay.certificate))
    settings.MAIL_URL = relay.url
    write(1)
    pump.pump()
    assert relay.heard_a_password


def test_only_who_says_so_does_without_the_proof(relay, settings):
    settings.MAIL_URL = f"{relay.url}?verify=no"
    write(1)
    pump.pump()
    assert relay.heard_a_password
