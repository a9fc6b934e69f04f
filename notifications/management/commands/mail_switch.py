"""`manage.py mail_switch [hold --reason WORDS | release]`: for whoever sits at the server when nobody can sign in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.sending import station


class Command(BaseCommand):
    """Hold all mail, let it flow again, or say how it stands."""

    help = "Hold all mail, let it flow again, or say how it stands."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", nargs="?", choices=["hold", "release"])
        parser.add_argument("--reason", default="", help="why it is held; organisers read it")

    def handle(self, *args: Any, verb: str | None, reason: str, **options: Any) -> None:
        if verb == "hold":
            if not reason:
                raise CommandError("say why: --reason WORDS")
            station.hold(reason=reason, by=None)
        elif verb == "release":
            station.release(by=None)
        standing = station.standing()
        if standing.station.is_held:
            self.stdout.write(f"held: {standing.station.reason}")
        elif standing.is_foreign:
            self.stdout.write(f"held: the messages belong to {standing.station.site}")
        else:
            self.stdout.write("mail flows")
