"""Queries that are asked on every visit, whose SQL the ORM writes once for each process.

Building a query with two sub-queries takes the ORM longer than the database takes to answer it.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, models
from django.http import Http404

Row = TypeVar("Row", bound=models.Model)
#: Stands for the open value while the SQL is written; a database takes no text that holds it.
_OPEN = "\x00"


class Compiled(Generic[Row]):
    """A query with one open value, compared as text: `Compiled(lambda slug: Event.objects.filter(slug=slug))`.

    Everything else in it is fixed when it is first asked: no clock, no language, no user. Annotations come as the
    database sends them, without the conversions of their fields.
    """

    def __init__(self, make: Callable[[str], "models.QuerySet[Row]"]) -> None:
        self._make = make

    def get_or_404(self, value: str) -> Row:
        """The row for this value. One statement. Raises Http404."""
        model, sql, parameters = self._written
        filled = [value if parameter == _OPEN else parameter for parameter in parameters]
        for row in model._default_manager.raw(sql, filled):
            return row
        raise Http404

    @cached_property
    def _written(self) -> tuple[type[Row], str, list[Any]]:
        rows = self._make(_OPEN)
        sql, parameters = rows.query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        return rows.model, sql, list(parameters)
