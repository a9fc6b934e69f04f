"""Requests to other people's servers: only into the open Internet, to the address that was judged, within their time."""

import contextlib
import socket
import ssl
import subprocess
import threading
import time

import pytest

from notifications.posting import network
from tests.notifications.listener import Listener


@pytest.fixture
def listener(settings):
    settings.POSTING_MAY_STAY_HERE = True
    server = Listener()
    yield server
    server.close()


@pytest.mark.parametrize(
    "url",
    [
        "https://programma.example.org", "https://programma.example.org:8443/a?b=c", "https://203.0.114.9/x",
        "https://[2606:4700::1111]/x", "https://xn--citt-2na.example.org/", "https://_a.b_c.example.org/", "https://a.example.org./",
    ],
)  # fmt: skip
def test_a_public_https_address_may_be_written_to(url):
    assert network.judged(url).geturl() == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://programma.example.org/", "https"), ("ftp://programma.example.org/", "https"), ("", "syntax"),
        ("https://", "syntax"), ("https://name:word@programma.example.org/", "syntax"), ("https://a@b.example.org", "syntax"),
        ("https://programma.example.org/#x", "syntax"), ("https://programma.example.org:99999/", "syntax"),
        ("https://[::1", "syntax"), ("https://città.example.org/", "syntax"), ("https://a.example.org/ b", "syntax"),
        ("https://a.example.org/\r\nX: y", "syntax"), ("https://localhost/", "private"), ("https://127.0.0.1/", "private"),
        ("https://10.0.0.1/", "private"), ("https://192.168.1.1/", "private"), ("https://169.254.169.254/latest", "private"),
        ("https://[::1]/", "private"), ("https://[fd00::1]/", "private"), ("https://[fe80::1]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"), ("https://[64:ff9b::7f00:1]/", "private"), ("https://0.0.0.0/", "private"),
        ("https://100.64.0.1/", "private"), ("https://168.63.129.16/", "private"), ("https://224.0.0.1/", "private"),
        ("https://intranet/", "private"), ("javascript:alert(1)", "syntax"), ("https://[::ffff:8.8.8.8]/", "private"),
        ("https://[5f00::1]/", "private"), ("https://[3fff::1]/", "private"), ("https://a..b/", "syntax"),
        ("https://*.example.org/", "syntax"), ("https://exa<b>.org/", "syntax"), ("https://%31%32.example.org/", "syntax"),
        ("https://a.example.org\\x/", "syntax"), (f"https://{'a' * 64}.example.org/", "syntax"), ("https://-a.example.org/", "syntax"),
        (f"https://{'a.' * 130}org/", "syntax"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_by_its_spelling(url, why):
    with pytest.raises(network.NotPublic, match=why):
        network.judged(url)


def names(monkeypatch, *addresses):
    """Every name has these addresses; how often it was asked."""
    asked = []

    def getaddrinfo(host, port, **_kwargs):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"], ["fe80::1%eth0"], ["2002:7f00:1::"], ["0.0.0.0"], [],
    ],
)  # fmt: skip
def test_a_name_that_leads_into_a_private_network_is_never_connected_to(monkeypatch, addresses):
    names(monkeypatch, *addresses)
    monkeypatch.setattr(socket, "create_connection", lambda *args: pytest.fail("it was connected to"))
    answer = network.post("https://programma.example.org/", b"{}", {})
    assert (answer.status, answer.words) == (None, "not a public address")


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(monkeypatch):
    """A second answer of the name server, an inner one this time, changes nothing (DNS rebinding)."""
    asked, connected = names(monkeypatch, "93.184.216.34"), []

    def create_connection(address, timeout):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", create_connection)
    answer = network.post("https://programma.example.org/", b"{}", {})
    assert connected == [("93.184.216.34", 443)]
    assert asked == ["programma.example.org"]
    assert answer.words == "the connection was refused"


def test_the_next_address_of_a_name_is_tried_where_the_first_is_down(listener, monkeypatch):
    """The first one refuses (nobody listens on that one); the second is the server."""
    monkeypatch.setattr(network, "resolved", lambda host, port: ["127.0.0.2", "127.0.0.1"])
    assert network.post(f"http://localhost:{listener.port}/ricevi", b"{}", {}).status == 204
    assert len(listener.heard) == 1


def test_addresses_that_all_hang_cost_no_more_than_the_whole_time(monkeypatch):
    names(monkeypatch, *(f"93.184.216.{last}" for last in range(1, 20)))
    monkeypatch.setattr(network, "STEP_SECONDS", 0.2)
    monkeypatch.setattr(network, "WHOLE_SECONDS", 0.5)
    asked = []

    def create_connection(address, timeout):
        asked.append(address)
        time.sleep(timeout)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", create_connection)
    began = time.monotonic()
    assert network.post("https://programma.example.org/", b"{}", {}).words == "no answer in time"
    assert time.monotonic() - began < 2
    assert 1 < len(asked) < 5


