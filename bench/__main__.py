"""`python -m bench`: a fresh database, a real server, the figures of bench/README.md."""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORT = int(os.environ.get("BENCH_PORT", "8199"))


@contextmanager
def fresh_database() -> Iterator[str]:
    """Point the settings at a database of the bench's own."""
    folder = tempfile.mkdtemp(prefix="portal-bench-")
    os.environ.update(
        VAR_DIR=folder, PORT=str(PORT), SECRET_KEY="b" * 60, MAIL_URL="mailbox://", LOG_LEVEL="ERROR",
        DJANGO_SETTINGS_MODULE="portal.settings", SITE_URL=f"http://localhost:{PORT}",
    )  # fmt: skip
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        yield "sqlite"
        return
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS portal_bench WITH (FORCE)")
        connection.execute("CREATE DATABASE portal_bench")
        os.environ["DATABASE_URL"] = server.rsplit("/", 1)[0] + "/portal_bench"
        try:
            yield "postgresql"
        finally:
            from django.db import connections

            connections.close_all()
            connection.execute("DROP DATABASE portal_bench WITH (FORCE)")


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


def main() -> None:
    with fresh_database() as database:
        import django

        django.setup()
        from django.core.management import call_command

        for command in ("migrate", "createcachetable", "load_demo"):
            call_command(command, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        from bench import mail, web

        with web_server() as base:
            figures = [*web.event_page(base), web.registration(base), web.oversell(base)]
        figures.append(mail.bulk_mail())
    for figure in figures:
        figure["database"] = database
        limit = f"  limit {figure['limit']:.1f}  ratio {figure['ratio']:.2f}" if figure["limit"] else ""
        print(
            f"{figure['name']:<22} {figure['value']:>10.2f} {figure['unit']:<12} {database}{limit}  {figure.pop('note', '')}"
        )
    target = ROOT / "var" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
