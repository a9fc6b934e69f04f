"""Conditions on many values at once: one parameter, where `__in` would prepare one each and plan worse."""

import json
from collections.abc import Iterable

from django.db import connection
from django.db.models import BooleanField, Model
from django.db.models.expressions import RawSQL


def among(model: type[Model], field: str, values: Iterable[object]) -> RawSQL:
    """The rows of a model whose field has one of these values; for `filter`."""
    described = model._meta.get_field(field)
    place = f'"{model._meta.db_table}"."{described.column}"'  # type: ignore[union-attr]  # it has a column
    if connection.vendor == "postgresql":
        kind = described.db_type(connection)
        return RawSQL(f"{place} = ANY(%s::{kind}[])", [list(values)], BooleanField())  # noqa: S611  our own names
    return RawSQL(f"{place} IN (SELECT value FROM json_each(%s))", [json.dumps(list(values))], BooleanField())  # noqa: S608, S611