def test_a_silent_name_server_costs_its_seconds_and_no_more(monkeypatch):
    silence = threading.Event()

    def getaddrinfo(*_args, **_kwargs):
        silence.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(network, "STEP_SECONDS", 0.3)
    began = time.monotonic()
    answer = network.post("https://programma.example.org/", b"{}", {})
    assert (answer.words, answer.has_left) == ("no answer in time", False)
    assert time.monotonic() - began < 3
    silence.set()


def test_this_machine_is_written_to_only_where_the_setting_allows(listener, settings):
    assert network.post(listener.url, b"{}", {}).status == 204
    settings.POSTING_MAY_STAY_HERE = False
    assert network.post(listener.url, b"{}", {}).words == "not a public address"
    assert len(listener.heard) == 1


def test_the_setting_opens_this_machine_alone_and_no_other_private_one(settings, monkeypatch):
    settings.POSTING_MAY_STAY_HERE = True
    for url in ("http://10.0.0.1/", "http://programma.example.org/", "https://192.168.1.1/"):
        with pytest.raises(network.NotPublic):
            network.judged(url)
    names(monkeypatch, "10.0.0.1")
    assert network.post("https://programma.example.org/", b"", {}).words == "not a public address"


def test_the_request_arrives_as_it_was_written(listener):
    listener.answers = [(200, {"Retry-After": "120"}, "già preso\x00\n".encode())]
    answer = network.post(listener.url, b'{"a":1}', {"Content-Type": "application/json", "webhook-id": "msg_1"})
    [(path, headers, content)] = listener.heard
    assert (path, content) == ("/ricevi?a=1", b'{"a":1}')
    assert headers["host"] == f"127.0.0.1:{listener.port}"
    assert headers["webhook-id"] == "msg_1"
    assert (answer.status, answer.words, answer.wait, answer.is_taken) == (200, "già preso", 120, True)


@pytest.mark.parametrize(
    ("written", "target"),
    [("?token=a", "/?token=a"), ("", "/"), ("/a;b?c=d;e", "/a;b?c=d;e"), ("/a?", "/a")],
)
def test_the_request_line_is_one_that_servers_understand(listener, written, target):
    assert network.post(f"http://127.0.0.1:{listener.port}{written}", b"{}", {}).status == 204
    assert [path for path, *_rest in listener.heard] == [target]


def test_the_usual_port_is_not_named_to_the_server(settings, monkeypatch):
    """`Host: programma.example.org:443` is another name to some servers."""
    names(monkeypatch, "93.184.216.34")
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(socket, "create_connection", lambda *args: ours)
    monkeypatch.setattr(network, "_secure", lambda held, host: None)
    theirs.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert network.post("https://programma.example.org/", b"{}", {}).status == 204
    head = theirs.recv(4096)
    theirs.close()
    assert b"Host: programma.example.org\r\n" in head


def test_a_status_holds_though_its_body_breaks_off_or_never_comes(settings, monkeypatch):
    """200 and a body that was announced and is not sent: the other side has taken it, and is not asked twice."""
    settings.POSTING_MAY_STAY_HERE = True
    monkeypatch.setattr(network, "STEP_SECONDS", 0.3)
    server = socket.create_server(("127.0.0.1", 0))

    def talk():
        connection, _address = server.accept()
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\nabc")
        connection.recv(1)  # until the other side goes away
        connection.close()

    thread = threading.Thread(target=talk)
    thread.start()
    answer = network.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
    thread.join()
    server.close()
    assert (answer.status, answer.is_taken) == (200, True)


def test_words_that_would_turn_the_page_around_are_taken_out(listener):
    listener.answers = [(500, {}, "a\u202eb\u2066c\u200fd".encode())]
    assert network.post(listener.url, b"{}", {}).words == "a b c d"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirection_is_not_followed(listener, status):
    listener.answers = [(status, {"Location": f"http://127.0.0.1:{listener.port}/altrove"}, b"")]
    answer = network.post(listener.url, b"{}", {})
    assert (answer.status, answer.is_taken) == (status, False)
    assert [path for path, *_ in listener.heard] == ["/ricevi?a=1"]


@pytest.mark.parametrize(("text", "wait"), [("", 0), ("5", 5), ("99999999999", 0), ("9999999", 86_400), ("-1", 0),
                                            ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("٣", 0)])  # fmt: skip
def test_the_wait_that_is_asked_for_is_bounded(text, wait):
    assert network._wait(text) == wait


def test_only_the_first_words_of_an_answer_are_read(listener):
    listener.answers = [(500, {}, b"x" * 3_000_000)]
    answer = network.post(listener.url, b"{}", {})
    assert answer.status == 500
    assert len(answer.words) == 300
    assert len(answer.content) <= network.READ_BYTES


