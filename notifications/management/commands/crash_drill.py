"""`manage.py crash_drill --messages N --kills K [--hold-uncertain] [--servers] [--json]`: prove that nothing is lost."""

import json as json_module
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from notifications.drill.processes import Servers
from notifications.drill.run import NotSettled, drill

#: Set in the process that works on the scratch database.
INSIDE = "CRASH_DRILL_INSIDE"


class Command(BaseCommand):
    """Kill real workers at random while mail flows to a sink; exit 1 on any loss or unexplained double.

    Everything happens on a scratch database in a temporary folder: the portal's own rows are not touched.
    """

    help = "Kill real workers at random while mail flows to a sink of its own, on a scratch database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--messages", type=int, default=3000)
        parser.add_argument("--kills", type=int, default=12)
        parser.add_argument("--hold-uncertain", action="store_true", help="uncertain messages wait for a person")
        parser.add_argument(
            "--servers", action="store_true", help="on a PostgreSQL and a Redis of its own, which are killed too"
        )
        parser.add_argument("--seed", type=int, default=0, help="the same kills again")
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get(INSIDE):
            self._inside(**options)
            return
        with tempfile.TemporaryDirectory(prefix="crash-drill-") as folder:
            Path(folder).chmod(0o755)  # PostgreSQL runs as a user of its own
            self._outside(Path(folder), options)

    def _outside(self, folder: Path, options: dict[str, Any]) -> None:
        """Make the scratch database and run the same command on it."""
        servers = Servers(folder / "servers") if options["servers"] else None
        env = {
            **os.environ, INSIDE: "1", "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "portal.settings", "C_FORCE_ROOT": "1",
            "DATABASE_URL": f"sqlite:///{folder}/drill.sqlite3", "REDIS_URL": "", "SECRET_KEY": secrets.token_urlsafe(50),
            "MAIL_LEASE_SECONDS": "3", "MAIL_PAUSE_SECONDS": "1", "TICK_SECONDS": "1", "WORKER_CONCURRENCY": "2",
            "MAIL_BATCH": "50", "DEBUG": "0", "LOG_LEVEL": "WARNING", "SITE_URL": "http://localhost:8000",
            "MAIL_RESEND_UNCERTAIN": "" if options["hold_uncertain"] else "transactional,bulk",
        }  # fmt: skip
        try:
            if servers:
                servers.do("start")
                env |= servers.environment()
                env["CRASH_DRILL_SERVERS"] = json_module.dumps(servers.address)
            manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
            for preparation in (["migrate", "-v", "0"], ["createcachetable"]):
                subprocess.run([*manage, *preparation], env=env, check=True)
            numbers = [
                "--messages",
                str(options["messages"]),
                "--kills",
                str(options["kills"]),
                "--seed",
                str(options["seed"]),
            ]
            flags = [f"--{name}" for name in ("hold-uncertain", "servers", "json") if options[name.replace("-", "_")]]
            code = subprocess.run([*manage, "crash_drill", *numbers, *flags], env=env, check=False).returncode
        finally:
            if servers:
                servers.do("stop")
        if code:
            raise SystemExit(code)

    def _inside(
        self, *, messages: int, kills: int, hold_uncertain: bool, servers: bool, seed: int, json: bool, **_: Any
    ) -> None:
        address = json_module.loads(os.environ["CRASH_DRILL_SERVERS"]) if servers else None
        try:
            tally = drill(
                messages=messages,
                kills=kills,
                env=dict(os.environ),
                seed=seed,
                servers=Servers.at(address) if address else None,
            )
        except NotSettled as error:
            self.stderr.write(str(error))
            raise SystemExit(1) from error
        if json:
            self.stdout.write(json_module.dumps(tally.as_dict()))
        else:
            self.stdout.write(", ".join(f"{value} {name}" for name, value in tally.as_dict().items()))
        doubled_too_often = tally.duplicates > (0 if hold_uncertain else tally.uncertain)
        if tally.missing or doubled_too_often:
            raise SystemExit(1)
