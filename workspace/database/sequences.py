"""The sequences from which rows get their keys."""

from __future__ import annotations

from django.db import connection, models


def keys_skip(model: type[models.Model], number: int) -> None:
    """Leave out the next keys of a table, so that rows that are created from now on have higher ones."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [number, table])
            if not cursor.rowcount:
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number])
        else:
            cursor.execute(
                "SELECT setval(sequence, nextval(sequence) + %s) FROM pg_get_serial_sequence(%s, 'id') AS sequence",
                [number, connection.ops.quote_name(table)],
            )
