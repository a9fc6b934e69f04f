"""Queries that are asked on every visit, whose SQL the ORM writes once for each process.

Building a query takes the ORM longer than the database takes to answer it.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.expressions import RawSQL
from django.http import Http404

Row = TypeVar("Row", bound=models.Model)
#: Stands for the open value while the SQL is written; a database takes no text that holds it.
_OPEN = "\x00"


class Compiled(Generic[Row]):
    """A query with one open value, or none: `Compiled(lambda slug: Event.objects.filter(slug=slug))`.

    Everything else in it is fixed when it is first asked: no clock, no language, no user. The value goes to the database
    as it is given, a text or a number, and annotations come as the database sends them: neither passes through the
    conversions of a field. A query that locks is asked inside a transaction, the first time too.
    """

    def __init__(self, make: "Callable[[RawSQL], models.QuerySet[Row]]") -> None:
        self._make = make

    def rows(self, value: str | int = "") -> list[Row]:
        """The rows for this value. One statement."""
        model, sql, parameters = self._written
        filled = [value if parameter == _OPEN else parameter for parameter in parameters]
        return list(model._default_manager.raw(sql, filled))

    def first(self, value: str | int) -> Row | None:
        """The first row for this value, if there is one. One statement."""
        return next(iter(self.rows(value)), None)

    def get_or_404(self, value: str | int) -> Row:
        """The first row for this value. One statement. Raises Http404."""
        row = self.first(value)
        if row is None:
            raise Http404
        return row

    @cached_property
    def _written(self) -> tuple[type[Row], str, list[Any]]:
        rows = self._make(RawSQL("%s", (_OPEN,)))
        sql, parameters = rows.query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        return rows.model, sql, list(parameters)