def test_a_server_that_is_silent_costs_its_seconds_and_no_more(listener, monkeypatch):
    monkeypatch.setattr(network, "STEP_SECONDS", 0.3)
    listener.delay = 5
    began = time.monotonic()
    assert network.post(listener.url, b"{}", {}).words == "no answer in time"
    assert time.monotonic() - began < 3


def test_a_server_that_drips_is_cut_off_in_the_whole(listener, monkeypatch):
    """Each byte comes in time; all of them would take a minute."""
    monkeypatch.setattr(network, "WHOLE_SECONDS", 0.6)
    listener.answers, listener.drip = [(200, {"Content-Length": "300"}, b"x" * 300)], 0.2
    began = time.monotonic()
    answer = network.post(listener.url, b"{}", {})
    assert time.monotonic() - began < 5
    assert answer.is_taken  # it had said so before it began to drip
    assert len(answer.content) < 10


def test_a_server_that_drips_its_very_first_line_is_cut_off_too(settings, monkeypatch):
    settings.POSTING_MAY_STAY_HERE = True
    monkeypatch.setattr(network, "WHOLE_SECONDS", 0.6)
    server = socket.create_server(("127.0.0.1", 0))

    def talk():
        connection, _address = server.accept()
        with contextlib.suppress(OSError), connection:
            for byte in b"HTTP/1.1 200 OK and so on, as slowly as it can be said":
                connection.sendall(bytes([byte]))
                time.sleep(0.2)

    thread = threading.Thread(target=talk)
    thread.start()
    began = time.monotonic()
    answer = network.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
    assert time.monotonic() - began < 3
    assert not answer.is_taken
    thread.join()
    server.close()


def test_nobody_there_is_an_answer_too(settings, dead_port):
    settings.POSTING_MAY_STAY_HERE = True
    answer = network.post(f"http://127.0.0.1:{dead_port}/", b"{}", {})
    assert (answer.status, answer.words) == (None, "the connection was refused")
    assert not answer.has_left


def test_a_request_whose_answer_is_lost_may_have_arrived(listener, monkeypatch):
    monkeypatch.setattr(network, "STEP_SECONDS", 0.3)
    listener.delay = 2
    answer = network.post(listener.url, b"{}", {})
    assert (answer.status, answer.has_left) == (None, True)


def test_a_server_that_speaks_no_http_is_an_answer_too(settings):
    settings.POSTING_MAY_STAY_HERE = True
    server = socket.create_server(("127.0.0.1", 0))

    def talk():
        connection, _address = server.accept()
        connection.recv(100)
        connection.sendall(b"220 mail.example.org ESMTP\r\n")
        connection.close()

    thread = threading.Thread(target=talk)
    thread.start()
    answer = network.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
    thread.join()
    server.close()
    assert answer.status is None
    assert answer.words.startswith("no answer: ")


def test_a_certificate_that_nobody_vouches_for_gets_nothing(settings, tmp_path):
    settings.POSTING_MAY_STAY_HERE = True
    key, certificate, heard = tmp_path / "key.pem", tmp_path / "certificate.pem", []
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
         "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = socket.create_server(("127.0.0.1", 0))

    def talk():
        connection, _address = server.accept()
        try:
            heard.append(context.wrap_socket(connection, server_side=True).recv(100))
        except OSError:
            connection.close()

    thread = threading.Thread(target=talk)
    thread.start()
    answer = network.post(f"https://127.0.0.1:{server.getsockname()[1]}/", b"secret", {})
    thread.join()
    server.close()
    assert answer.words == "no secure connection: CERTIFICATE_VERIFY_FAILED"
    assert not any(heard)


def test_a_vouched_for_certificate_is_spoken_to(settings, tmp_path, monkeypatch):
    """The same server, its certificate now in the list of authorities: TLS itself works."""
    settings.POSTING_MAY_STAY_HERE = True
    key, certificate, heard = tmp_path / "key.pem", tmp_path / "certificate.pem", []
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
         "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = socket.create_server(("127.0.0.1", 0))

    def talk():
        connection, _address = server.accept()
        with context.wrap_socket(connection, server_side=True) as secured:
            # head and body come apart
            while not b"".join(heard).endswith(b"secret") and (more := secured.recv(4096)):
                heard.append(more)
            secured.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok")

    thread = threading.Thread(target=talk)
    thread.start()
    answer = network.post(f"https://127.0.0.1:{server.getsockname()[1]}/x", b"secret", {})
    thread.join()
    server.close()
    assert (answer.status, answer.words) == (202, "ok")
    assert heard[0].startswith(b"POST /x HTTP/1.1\r\n")
