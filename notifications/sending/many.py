"""Conditions on many values at once: one parameter, where `__in` would prepare one each and plan worse."""

import json
from collections.abc import Iterable

from django.db import connection
from django.db.models import BooleanField, Field, Model
from django.db.models.expressions import RawSQL


def among(model: type[Model], field: str, values: Iterable[object]) -> RawSQL:
    """The rows of a model whose field has one of these values; for `filter`."""
    described = model._meta.get_field(field)
    assert isinstance(described, Field)  # a column, no relation from elsewhere
    place = f'"{model._meta.db_table}"."{described.column}"'
    condition: str
    value: object
    if connection.vendor == "postgresql":
        condition, value = f"{place} = ANY(%s::{described.db_type(connection)}[])", list(values)
    else:
        condition, value = f"{place} IN (SELECT value FROM json_each(%s))", json.dumps(list(values))  # noqa: S608  our names
    return RawSQL(condition, [value], BooleanField())  # noqa: S611  names of our own columns, values as a parameter
