"""`python -m bench [NAME ...]`: a fresh database, and the figures of bench/README.md, all or those named."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.figures import line

ROOT = Path(__file__).resolve().parent.parent
PORT = int(os.environ.get("BENCH_PORT", "8199"))
Figures = list[dict[str, Any]]


@contextmanager
def fresh_database() -> Iterator[str]:
    """Point the settings at a database of the bench's own, on the same disk as everything else."""
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "var", ignore_cleanup_errors=True) as folder:
        os.environ.update(
            VAR_DIR=folder, PORT=str(PORT), SECRET_KEY="b" * 60, MAIL_URL="mailbox://", LOG_LEVEL="ERROR",
            DJANGO_SETTINGS_MODULE="portal.settings", SITE_URL=f"http://localhost:{PORT}", REDIS_PREFIX=f"bench-{os.getpid()}:",
            REGISTRATION_MIN_SECONDS="0",  # the bench is a program, and posts as fast as it can
        )  # fmt: skip
        server = os.environ.get("DATABASE_URL", "")
        if server.startswith("postgres"):
            with _own_database(server):
                yield "postgresql"
        else:
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
            yield "sqlite"


@contextmanager
def _own_database(server: str) -> Iterator[None]:
    """A database that is dropped afterwards; two benches at once do not meet."""
    import psycopg

    name = f"portal_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        os.environ["DATABASE_URL"] = f"{server.rsplit('/', 1)[0]}/{name}"
        try:
            yield
        finally:
            from django.db import connections

            connections.close_all()
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def web_server() -> Iterator[str]:
    """gunicorn as `make run` starts it."""
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{PORT}", "--workers", "2", "--threads", "4",
               "--log-level", "error"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ)
    base = f"http://127.0.0.1:{PORT}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{base}/health/", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.wait(timeout=20)


def on_the_web(measure: Callable[[str], Figures]) -> Callable[[], Figures]:
    """Figures that need the server."""

    def run() -> Figures:
        with web_server() as base:
            return measure(base)

    return run


def measures() -> dict[tuple[str, ...], Callable[[], Figures]]:
    """What is measured together, by the names of its figures, in the order in which it runs."""
    from bench import agenda, desk, mail, memory, million, papers, plan, redline, sheets, web

    return {
        ("event_page", "event_page_p95_ms"): on_the_web(web.event_page),
        ("registration",): on_the_web(web.registration),
        ("oversell_200_for_50", "oversell_200_for_50_p95_ms"): on_the_web(web.oversell),
        ("check_in", "check_in_p95_ms"): on_the_web(desk.check_in),
        ("idle_memory_mib",): memory.idle_memory,
        ("bulk_mail", "bulk_mail_pipelined"): mail.bulk_mail,
        ("bulk_mail_rss_mib",): mail.bulk_mail_rss,
        ("far_relay_1", "far_relay_16"): mail.far_relay,
        ("plan_100k", "plan_100k_directory"): plan.plan_100k,
        ("agenda_release",): agenda.agenda_release,
        ("export_csv_5000", "export_xlsx_5000"): on_the_web(sheets.exports),
        ("register_pdf_1000",): papers.register_pdf,
        ("redline_15",): redline.redline_15,
        ("claim_1m_ms", "progress_1m_ms", "outbox_1m_ms"): million.million,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="figures of bench/README.md; none: all")
    wanted = set(parser.parse_args().names)
    figures = []
    with fresh_database() as database:
        import django

        django.setup()
        known = measures()
        if unknown := wanted.difference(*known):
            parser.error(
                f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(name for names in known for name in names)}"
            )
        _fill()
        for names, measure in known.items():
            if wanted and wanted.isdisjoint(names):
                continue
            for figure in measure():
                figure.setdefault("database", database)
                print(line(figure), flush=True)
                figures.append({key: value for key, value in figure.items() if key != "note"})
    (ROOT / "var" / "bench.json").write_text(json.dumps(figures, indent=1))


def _fill() -> None:
    from django.core.management import call_command

    for command in ("migrate", "createcachetable", "load_demo"):
        call_command(command, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
