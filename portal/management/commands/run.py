"""`manage.py run`: the whole portal on this machine, web + worker + beat under one supervisor."""

import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from portal import catalogues
from portal.demo import DEMO_SIGN_INS


class Command(BaseCommand):
    """Prepare whatever is missing, then serve until Ctrl-C."""

    help = "Migrate, compile, load the demo data once, then run web, worker and beat until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")

    def handle(self, *args: Any, host: str, no_demo: bool, **options: Any) -> None:
        refuse_busy_port(host, settings.PORT)
        refuse_without_pango()
        prepare(demo=not no_demo)
        self._greet()
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        connections.close_all()
        os.chdir(settings.BASE_DIR)
        # A new program in the place of this one: what preparing took is given back, and nothing is remembered from
        # before it, such as catalogues that were not there yet.
        os.execv(sys.executable, [sys.executable, "-m", "portal.supervisor", f"{host}:{settings.PORT}"])  # noqa: S606  our own

    def _greet(self) -> None:
        lines = [f"The portal is at {settings.SITE_URL}/  (Ctrl-C stops it)"]
        if settings.MAILBOX_ENABLED:
            lines.append(f"Outgoing mail, sign-in codes included, is at {settings.SITE_URL}/mailbox/")
            lines.append(f"Sign in at {settings.SITE_URL}/accounts/login/ as one of:")
            lines += [f"  {email:<48} {what}" for email, what in DEMO_SIGN_INS]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def refuse_without_pango() -> None:
    """WeasyPrint needs Pango, a system library: say so at the start, not at the first document."""
    try:
        import weasyprint  # noqa: F401  the import itself is the question
    except OSError as error:
        raise CommandError(
            "The system library Pango is missing (documents are made with it). Debian and Ubuntu: "
            "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 · Fedora: dnf install pango · macOS: brew install pango"
        ) from error


def refuse_busy_port(host: str, port: int) -> None:
    """One clear line instead of a stack trace of the web server."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is in use: stop what runs there, or choose another: make run PORT={port + 1}"
            ) from error


def prepare(*, demo: bool) -> None:
    """Bring the database, the catalogues and the static files up to the code."""
    from organisations.models import Organisation

    catalogues.compile_all(settings.BASE_DIR)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if demo and not Organisation.objects.exists():
        call_command("load_demo", verbosity=0)
