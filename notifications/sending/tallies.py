"""Triggers that keep the tally of deliveries, and the folding of its rows on PostgreSQL."""

from typing import Any

from django.db import connection, transaction

from notifications.models import Tally

TABLE, TALLY = "notifications_delivery", "notifications_tally"
_EXISTS = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = %s",
    "postgresql": "SELECT 1 FROM pg_trigger WHERE tgname = %s",
}
#: Above this many rows the sums are worth folding.
FOLD_ABOVE = 500


def ensure(**_kwargs: Any) -> None:
    """Make the triggers if they are not there, and count what stands. After every migrate.

    Not in a migration: SQLite alters a table by making a new one, and the old one takes its triggers along.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_EXISTS[connection.vendor], [f"{TALLY}_update"])
        if cursor.fetchone():
            return
        for verb in ("insert", "update", "delete"):
            on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {TALLY}_{verb}{on_table}")
        recount()
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


@transaction.atomic
def recount() -> None:
    """Throw the sums away and count: only where nobody writes."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TALLY}")  # noqa: S608  constants of this module
        cursor.execute(
            f"INSERT INTO {TALLY} (campaign, lane, state, count) "  # noqa: S608
            f"SELECT COALESCE(campaign_id, 0), lane, state, COUNT(*) FROM {TABLE} GROUP BY 1, 2, 3"
        )


def fold() -> int:
    """Sum the appended rows into one per place; the rows folded. Safe beside writers and beside another fold."""
    if connection.vendor != "postgresql" or Tally.objects.count() <= FOLD_ABOVE:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"WITH gone AS (DELETE FROM {TALLY} RETURNING *) INSERT INTO {TALLY} (campaign, lane, state, count) "  # noqa: S608
            "SELECT campaign, lane, state, SUM(count) FROM gone GROUP BY 1, 2, 3 HAVING SUM(count) <> 0"
        )
        return int(cursor.rowcount)


def _statements(vendor: str) -> list[str]:
    return _sqlite() if vendor == "sqlite" else _postgresql()


def _sqlite() -> list[str]:
    """Row by row; there is one writer, so a counter in place is safe.

    A deletion only lowers what is there: a flush empties the tally before the deliveries.
    """

    def plus(row: str) -> str:
        place = f"campaign = COALESCE({row}.campaign_id, 0) AND lane = {row}.lane AND state = {row}.state"
        return (
            f"UPDATE {TALLY} SET count = count + 1 WHERE {place}; "  # noqa: S608
            f"INSERT INTO {TALLY} (campaign, lane, state, count) "
            f"SELECT COALESCE({row}.campaign_id, 0), {row}.lane, {row}.state, 1 WHERE changes() = 0;"
        )

    minus = (
        f"UPDATE {TALLY} SET count = count - 1 "  # noqa: S608
        "WHERE campaign = COALESCE(OLD.campaign_id, 0) AND lane = OLD.lane AND state = OLD.state;"
    )
    moved = "OLD.state <> NEW.state OR OLD.lane <> NEW.lane OR OLD.campaign_id IS NOT NEW.campaign_id"
    return [
        f"CREATE TRIGGER {TALLY}_insert AFTER INSERT ON {TABLE} BEGIN {plus('NEW')} END",
        f"CREATE TRIGGER {TALLY}_update AFTER UPDATE ON {TABLE} WHEN {moved} BEGIN {minus} {plus('NEW')} END",
        f"CREATE TRIGGER {TALLY}_delete AFTER DELETE ON {TABLE} BEGIN {minus} END",
    ]


def _postgresql() -> list[str]:
    """Once per statement, from its transition tables; changes are appended, so no worker waits for another."""

    def rows(table: str, sign: int) -> str:
        return f"SELECT COALESCE(campaign_id, 0) AS campaign, lane, state, {sign} AS n FROM {table}"  # noqa: S608

    def function(verb: str, source: str) -> str:
        return (
            f"CREATE OR REPLACE FUNCTION {TALLY}_{verb}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608
            f"INSERT INTO {TALLY} (campaign, lane, state, count) SELECT campaign, lane, state, SUM(n) "
            f"FROM ({source}) changes GROUP BY 1, 2, 3 HAVING SUM(n) <> 0; RETURN NULL; END $$"
        )

    def trigger(verb: str, tables: str) -> str:
        return (
            f"CREATE TRIGGER {TALLY}_{verb} AFTER {verb.upper()} ON {TABLE} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {TALLY}_{verb}()"
        )

    old, new = "OLD TABLE AS old_rows", "NEW TABLE AS new_rows"
    return [
        function("insert", rows("new_rows", 1)),
        function("update", f"{rows('old_rows', -1)} UNION ALL {rows('new_rows', 1)}"),
        function("delete", rows("old_rows", -1)),
        trigger("insert", new),
        trigger("update", f"{old} {new}"),
        trigger("delete", old),
    ]
