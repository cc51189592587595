"""Writes rows with SQL, without loading them into Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet

# SQL text with placeholders, and its parameters.
Statement = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """The rows to write for each row of the source: one for each kind whose value is among the kind's `asked` values.

    Kinds are written to `column`, values to `value_column`. `asked` maps each kind to its values. A source column that
    is named after a kind and a column, such as `push_due_at`, is used for that kind only.
    """

    column: str
    value_column: str
    asked: Mapping[str, Sequence[str]]

    def name(self, kind: str, column: str) -> str:
        """Return the name of the source column for one kind."""
        return f"{kind}_{column}"


def rows_write_and_count(statements: Sequence[Statement]) -> list[tuple[Any, ...]]:
    """Execute the statements of :func:`write_and_count`, and return the groups and their numbers of rows."""
    with connection.cursor() as cursor:
        for text, parameters in statements:
            cursor.execute(text, parameters)
        return list(cursor.fetchall())


def write_and_count(
    source: QuerySet[Any, Any],
    *,
    model: type[models.Model],
    constants: Mapping[str, Any],
    kinds: Kinds,
    count_by: Sequence[str],
    is_repeated: bool,
) -> list[Statement]:
    """Return statements that write rows of `model` from the rows of `source`, and count the source rows per group.

    Columns of `source` that the model has too are written, together with `constants`; other fields get their default.
    The last one returns the values of the columns in `count_by` for each group, followed by the number of rows. With
    `is_repeated`, existing rows are left unchanged, which costs more.
    """
    query = source.query
    names = [*query.values_select, *query.annotation_select]
    select, parameters = query.sql_with_params()
    read = f"WITH read_row ({quoted(names)}) AS MATERIALIZED ({select})", list(parameters)
    count: Statement = (f"SELECT {quoted(count_by)}, COUNT(*) FROM read_row GROUP BY {quoted(count_by)}", [])  # noqa: S608
    write = insert_of(model, names, constants, kinds, is_repeated)
    if not write:
        return [joined(read, count)]
    if connection.vendor == "postgresql":
        return [joined(read, (", written AS (", []), write, (")", []), count)]
    # SQLite cannot write inside a WITH clause, so it reads the source twice.
    return [joined(read, write), joined(read, count)]


def insert_of(
    model: type[models.Model], names: Sequence[str], constants: Mapping[str, Any], kinds: Kinds, is_repeated: bool
) -> Statement | None:
    """Return the statement that writes the rows; None if there are none to write for any kind.

    Only table and column names are inserted into its text; every value is a parameter.
    """
    asked = {kind: values for kind, values in kinds.asked.items() if values}
    columns: dict[str, Statement] = {}
    of_kind: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        column, value = str(field.column), constants.get(field.name, field.get_default())
        if any(kinds.name(kind, column) in names for kind in asked):
            of_kind[column] = value
        if column in (*names, *of_kind, kinds.column):
            columns[column] = quoted([column]), []
        elif field.name in constants or not (field.primary_key or field.null):
            columns[column] = "%s", [field.get_db_prep_save(value, connection)]
    if not asked:
        return None
    shared = [name for name in names if name in columns]
    rows = [rows_of_kind(kinds, kind, values, names, shared, of_kind) for kind, values in asked.items()]
    target = f"{quoted([model._meta.db_table])} ({quoted(columns)})"
    selected = ", ".join(value for value, _parameters in columns.values())
    union = " UNION ALL ".join(row for row, _parameters in rows)
    # Without a WHERE clause, SQLite would parse ON CONFLICT as the ON of a join.
    text = f"INSERT INTO {target} SELECT {selected} FROM ({union}) AS row_of_kind WHERE TRUE"  # noqa: S608
    conflict = " ON CONFLICT DO NOTHING" if is_repeated else ""
    return text + conflict, [parameter for _text, given in (*columns.values(), *rows) for parameter in given]


def rows_of_kind(
    kinds: Kinds,
    kind: str,
    values: Sequence[str],
    names: Sequence[str],
    shared: Sequence[str],
    of_kind: Mapping[str, Any],
) -> Statement:
    """Return the SELECT for the rows of one kind. Columns that only other kinds have get their default."""
    selected: list[Statement] = [(quoted([name]), []) for name in shared]
    selected.append((f"%s AS {quoted([kinds.column])}", [kind]))
    for column, default in of_kind.items():
        name = kinds.name(kind, column)
        value: Statement = (quoted([name]), []) if name in names else ("%s", [default])
        selected.append((f"{value[0]} AS {quoted([column])}", value[1]))
    what = ", ".join(text for text, _parameters in selected)
    found = f"{quoted([kinds.name(kind, kinds.value_column)])} IN ({', '.join(['%s'] * len(values))})"
    parameters = [parameter for _text, given in selected for parameter in given]
    return f"SELECT {what} FROM read_row WHERE {found}", [*parameters, *values]  # noqa: S608


def joined(*parts: Statement) -> Statement:
    """Return the parts as one statement."""
    return " ".join(text for text, _parameters in parts), [value for _text, values in parts for value in values]


def quoted(names: Iterable[str]) -> str:
    """Return the names as a comma-separated list of quoted columns."""
    return ", ".join(connection.ops.quote_name(name) for name in names)


def compilation_off() -> None:
    """Turn off PostgreSQL's JIT compilation for this transaction.

    PostgreSQL compiles statements that look expensive. For the long expressions of the rules, this takes a second each
    time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")
