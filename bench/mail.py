"""Bulk mail: one pump with recorded intent and result, beside a bare SMTP loop of the same bytes."""

import os
import shutil
import smtplib
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings

from bench.web import figure
from events.models import Event
from notifications import letters, services
from notifications.models import Campaign, Delivery
from notifications.sending import mime, pump
from organisations.models import Organisation, User

MESSAGES = 2000


@contextmanager
def sink() -> Iterator[tuple[int, str]]:
    """A server that takes mail and forgets it: its port and what it is."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    program = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
    if program:
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        process = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "100"])
        time.sleep(0.5)
        try:
            yield port, "postfix smtp-sink"
        finally:
            process.terminate()
        return
    server = socket.create_server(("127.0.0.1", port))
    threading.Thread(target=_serve, args=(server,), daemon=True).start()
    try:
        yield port, "python socket sink"
    finally:
        server.close()


def _serve(server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _address = server.accept()
            threading.Thread(target=_talk, args=(connection,), daemon=True).start()


def _talk(connection: socket.socket) -> None:
    with connection, connection.makefile("rb") as lines:
        connection.sendall(b"220 sink\r\n")
        for line in lines:
            if line.startswith(b"DATA"):
                connection.sendall(b"354 go on\r\n")
                for text in lines:
                    if text == b".\r\n":
                        break
            connection.sendall(b"250 ok\r\n")


def bulk_mail() -> dict:
    Delivery.objects.all().delete()  # what the registrations of the other figures left waiting
    Organisation.objects.bulk_create(
        Organisation(name=f"Ente {n:05}", kind="other", email=f"ente{n}@example.org") for n in range(MESSAGES)
    )
    user, event = User.objects.order_by("pk").first(), Event.objects.get(state=Event.State.PUBLISHED)
    campaign = Campaign.objects.create(
        event=event, name="bench", kinds=["other"], subject_it="Invito: {event}", body_it="Vi aspettiamo.", created_by=user
    )  # fmt: skip
    services.send(campaign=campaign, expected=MESSAGES, by=user)
    row = Delivery.objects.filter(campaign=campaign).select_related("campaign").first()
    letter = letters.letter_for(row)
    content = mime.build(row, letter, letters.render(letter, name=row.name, language=row.language))
    with sink() as (port, kind):
        settings.MAIL_URL = f"smtp://127.0.0.1:{port}"
        began = time.perf_counter()
        report = pump.pump(seconds=600)
        rate = report.accepted / (time.perf_counter() - began)
        assert Delivery.objects.filter(campaign=campaign, state="accepted").count() == MESSAGES, report
        limit = bare_loop(port, content)
    return {**figure("bulk_mail", rate, "messages/s", limit), "note": f"({kind}, {len(content)} bytes each)"}


def bare_loop(port: int, content: bytes) -> float:
    """Messages/s of the same bytes over one connection with nothing recorded."""
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.ehlo()
        began = time.perf_counter()
        for number in range(MESSAGES):
            smtp.sendmail("bench@example.org", [f"ente{number}@example.org"], content)
        return MESSAGES / (time.perf_counter() - began)
