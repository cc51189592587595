"""Writing rows without reading them into Python."""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.db.models import QuerySet, Value


def insert_select(model: type[models.Model], source: QuerySet[Any], values: dict[str, Any]) -> int:
    """Insert one row per row of `source` and return how many; rows that break a unique constraint are left out.

    `values` gives each field (by name) an expression over `source`; the fields that it does not name get their
    default. `source` must have a condition: without one SQLite cannot tell ON CONFLICT from the ON of a join.
    """
    columns: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if not field.primary_key:
            default = Value(field.get_default(), output_field=field)
            columns[str(field.column)] = values.get(field.name, default)
    aliases = [f"column_{name}" for name in columns]
    selected = source.annotate(**dict(zip(aliases, columns.values(), strict=True))).values_list(*aliases)
    select, parameters = selected.query.sql_with_params()
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in columns)
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        # Only names of tables and columns are set into the statement; every value is a parameter.
        cursor.execute(f"INSERT INTO {table} ({names}) {select} ON CONFLICT DO NOTHING", parameters)
        return int(cursor.rowcount)


def compilation_off() -> None:
    """Let PostgreSQL run the transaction's statements without compiling them first.

    It compiles what looks expensive, and for the rules' long expressions that alone takes a second, each time anew.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")
