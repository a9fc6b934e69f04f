"""Many rows at once, for the few places where a hundred thousand are written: the ORM takes ten times as long."""

import gc
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

#: Values of one statement of SQLite, which counts them.
SQLITE_VALUES = 30_000
#: KiB of pages that SQLite keeps meanwhile, where it keeps 2,000 else: keys in no order touch every page of their index.
SQLITE_CACHE = 64_000
#: So many rows change what a table is like: PostgreSQL's planner is told at once. By itself it looks after a minute, and
#: a table that was empty before is walked through meanwhile, once for each row that refers to it.
MANY = 10_000
ARRIVING = "arriving"
Row = Sequence[Any]


@transaction.atomic
def insert(model: type[Model], alike: Mapping[str, Any], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows; nothing is validated, nothing signalled. Raises IntegrityError where one is there already.

    `alike` are the columns that all rows share; `columns` names the values of each of `rows`: text, numbers and None,
    JSON and UUIDs as text without hyphens. Together they must be all columns but the key: no default is known here.
    """
    common = _prepared(model, alike)
    if connection.vendor == "postgresql":
        _copy(model._meta.db_table, (*columns, *alike), _whole(rows, common))
    else:
        _by_chunks(model, common, (*columns, *alike), len(columns), rows, "")


@transaction.atomic
def insert_missing(model: type[Model], alike: Mapping[str, Any], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """The same, but rows that a unique constraint says are there already stay as they are; how many were written."""
    common, names = _prepared(model, alike), (*columns, *alike)
    if connection.vendor != "postgresql":
        return _by_chunks(model, common, names, len(columns), rows, "ON CONFLICT DO NOTHING")
    arriving = list(rows)
    try:
        with transaction.atomic():
            _copy(model._meta.db_table, names, _whole(arriving, common))
    except IntegrityError:  # some are there: COPY knows no ON CONFLICT
        return _insert_from_aside(model, common, columns, names, arriving)
    return len(arriving)


def keys(count: int) -> list[UUID]:
    """So many random keys (RFC 9562, version 4), in order: an index of them only grows at its end."""
    octets = os.urandom(16 * count)
    version, variant = 0x4 << 76, 0b10 << 62
    clear = ~(0xF << 76 | 0b11 << 62)
    numbers = sorted(int.from_bytes(octets[at : at + 16], "big") for at in range(0, 16 * count, 16))
    return [UUID(int=number & clear | version | variant) for number in numbers]


@contextmanager
def without_collecting() -> Iterator[None]:
    """For the seconds in which a hundred thousand objects are made and kept.

    Python's collector would look at all of them over and over and find nothing to collect.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


# -- inside ------------------------------------------------------------------------------------------------------------


def _prepared(model: type[Model], alike: Mapping[str, Any]) -> list[Any]:
    """The values as Django would write them."""
    return [model._meta.get_field(name).get_db_prep_save(value, connection) for name, value in alike.items()]  # type: ignore[union-attr]


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _whole(rows: Iterable[Row], common: list[Any]) -> Iterator[Row]:
    """The rows with what they share, as COPY takes them."""
    ready = tuple(value.isoformat() if isinstance(value, datetime) else value for value in common)
    return ((*row, *ready) for row in rows)


def _insert_from_aside(
    model: type[Model], common: list[Any], columns: Sequence[str], names: Sequence[str], rows: Iterable[Row]
) -> int:
    """Through a table of this transaction's own; how many were not there before."""
    table, mine = model._meta.db_table, _quoted(columns)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {ARRIVING} AS SELECT {mine} FROM {table} WITH NO DATA")  # noqa: S608  our names
        _copy(ARRIVING, columns, rows)
        source = f"SELECT {', '.join([mine, *['%s'] * len(common)])} FROM {ARRIVING}"  # noqa: S608
        cursor.execute(f"INSERT INTO {table} ({_quoted(names)}) {source} ON CONFLICT DO NOTHING", common)
        written = int(cursor.rowcount)
        _tell_the_planner(table, written)
        cursor.execute(f"DROP TABLE {ARRIVING}")
    return written


def _copy(table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    command = f"COPY {table} ({_quoted(columns)}) FROM STDIN"
    with connection.cursor() as cursor:
        with connection.wrap_database_errors, cursor.copy(command) as copy:
            for row in rows:
                copy.write_row(row)
        if table != ARRIVING:
            _tell_the_planner(table, cursor.rowcount)


def _tell_the_planner(table: str, written: int) -> None:
    if written >= MANY:
        transaction.on_commit(lambda: _analyse(table), robust=True)


def _analyse(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table}")


def _by_chunks(
    model: type[Model], common: list[Any], names: Sequence[str], own: int, rows: Iterable[Row], on_conflict: str
) -> int:
    """Many rows a statement: with one each, SQLite keeps the pages of each row for the case that a trigger fails.

    How many were written.
    """
    one = f"({', '.join(['%s'] * own)})"
    source = ", ".join([*(f"column{number + 1}" for number in range(own)), *["%s"] * len(common)])
    into = f"INSERT INTO {model._meta.db_table} ({_quoted(names)}) SELECT {source} FROM (VALUES "  # noqa: S608
    rows, written = iter(rows), 0
    with connection.cursor() as cursor, _large_cache(cursor):
        while chunk := list(islice(rows, (SQLITE_VALUES - len(common)) // own)):
            values = [value for row in chunk for value in row]
            cursor.execute(f"{into}{', '.join([one] * len(chunk))}) WHERE true {on_conflict}", [*common, *values])
            written += cursor.rowcount
    return written


@contextmanager
def _large_cache(cursor: CursorWrapper) -> Iterator[None]:
    before = cursor.execute("PRAGMA cache_size").fetchone()[0]
    cursor.execute(f"PRAGMA cache_size = -{SQLITE_CACHE}")
    try:
        yield
    finally:
        cursor.execute(f"PRAGMA cache_size = {before}")
