"""Writes a row for each row of a query, in one statement and without loading any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet


def rows_copy(
    *, source: QuerySet[Any, Any], model: type[models.Model], columns: Mapping[str, str], constants: Mapping[str, Any]
) -> None:
    """Write a row of `model` for each row of `source`, in its order.

    `columns` maps fields of the model to those of the source, by the names of their columns. Other fields have the
    value in `constants`, or their default.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}
    others = [name for name in fields if name not in columns]
    select, parameters = source.values_list(*columns.values()).query.sql_with_params()
    values = [
        fields[name].get_db_prep_save(constants.get(name, fields[name].get_default()), connection) for name in others
    ]
    quote = connection.ops.quote_name
    target = ", ".join(quote(str(fields[name].column)) for name in (*columns, *others))
    marks = ", %s" * len(others)
    with connection.cursor() as cursor:
        # Only names of tables and columns are inserted into the text; every value is a parameter.
        cursor.execute(
            f"INSERT INTO {quote(model._meta.db_table)} ({target})"  # noqa: S608
            f" SELECT copied.*{marks} FROM ({select}) AS copied",
            [*values, *parameters],
        )
