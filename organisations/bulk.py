"""Many rows at once, for the few places where a hundred thousand are written: the ORM takes ten times as long."""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

#: Values of one statement of SQLite, which counts them.
SQLITE_VALUES = 30_000


@transaction.atomic
def insert(model: type[Model], alike: Mapping[str, Any], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows, but none that a unique constraint says is there already. Nothing is validated, nothing signalled.

    `alike` are the columns that all rows share; `columns` names the values of each of `rows`, JSON as text. Columns
    that are in neither take the database's default, and Django gives it none: name them all but the key.
    """
    names = ", ".join(f'"{name}"' for name in (*columns, *alike))
    common = [model._meta.get_field(name).get_db_prep_save(value, connection) for name, value in alike.items()]  # type: ignore[union-attr]
    places = ["%s"] * len(common)
    into = f"INSERT INTO {model._meta.db_table} ({names}) SELECT"  # noqa: S608  names of columns, no words of others
    if connection.vendor == "postgresql":
        _copy(model, columns, rows, f"{into} {', '.join([*_quoted(columns), *places])} FROM arriving ON CONFLICT DO NOTHING", common)
        return
    row = f"({', '.join(['%s'] * len(columns))})"
    source = ", ".join([*(f"column{number + 1}" for number in range(len(columns))), *places])
    with connection.cursor() as cursor:
        for chunk in _chunks(rows, (SQLITE_VALUES - len(common)) // len(columns)):
            # one statement for all: with one each, SQLite keeps the pages of each for the case that a trigger fails
            values = [value.hex if isinstance(value, UUID) else value for each in chunk for value in each]
            statement = f"{into} {source} FROM (VALUES {', '.join([row] * len(chunk))}) WHERE true ON CONFLICT DO NOTHING"
            cursor.execute(statement, [*common, *values])


@contextmanager
def without_collecting() -> Iterator[None]:
    """For seconds in which hundreds of thousands of objects are made and kept: the collector would look at them over and
    over and find nothing. What else the process throws away meanwhile waits."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _copy(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], insert: str, common: list[Any]) -> None:
    """Through a table of this transaction: COPY is the fastest way in, and knows no ON CONFLICT."""
    mine = ", ".join(_quoted(columns))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE arriving AS SELECT {mine} FROM {model._meta.db_table} WITH NO DATA")  # noqa: S608
        with cursor.copy(f"COPY arriving ({mine}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(insert, common)
        cursor.execute("DROP TABLE arriving")


def _quoted(columns: Sequence[str]) -> list[str]:
    return [f'"{column}"' for column in columns]


def _chunks(rows: Iterable[Sequence[Any]], size: int) -> Iterator[list[Sequence[Any]]]:
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk
