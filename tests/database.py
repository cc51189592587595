"""The database of a test run: created from the models, and reset after a test that commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from django.core.management.color import no_style
from django.core.management.sql import sql_flush
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def migrations_record() -> None:
    """Record all migrations as applied, in a database whose tables were created from the models."""
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    recorder.migration_qs.bulk_create([recorder.Migration(app=app, name=name) for app, name in disk])


@dataclass(frozen=True)
class Beginning:
    """The rows of a new installation. Restoring them is much faster than creating them again."""

    emptying: list[str]
    rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]

    @classmethod
    def read(cls) -> Self:
        """Return the current content of the database."""
        rows = {}
        with connection.cursor() as cursor:
            for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                columns = [column[0] for column in cursor.description]
                if found := cursor.fetchall():
                    rows[table] = (columns, found)
        return cls(sql_flush(no_style(), connection, reset_sequences=False), rows)

    def restore(self) -> None:
        """Empty all tables and restore the rows."""
        quote = connection.ops.quote_name
        with transaction.atomic():
            connection.ops.execute_sql_flush(self.emptying)
            with connection.cursor() as cursor:
                for table, (columns, rows) in self.rows.items():
                    names, places = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
                    cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({places})", rows)
