"""Triggers that keep every place below its ceiling: no number above an event's capacity or an item's released places.

The unique indexes make a number held twice impossible; these make a number that there is not impossible, and a ceiling
lowered below a number that is held. Together they are the proof against overselling, whatever code forgets the lock.

SQLite drops the triggers of a table that a migration rebuilds: such a migration installs them again.
`tests/events/test_ceilings.py` fails where that was forgotten.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Rows of `places` hold a `number`, at most the `ceiling` of the row of `owners` that `owner` points to."""

    name: str
    places: str
    number: str
    owner: str
    owners: str
    ceiling: str
    #: Which rows hold a place, for SQL.
    held: str


CEILINGS = (
    Ceiling("events_place_within_capacity", "events_attendee", "place_number", "event_id", "events_event", "capacity",
            "{row}.place_number IS NOT NULL"),
    Ceiling("events_seat_within_places", "events_sessionplace", "number", "session_id", "events_session", "open_places",
            "{row}.state = 'held'"),
)  # fmt: skip


def install(apps: Any, schema_editor: Any) -> None:
    """For RunPython: the triggers, made anew where they are there."""
    uninstall(apps, schema_editor)
    make = _sqlite if schema_editor.connection.vendor == "sqlite" else _postgresql
    for one in CEILINGS:
        for statement in make(one):
            schema_editor.execute(statement)


def uninstall(apps: Any, schema_editor: Any) -> None:
    """For RunPython, backwards of `install`."""
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for one in CEILINGS:
        for name, table in _names(one):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}" + ("" if is_sqlite else f" ON {table}"))


# -- inside ------------------------------------------------------------------------------------------------------------


def _names(one: Ceiling) -> list[tuple[str, str]]:
    return [(f"{one.name}_insert", one.places), (f"{one.name}_update", one.places), (f"{one.name}_lower", one.owners)]


def _sqlite(one: Ceiling) -> list[str]:
    held = one.held.format(row="NEW")
    above = (
        f"{held} AND NEW.{one.number} > "
        f"COALESCE((SELECT {one.ceiling} FROM {one.owners} WHERE id = NEW.{one.owner}), 0)"
    )
    still = one.held.format(row=one.places)
    lowered = f"EXISTS (SELECT 1 FROM {one.places} WHERE {one.owner} = NEW.id AND {still} AND {one.number} > NEW.{one.ceiling})"
    abort = f"BEGIN SELECT RAISE(ABORT, '{one.name}'); END"
    columns = f"{one.number}, {one.owner}" + (", state" if "state" in one.held else "")
    return [
        f"CREATE TRIGGER {one.name}_insert BEFORE INSERT ON {one.places} WHEN {above} {abort}",
        f"CREATE TRIGGER {one.name}_update BEFORE UPDATE OF {columns} ON {one.places} WHEN {above} {abort}",
        f"CREATE TRIGGER {one.name}_lower BEFORE UPDATE OF {one.ceiling} ON {one.owners} WHEN {lowered} {abort}",
    ]


def _postgresql(one: Ceiling) -> list[str]:
    held, still = one.held.format(row="NEW"), one.held.format(row="p")
    fail = f"RAISE EXCEPTION '{one.name}' USING ERRCODE = 'check_violation'"
    columns = f"{one.number}, {one.owner}" + (", state" if "state" in one.held else "")
    return [
        # FOR SHARE: whoever forgets the event's lock waits here for somebody who is just lowering the ceiling
        f"CREATE OR REPLACE FUNCTION {one.name}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE most integer; BEGIN "
        f"IF {held} THEN SELECT {one.ceiling} INTO most FROM {one.owners} WHERE id = NEW.{one.owner} FOR SHARE; "
        f"IF NEW.{one.number} > COALESCE(most, 0) THEN {fail}; END IF; END IF; RETURN NEW; END $$",
        f"CREATE OR REPLACE FUNCTION {one.name}_lower() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF EXISTS (SELECT 1 FROM {one.places} p WHERE p.{one.owner} = NEW.id AND {still} "
        f"AND p.{one.number} > NEW.{one.ceiling}) THEN {fail}; END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {one.name}_insert BEFORE INSERT ON {one.places} FOR EACH ROW EXECUTE FUNCTION {one.name}()",
        f"CREATE TRIGGER {one.name}_update BEFORE UPDATE OF {columns} ON {one.places} FOR EACH ROW "
        f"EXECUTE FUNCTION {one.name}()",
        f"CREATE TRIGGER {one.name}_lower BEFORE UPDATE OF {one.ceiling} ON {one.owners} FOR EACH ROW "
        f"EXECUTE FUNCTION {one.name}_lower()",
    ]
