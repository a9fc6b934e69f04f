"""The limits: the same bytes over one kept connection with nothing recorded, nothing chosen, nothing written."""

import smtplib
import time

SENDER = "bench@example.org"


def plain(port: int, contents: list[bytes], addresses: list[str]) -> float:
    """Messages/s as `smtplib.sendmail` talks: four round trips a message, as most mailers do it."""
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.ehlo()
        began = time.perf_counter()
        for content, address in zip(contents, addresses, strict=True):
            smtp.sendmail(SENDER, [address], content, mail_options=["body=8bitmime"])
        return len(contents) / (time.perf_counter() - began)


def pipelined(port: int, contents: list[bytes], addresses: list[str]) -> float:
    """Messages/s with RFC 2920: a text, its end and the next envelope in one breath, one round trip a message.

    The stuffing of dots and the envelopes are made beforehand: only sending and waiting are measured.
    """
    envelopes = [
        f"MAIL FROM:<{SENDER}> BODY=8BITMIME\r\nRCPT TO:<{address}>\r\nDATA\r\n".encode() for address in addresses
    ]
    breaths = [
        content.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n" + following
        for content, following in zip(contents, [*envelopes[1:], b""], strict=True)
    ]
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.ehlo()
        assert smtp.sock is not None
        send, receive = smtp.sock.sendall, smtp.sock.recv
        began = time.perf_counter()
        send(envelopes[0])
        heard, wanted = 0, 3  # answers to MAIL, RCPT, DATA, each of one line
        for breath in breaths:
            while heard < wanted:
                heard += receive(65536).count(b"\n")
            send(breath)
            wanted += 4  # and one to the text
        while heard < wanted - 3:
            heard += receive(65536).count(b"\n")
        return len(contents) / (time.perf_counter() - began)
