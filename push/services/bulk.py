"""Writing rows without reading them into Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet

# A text with places for parameters, and these.
Statement = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """Which rows are written for a row that is read: one for each kind whose `value` column holds one of its values.

    Kinds are written to `column`, values to `value_column`; of each kind, `asked` gives the values. What the row that
    is read holds in a column named after the kind and the column, such as `push_due_at`, is for that kind only.
    """

    column: str
    value_column: str
    asked: Mapping[str, Sequence[str]]

    def name(self, kind: str, column: str) -> str:
        """Return what the column of one kind is called in the row that is read."""
        return f"{kind}_{column}"


def rows_write_and_count(
    source: QuerySet[Any, Any],
    *,
    model: type[models.Model],
    constants: Mapping[str, Any],
    kinds: Kinds,
    count_by: Sequence[str],
    is_repeated: bool,
) -> list[tuple[Any, ...]]:
    """Read `source`, write rows of `model` for what it holds, and return how many of its rows are alike.

    Of the columns that `source` selects, those that the model has as well are written, beside the `constants`; other
    fields get their default. Returned are the groups of read rows with equal values of the columns `count_by`, each
    with its number. With `is_repeated`, rows that are there already are left alone, which costs more.
    """
    query = source.query
    names = [*query.values_select, *query.annotation_select]
    select, parameters = query.sql_with_params()
    read = f"WITH read_row ({quoted(names)}) AS MATERIALIZED ({select})", list(parameters)
    count: Statement = (f"SELECT {quoted(count_by)}, COUNT(*) FROM read_row GROUP BY {quoted(count_by)}", [])  # noqa: S608
    write = insert_of(model, names, constants, kinds, is_repeated)
    with connection.cursor() as cursor:
        if write and connection.vendor == "postgresql":
            execute(cursor, read, (", written AS (", []), write, (")", []), count)
        else:
            # SQLite writes nothing inside of a WITH, so it reads the source a second time.
            if write:
                execute(cursor, read, write)
            execute(cursor, read, count)
        return list(cursor.fetchall())


def insert_of(
    model: type[models.Model], names: Sequence[str], constants: Mapping[str, Any], kinds: Kinds, is_repeated: bool
) -> Statement | None:
    """Return the statement that writes the rows, None where no kind asks for any.

    Only names of tables and columns are set into its text; every value is a parameter.
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
    # Without a condition, SQLite takes ON CONFLICT for the ON of a join.
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
    """Return the rows of one kind; what only other kinds have a column for is given its default."""
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


def execute(cursor: Any, *parts: Statement) -> None:
    """Execute the parts as one statement."""
    text = " ".join(text for text, _parameters in parts)
    cursor.execute(text, [value for _text, parameters in parts for value in parameters])


def quoted(names: Iterable[str]) -> str:
    """Return the names as a list of columns."""
    return ", ".join(connection.ops.quote_name(name) for name in names)


def compilation_off() -> None:
    """Let PostgreSQL run the transaction's statements without compiling them first.

    It compiles what looks expensive, and for the rules' long expressions that alone takes a second, each time anew.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")
