"""`manage.py catalogues [update|compile|check]`: the message catalogues, without gettext's binaries."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import catalogues


class Command(BaseCommand):
    """Update, compile or check the Italian and English catalogues."""

    help = "Update, compile or check the message catalogues."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["update", "compile", "check"])

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        root = settings.BASE_DIR
        if verb == "update":
            for language in catalogues.LANGUAGES:
                catalogues.update(root, language)
        if verb == "compile":
            for path in catalogues.compile_all(root):
                self.stdout.write(f"compiled {path.relative_to(root)}")
        if verb in {"update", "check"}:
            lacking = {language: catalogues.missing(root, language) for language in catalogues.LANGUAGES}
            for language, messages in lacking.items():
                for message in messages:
                    self.stderr.write(f"{language}: {message!r}")
            if any(lacking.values()) and verb == "check":
                raise CommandError("Untranslated messages: run `manage.py catalogues update` and fill them in.")
