"""Triggers that keep a table as it was written: the database itself refuses to change or delete its rows."""

from collections.abc import Callable
from typing import Any

VERBS = ("UPDATE", "DELETE")


def keep(table: str, condition: str = "1 = 1") -> Callable[[Any, Any], None]:
    """For RunPython: from now on the rows of this table stay as they were written."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        for verb in VERBS:
            for statement in statements(schema_editor.connection.vendor, table, verb, condition):
                schema_editor.execute(statement)

    return forwards


def let_go(table: str) -> Callable[[Any, Any], None]:
    """For RunPython, backwards of `keep`."""

    def backwards(apps: Any, schema_editor: Any) -> None:
        for verb in VERBS:
            on_table = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name_of(table, verb)}{on_table}")

    return backwards


def name_of(table: str, verb: str) -> str:
    """The trigger's name."""
    return f"{table}_no_{verb.lower()}"


def statements(vendor: str, table: str, verb: str, condition: str) -> list[str]:
    """The SQL for one table and verb."""
    name, words = name_of(table, verb), f"{table} is append-only"
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END"
        ]
    result = "NEW" if verb == "UPDATE" else "OLD"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN {result}; END $$",
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
